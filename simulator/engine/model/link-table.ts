/**
 * The links of all relays in columns: each relay has a run of places, one for each of its links.
 *
 * A place is one end of a link. What a relay knows of the peer at the other end stands in columns by place, so that
 * all that a relay looks at lies together in memory.
 */

import assert from 'node:assert/strict';
import type { Topology } from '../../population/population.ts';

/** A relay's places are numbered in 16 bits where lists of them are kept. */
const LINKS_OF_RELAY_MAX = 65_535;

/** This end has dialled. */
export const DIALLED = 1;
/** The peer at the other end is a member of the relay's mesh. */
export const MEMBER = 2;

export interface LinkTable {
  readonly relays: number;
  readonly places: number;
  /** Relay i has the places `starts[i]` to `starts[i + 1] - 1`. */
  readonly starts: Uint32Array;
  /** Who is at the other end. */
  readonly peer: Uint32Array;
  /** The place of the other end. */
  readonly reverse: Uint32Array;
  readonly latencyUs: Uint32Array;
  /** Bits of each end: DIALLED, and MEMBER, which the mesh sets. */
  readonly flags: Uint8Array;
}

/** The places of the topology, each relay's in the order of its links. */
export function linkTable({ links, dialer, listener, latencyUs }: Topology, relays: number): LinkTable {
  const places = 2 * links;
  const starts = new Uint32Array(relays + 1);
  for (let link = 0; link < links; link++) {
    starts[dialer[link] + 1]++;
    starts[listener[link] + 1]++;
  }
  for (let relay = 0; relay < relays; relay++) {
    assert(starts[relay + 1] <= LINKS_OF_RELAY_MAX, `relay ${relay} has ${starts[relay + 1]} links`);
    starts[relay + 1] += starts[relay];
  }
  const table = {
    relays,
    places,
    starts,
    peer: new Uint32Array(places),
    reverse: new Uint32Array(places),
    latencyUs: new Uint32Array(places),
    flags: new Uint8Array(places),
  };
  const next = starts.slice(0, relays);
  for (let link = 0; link < links; link++) {
    const [from, to] = [dialer[link], listener[link]];
    const [own, other] = [next[from]++, next[to]++];
    table.peer[own] = to;
    table.peer[other] = from;
    table.reverse[own] = other;
    table.reverse[other] = own;
    table.latencyUs[own] = table.latencyUs[other] = latencyUs[link];
    table.flags[own] = DIALLED;
  }
  return table;
}
