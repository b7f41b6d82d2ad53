/**
 * What a router remembers of the control that its peers send, kept with the standing of each (peer-standing.ts).
 *
 * js-libp2p has a table for each kind: how many IHAVE and IDONTWANT have come since the last heartbeat, which begins to
 * count anew, and which messages a peer does not want, until they are as old as the window of messages. Here the router's
 * tables look at the standings. Counting anew is to begin a round, and an IDONTWANT expires when somebody looks at it: no
 * heartbeat goes from peer to peer for it, and control that says nothing new is dealt with where its peer's standing is.
 */

import assert from 'node:assert/strict';
import { SparseMap } from '../../../node/sparse-map.ts';
import type { GossipSubInternals } from './internals.ts';
import type { PeerStanding, PeerStandings } from './peer-standing.ts';
import type { SoleControl } from './sole-control.ts';

/** Puts tables that look at standings in the place of a router's, which are empty yet. */
export function keepControl(router: GossipSubInternals, standings: PeerStandings): void {
  const tables = {
    peerhave: new ControlCounts(standings, 'ihaves'),
    idontwantCounts: new ControlCounts(standings, 'idontwants'),
    idontwants: new UnwantedMessages(standings),
  };
  for (const [name, table] of Object.entries(tables)) {
    const holder = router as unknown as Record<string, { size: number }>;
    assert.equal(holder[name].size, 0, `gossipsub's ${name} is no empty table`);
    holder[name] = table;
  }
}

/**
 * Takes IHAVE alone, or IDONTWANT alone, of what the router has seen from a peer that it is connected to, as the router
 * would; false, and nothing is done, where the standings do not count any more.
 */
export function hearControl(peer: PeerStanding, { ihave, unwanted }: SoleControl): boolean {
  const { standings } = peer;
  if (!peer.connected || !standings.areValid) return false;
  standings.accept(peer);
  if (ihave.length > 0) {
    standings.ask(peer);
    standings.counted(peer).ihaves++;
    return true;
  }
  const { opts, heartbeatTicks } = standings.router;
  standings.counted(peer);
  for (const message of unwanted) {
    if (peer.idontwants >= opts.idontwantMaxMessages) break;
    peer.idontwants++;
    noteUnwanted(peer, message, heartbeatTicks);
  }
  return true;
}

/** A peer comes back, or once more: what counts of its control still does. */
export function takeOverControl(before: PeerStanding, peer: PeerStanding): void {
  peer.round = before.round;
  peer.ihaves = before.ihaves;
  peer.idontwants = before.idontwants;
  peer.unwanted = before.unwanted;
  peer.unwantedTick = before.unwantedTick;
  peer.othersUnwanted = before.othersUnwanted;
}

/** A heartbeat drops an IDONTWANT that has come so many heartbeats before. */
function isExpired({ standings: { router } }: PeerStanding, tick: number): boolean {
  return router.heartbeatTicks - tick >= router.opts.mcacheLength;
}

function noteUnwanted(peer: PeerStanding, message: string, tick: number): void {
  if (peer.unwanted === null || peer.unwanted === message || isExpired(peer, peer.unwantedTick)) {
    peer.othersUnwanted?.delete(message);
    peer.unwanted = message;
    peer.unwantedTick = tick;
    return;
  }
  const others = (peer.othersUnwanted ??= new Map());
  for (const [other, since] of others) if (isExpired(peer, since)) others.delete(other);
  others.set(message, tick);
}

function isUnwanted(peer: PeerStanding, message: string): boolean {
  const tick = peer.unwanted === message ? peer.unwantedTick : peer.othersUnwanted?.get(message);
  return tick !== undefined && !isExpired(peer, tick);
}

/** Of a router's table of counters, what it uses. */
class ControlCounts {
  private readonly standings: PeerStandings;
  private readonly kind: 'ihaves' | 'idontwants';
  /** Of peers that the router was not connected to when they sent something. */
  private readonly strangers = new SparseMap<string, number>();

  constructor(standings: PeerStandings, kind: 'ihaves' | 'idontwants') {
    this.standings = standings;
    this.kind = kind;
  }

  /** 0 while nobody has been counted since the last clearing. */
  get size(): number {
    return this.standings.peersCounted + this.strangers.size;
  }

  get(id: string): number | undefined {
    return this.counted(id)?.[this.kind] ?? this.strangers.get(id);
  }

  set(id: string, count: number): void {
    const peer = this.counted(id);
    if (peer === null) this.strangers.set(id, count);
    else peer[this.kind] = count;
  }

  delete(id: string): void {
    const peer = this.counted(id);
    if (peer === null) this.strangers.delete(id);
    else peer[this.kind] = 0;
  }

  clear(): void {
    this.standings.beginRound();
    this.strangers.clear();
  }

  private counted(id: string): PeerStanding | null {
    const peer = this.standings.of(id);
    if (peer === null) return null;
    this.standings.counted(peer);
    const asStranger = this.strangers.get(id);
    if (asStranger === undefined) return peer;
    this.strangers.delete(id);
    peer[this.kind] += asStranger;
    return peer;
  }
}

/** Messages that a peer does not want, as far as a router asks for them; by id, the heartbeats before it said so. */
interface Unwanted {
  has(message: string): boolean;
  set(message: string, tick: number): unknown;
}

/** Of a router's table of IDONTWANT by peer, what it uses. */
class UnwantedMessages {
  private readonly standings: PeerStandings;
  private readonly strangers = new SparseMap<string, Map<string, number>>();

  constructor(standings: PeerStandings) {
    this.standings = standings;
  }

  get size(): number {
    return this.strangers.size;
  }

  get(id: string): Unwanted | undefined {
    const peer = this.standings.of(id);
    const asStranger = this.strangers.get(id);
    if (peer === null) return asStranger;
    for (const [message, tick] of asStranger ?? []) noteUnwanted(peer, message, tick);
    this.strangers.delete(id);
    return new UnwantedByPeer(peer);
  }

  /** Called for a peer that `get` has nothing of. */
  set(id: string, unwanted: Map<string, number>): void {
    this.strangers.set(id, unwanted);
  }

  delete(id: string): void {
    this.strangers.delete(id);
    const peer = this.standings.of(id);
    if (peer === null) return;
    peer.unwanted = null;
    peer.othersUnwanted = null;
  }

  clear(): void {
    this.strangers.clear();
  }

  /** Those whose messages a heartbeat has to look through. */
  values(): IterableIterator<Map<string, number>> {
    return this.strangers.values();
  }
}

class UnwantedByPeer implements Unwanted {
  private readonly peer: PeerStanding;

  constructor(peer: PeerStanding) {
    this.peer = peer;
  }

  has(message: string): boolean {
    return isUnwanted(this.peer, message);
  }

  set(message: string, tick: number): void {
    noteUnwanted(this.peer, message, tick);
  }
}
