/** How far one module has come on a relay, and what has been told of it. */

import type { ChannelName, Offer } from '../channels/channel.ts';
import type { PeerName } from '../environment.ts';
import { fileOfTarget } from '../trust/file-name.ts';
import type { UpdateTarget } from '../trust/update-target.ts';
import type { Obstacle } from './module-choice.ts';
import type { ModuleFetch } from './module-fetch.ts';
import type { ModuleTarget } from './stage-observer.ts';

/** What made the relay look at the metadata; null where nobody offered anything. */
export type Cause = { readonly offer: Offer; readonly arrival: unknown } | null;

export interface ModuleRecord {
  readonly key: string;
  /** As it was listed last; its terms may change. */
  target: ModuleTarget;
  /** Who brought it first; not the offer itself, whose source may be large. */
  readonly arrival: unknown;
  readonly channel: ChannelName;
  readonly peer: PeerName | null;
  isHeard: boolean;
  isVerified: boolean;
  isStaged: boolean;
  isUnderWay: boolean;
  fetch: ModuleFetch | null;
  /** Reasons that have been told. */
  readonly refused: Obstacle[];
  /** Why admission refused it under these terms. */
  rejected: { readonly reason: Obstacle; readonly terms: string } | null;
}

export function newRecord(target: ModuleTarget, cause: Cause): ModuleRecord {
  return {
    key: keyOf(target),
    target,
    arrival: cause?.arrival ?? null,
    channel: cause?.offer.channel ?? 'catch-up', // what a relay goes on with after a restart
    peer: cause?.offer.peer ?? null,
    isHeard: false,
    isVerified: false,
    isStaged: false,
    isUnderWay: false,
    fetch: null,
    refused: [],
    rejected: null,
  };
}

/** Names a module: the same bytes under another path are another publication. */
export function keyOf(target: UpdateTarget): string {
  return fileOfTarget(target);
}

/** What admission goes by, beside the bytes. */
export function termsOf({ custom }: ModuleTarget): string {
  const { hook, interfaceVersion, stateVersion, vectors } = custom;
  return JSON.stringify([hook, interfaceVersion, stateVersion, vectors]);
}
