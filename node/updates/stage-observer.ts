/** Watches updates pass their stages on one relay, and what the relay refuses. */

import type { ChannelName, Offer, Refusal } from '../channels/channel.ts';
import type { PeerName } from '../environment.ts';
import type { ModuleTarget } from '../trust/desired.ts';
import type { UpdateTarget } from '../trust/update-target.ts';
import type { OfferRefusal } from './offer.ts';

export type { ModuleTarget };

export interface RefusedOffer {
  readonly reason: Refusal | OfferRefusal;
  readonly channel: ChannelName;
  /** Who sent it, where that is known. */
  readonly peer: PeerName | null;
  /** The target that was refused; null where the metadata were. */
  readonly target: UpdateTarget | null;
}

export interface StageObserver {
  /** An offer has arrived, unverified. What this returns comes back with the modules that the offer brought. */
  onArrival(offer: Offer): unknown;
  /** A module that this relay has not heard of before; `arrival` is what `onArrival` returned. Once per module. */
  onHeard(target: ModuleTarget, arrival: unknown): void;
  /** Metadata and bytes are found right. Once per module. */
  onVerified(target: ModuleTarget): void;
  /** Admitted and pending in its hook's slot. */
  onStaged(target: ModuleTarget): void;
  onRefused(refused: RefusedOffer): void;
  /** A revocation has taken effect here: the module will not run again. Once per revocation. */
  onRevoked(sha256: string): void;
  /** `stale`: the trusted timestamp has expired and nothing fresh has come, which may be a freeze attack. */
  onFreshness(freshness: 'fresh' | 'stale'): void;
}
