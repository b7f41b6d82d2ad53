/** The lists that a relay which comes and goes has of its links, side by side in memory (row-lists.ts). */

import { type RowList, RowLists } from './row-lists.ts';

export interface RelayLists {
  /** Open links in the order of opening, and those that were asked for: who is at the other end, and the own place. */
  readonly open: RowList;
  readonly asked: RowList;
  /** Places of members of the mesh, and of peers that have subscribed. */
  readonly members: RowList;
  readonly subscribers: RowList;
  /** Places of the streams that the router is to open, the one that it is opening first. */
  readonly toOpen: RowList;
}

export function relayLists(relays: number): RelayLists {
  const [open, subscribers, members, asked, toOpen] = new RowLists(relays, [2, 1, 1, 2, 1]).lists;
  return { open, asked, members, subscribers, toOpen };
}

/** Takes the item with a number, if it is there, out of a list of a relay's. */
export function takeOut(list: RowList, relay: number, item: number): void {
  const index = list.indexOf(relay, item);
  if (index >= 0) list.removeAt(relay, index);
}
