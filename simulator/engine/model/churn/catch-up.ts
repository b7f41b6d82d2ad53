/**
 * Relays that come up ask the first peers that they meet what they have missed: node/channels/catch-up.ts by events.
 *
 * Only a few of a relay's first connections are asked, one that has come back now and then, and one more peer when the mesh
 * stands.
 */

import { JITTER_MS, MESH_STANDS_MS, RETURNED_EVERY_MS } from '../../../../node/channels/catch-up.ts';
import { CATCH_UP_PEERS } from '../../../../node/channels/limits.ts';
import type { World } from '../world.ts';
import type { Calls } from './calls.ts';
import type { Exchange } from './exchange.ts';
import type { HostDraws } from './host-draws.ts';
import type { LivingRelay } from './living-relay.ts';
import { PeerSet } from './peer-set.ts';

/** What a relay's process remembers. */
interface Memory {
  left: number;
  readonly met: PeerSet;
  /** From when on a peer that has come back is asked again. */
  asksReturnedFromUs: number;
  /** Which time it means to ask once more, when the mesh stands: the latest; 0 while it does not mean to. */
  meshStands: number;
}

export interface CatchUpParts {
  readonly world: World;
  readonly calls: Calls;
  readonly draws: HostDraws;
  readonly exchange: Exchange;
  readonly relays: number;
}

export class CatchUp {
  private readonly parts: CatchUpParts;
  private readonly memories: (Memory | null)[];
  /** Whom each relay has met: a new process takes the set of the last one over, empty. */
  private readonly mets: (PeerSet | null)[];
  /** Numbers what relays mean to ask when their meshes stand. */
  private meant = 0;

  constructor(parts: CatchUpParts) {
    this.parts = parts;
    this.memories = new Array<Memory | null>(parts.relays).fill(null);
    this.mets = new Array<PeerSet | null>(parts.relays).fill(null);
  }

  /** The relay has a new process, which remembers nothing. */
  restarted({ index }: LivingRelay): void {
    this.mets[index]?.clear();
    this.memories[index] = null;
  }

  linkUp(relay: LivingRelay, peer: number): void {
    const { world, calls, exchange } = this.parts;
    const { nowUs } = world;
    const memory = this.memoryOf(relay);
    const hasMet = memory.met.add(peer);
    // The only connection: the relay has been alone until now and may have missed anything.
    if (relay.open.size <= 1) {
      memory.left = CATCH_UP_PEERS;
      this.askWhenMeshStands(relay, memory);
    } else if (hasMet && nowUs >= memory.asksReturnedFromUs) {
      memory.asksReturnedFromUs = nowUs + RETURNED_EVERY_MS * 1000;
      memory.left = Math.max(memory.left, 1);
      if (memory.meshStands === 0) this.askWhenMeshStands(relay, memory);
    }
    if (memory.left === 0) return;
    memory.left--;
    const afterMs = JITTER_MS * this.draw(relay);
    if (!exchange.isSettledAtOnce(relay, peer))
      calls.after(afterMs, relay, () => this.ask(relay, memory, peer));
  }

  /** One of its peers then, in place of what was meant before. */
  private askWhenMeshStands(relay: LivingRelay, memory: Memory): void {
    const { calls, exchange } = this.parts;
    const meant = ++this.meant;
    memory.meshStands = meant;
    calls.after(MESH_STANDS_MS + JITTER_MS * this.draw(relay), relay, () => {
      if (memory.meshStands !== meant) return;
      memory.meshStands = 0;
      const { peers } = relay.open;
      if (peers.length === 0) return;
      const peer = peers[Math.floor(this.draw(relay) * peers.length)];
      if (!exchange.isSettledAtOnce(relay, peer)) this.ask(relay, memory, peer);
    });
  }

  private ask(relay: LivingRelay, memory: Memory, peer: number): void {
    this.parts.exchange.compare(relay, peer, (outcome) => {
      // A peer that could not help has not been asked: the next connection is.
      if (outcome === 'no-answer' || outcome === 'fruitless' || outcome === 'busy')
        memory.left = Math.min(memory.left + 1, CATCH_UP_PEERS);
    });
  }

  private memoryOf({ index }: LivingRelay): Memory {
    return (this.memories[index] ??= {
      left: CATCH_UP_PEERS,
      met: (this.mets[index] ??= new PeerSet()),
      asksReturnedFromUs: 0,
      meshStands: 0,
    });
  }

  private draw({ index }: LivingRelay): number {
    return this.parts.draws.uniform(index);
  }
}
