/**
 * What relays keep, and who they are.
 *
 * A relay that is never killed keeps everything in memory: three hundred relays on one disk would wait for it, which each
 * on its own would not. A relay that is killed has a state folder. Either has the key that follows from its number and
 * the seed, so that it is the same relay in every run.
 */

import { createHash } from 'node:crypto';
import { type RelayState, StateFolder } from '../../../node/daemon/state-folder.ts';
import { MemoryTrustStore } from '../../../node/trust/trust-store.ts';
import { MemoryStore, type ModulePool } from '../../../node/updates/store.ts';
import { seedOf } from '../gossipsub/identity.ts';

/** `pool` holds the binaries of all relays of the process. */
export function memoryState(relay: number, seed: number, pool: ModulePool): RelayState {
  return {
    trust: new MemoryTrustStore(),
    updates: Object.assign(new MemoryStore(pool), { setAside: [] }),
    secret: (name) => secretOf(name, relay, seed),
    close: () => Promise.resolve(),
  };
}

/** Throws DaemonError where the folder cannot be used. */
export async function folderState(relay: number, seed: number, folder: string): Promise<RelayState> {
  const state = await StateFolder.open(folder);
  return {
    trust: state.trust,
    updates: state.updates,
    secret: (name) => secretOf(name, relay, seed),
    close: () => state.close(),
  };
}

function secretOf(name: string, relay: number, seed: number): Uint8Array {
  const own = seedOf(relay, seed);
  if (name === 'identity.key') return own;
  return new Uint8Array(createHash('sha256').update(name).update(own).digest());
}
