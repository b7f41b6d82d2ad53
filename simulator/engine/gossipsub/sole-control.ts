/**
 * RPCs that are one kind of control and call for no answer: IDONTWANT, and IHAVE of what the router has seen.
 *
 * They are most of what a router receives, and its way to their handlers leads through promises and lines for a log that
 * nobody reads. The fast path goes there straight; anything else takes the router's own way.
 */

import type { RPC } from '@chainsafe/libp2p-gossipsub/message';
import type { GossipSubInternals } from './internals.ts';
import { idText } from './message-id.ts';

export interface SoleControl extends Pick<RPC.ControlMessage, 'ihave' | 'idontwant'> {
  /** Ids of the messages that the other end has. */
  readonly offered: readonly string[];
  /** Ids of the messages that it does not want. */
  readonly unwanted: readonly string[];
}

/** The control of an RPC that is IHAVE alone or IDONTWANT alone; null of any other. */
export function soleControl({ subscriptions, messages, control }: RPC): SoleControl | null {
  if (control === undefined || subscriptions.length > 0 || messages.length > 0) return null;
  const { ihave, idontwant, iwant, graft, prune } = control;
  if (iwant.length > 0 || graft.length > 0 || prune.length > 0) return null;
  if (ihave.length > 0 === idontwant.length > 0) return null;
  return { ihave, idontwant, offered: textsOf(ihave), unwanted: textsOf(idontwant) };
}

function textsOf(lists: readonly { readonly messageIDs: readonly Uint8Array[] }[]): readonly string[] {
  return lists.flatMap(({ messageIDs }) => messageIDs.map(idText));
}

/** Has the router take it from a peer; false, and nothing is done, where it may call for an answer. */
export function takeSoleControl(router: GossipSubInternals, from: string, control: SoleControl): boolean {
  const { ihave, idontwant, offered } = control;
  for (const id of offered) if (!router.seenCache.has(id)) return false;
  if (!router.acceptFrom(from)) return true;
  if (ihave.length > 0) router.handleIHave(from, ihave);
  else router.handleIdontwant(from, idontwant);
  return true;
}
