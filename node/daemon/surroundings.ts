/**
 * What a relay on TCP finds around it: a machine's own, where nothing else is put in its place.
 *
 * A testbed puts a clock of its own there, a transport that takes its time, a router with other parameters, a state that
 * is in memory, and watchers; the relay is the same.
 */

import { type BundleReader, readBundle } from '../channels/gossip-channel.ts';
import type { Clock, Processor } from '../environment.ts';
import { HookRuntime } from '../hooks/hook-runtime.ts';
import type { TransitionListener } from '../hooks/transition.ts';
import type { VerificationCache } from '../trust/verification-cache.ts';
import type { UpdateStackParts } from '../update-stack.ts';
import type { StageObserver } from '../updates/stage-observer.ts';
import type { NodeParts } from './libp2p-node.ts';
import { realProcessor, wallClock } from './real-time.ts';
import type { RelayState } from './state-folder.ts';

export interface Surroundings {
  /** Decides about expiry. */
  readonly clock: Clock;
  readonly processor: Processor;
  readonly node: Pick<NodeParts, 'transport' | 'router' | 'pingEveryMs'>;
  /** Null for the state folder of the relay's options. */
  readonly state: RelayState | null;
  /** What relays of one process may share. */
  readonly runtime: HookRuntime;
  readonly cache: VerificationCache | null;
  readonly readBundle: BundleReader;
  /** Told what the relay's own log and metrics are told. */
  readonly observer: StageObserver | null;
  readonly listener: TransitionListener | null;
  readonly onStaged: NonNullable<UpdateStackParts['onStaged']> | null;
}

/** Those of a machine, but for what is given. */
export function surroundings(given: Partial<Surroundings> = {}): Surroundings {
  const { clock = wallClock } = given;
  return {
    clock,
    processor: realProcessor,
    node: {},
    state: null,
    runtime: given.runtime ?? new HookRuntime({ clock }),
    cache: null,
    readBundle,
    observer: null,
    listener: null,
    onStaged: null,
    ...given,
  };
}
