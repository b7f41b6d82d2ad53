/**
 * What runs on a simulated relay above its router: the relay's own stack (node/update-stack.ts), put together for a run.
 *
 * Relays of a thread share what follows from bytes alone: parsed metadata, checked signatures, compiled modules.
 */

import type { Receipt } from '../../../node/channels/channel.ts';
import type { BundleReader } from '../../../node/channels/gossip-channel.ts';
import type { RelayCore } from '../../../node/core.ts';
import type { Environment, PeerName } from '../../../node/environment.ts';
import type { AnyHook } from '../../../node/hooks/define-hook.ts';
import type { HookRuntime } from '../../../node/hooks/hook-runtime.ts';
import type { TransitionListener } from '../../../node/hooks/transition.ts';
import type { ThirdPartyPolicy, TrustVersions } from '../../../node/trust/trust-client.ts';
import { MemoryTrustStore } from '../../../node/trust/trust-store.ts';
import type { VerificationCache } from '../../../node/trust/verification-cache.ts';
import { UpdateStack } from '../../../node/update-stack.ts';
import type { ActivationPolicy } from '../../../node/updates/activation-policy.ts';
import type { StageObserver } from '../../../node/updates/stage-observer.ts';
import { MemoryStore, type ModulePool } from '../../../node/updates/store.ts';
import type { LiveArm } from '../../scenario/scenario.ts';
import type { RelayStores } from './faults/relay-disk.ts';

/** What the relays of a thread share. */
export interface SharedParts {
  readonly arm: LiveArm;
  readonly firstRoot: Uint8Array;
  readonly runtime: HookRuntime;
  readonly cache: VerificationCache;
  readonly readBundle: BundleReader;
  /** Binaries that relays keep in their stores: one copy for all. */
  readonly binaries: ModulePool;
  readonly authorities: readonly PeerName[];
  /** Told when a module has been staged. */
  readonly onStaged: (relay: number, core: RelayCore, hook: AnyHook, notBeforeMs: number) => void;
  /** Told when an offer has been judged: what the relay trusts may have changed. */
  readonly onTaken: (relay: number, receipt: Receipt) => void;
}

export interface StackParts {
  readonly relay: number;
  readonly environment: Environment;
  readonly thirdParties: ThirdPartyPolicy;
  readonly activation: ActivationPolicy;
  readonly listener: TransitionListener;
  readonly observer: StageObserver;
  /** What the relay tells peers that it has; a hostile one may lie. */
  readonly tellVersions: (own: TrustVersions) => TrustVersions;
  /** What the relay's disk holds; null for one that keeps everything in memory, which suffices where none crashes. */
  readonly stores?: RelayStores | null;
}

export function relayStack(shared: SharedParts, parts: StackParts): UpdateStack {
  const { arm, firstRoot, runtime, cache, readBundle, authorities } = shared;
  const { relay, environment, thirdParties, activation, listener, observer, tellVersions, stores } = parts;
  const { intervalSeconds, jitterShare } = arm.directory;
  const stack: UpdateStack = new UpdateStack({
    environment,
    firstRoot,
    thirdParties,
    developmentNetwork: true,
    trustStore: stores?.trust ?? new MemoryTrustStore(),
    updateStore: stores?.updates ?? new MemoryStore(shared.binaries),
    owner: relay,
    channels: {
      names: arm.channels,
      authorities,
      directory: { intervalMs: intervalSeconds * 1000, jitterShare },
    },
    runtime,
    cache,
    readBundle,
    activation,
    listener,
    observer,
    tellVersions,
    onStaged: (hook, notBeforeMs) => shared.onStaged(relay, stack.core, hook, notBeforeMs),
    onTaken: (_offer, receipt) => shared.onTaken(relay, receipt),
  });
  return stack;
}
