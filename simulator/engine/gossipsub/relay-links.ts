/**
 * The links of one relay: those that are open, and how they come and go with the relay's network.
 *
 * A relay that goes away keeps running, disconnected: nothing is restarted or forgotten. It says goodbye on
 * every link, behind what its uplink has queued, and its peers close their ends when they hear it. A relay that
 * comes back makes its links again, with the peers that are there; with the others, whoever comes last does.
 * Which end counts as the dialler stays as the topology has it.
 *
 * Under churn links are not bound to the topology: whoever dials is the dialler, links that are lost are replaced
 * (link-keeper.ts), and a relay that is away answers nobody.
 *
 * Every link has a number, chosen by who makes it, so that what is still on its way on an old link is not taken
 * for something of the new one. One direction between two relays keeps its order, and that is enough for both
 * ends to agree on the link they have.
 */

import assert from 'node:assert/strict';
import { SOURCES_MAX } from '../event-queue.ts';
import { randomStream } from '../random.ts';
import { Call, type VirtualClock } from '../virtual-clock.ts';
import { ARRIVAL, type Arrival, type ArrivalKind, type Receiver } from './arrival.ts';
import { Redial } from './faults/redial.ts';
import { type KeepingParts, type KeptRelay, LinkKeeper, REDIAL_WITHIN_US } from './link-keeper.ts';
import type { Neighbour, Neighbours } from './neighbours.ts';
import type { Direction, LinkEnd, LinkedPeer, LinkingStack } from './network-stack.ts';
import type { SimulatedRelay } from './relay.ts';
import { SETUP_BYTES, SETUP_ROUND_TRIPS } from './simulated-peers.ts';
import type { Transport } from './transport.ts';

/** A relay that comes back makes its links within so long. */
export const LINKS_RETURN_WITHIN_US = 3_000_000;
/** A muxer's goodbye and TCP's FIN; a refused SYN. */
export const CLOSE_BYTES = 90;
export const REFUSE_BYTES = 40;
/** js-libp2p gives up making a connection after so long. */
export const DIAL_TIMEOUT_US = 10_000_000;

/** What the links of all relays of a thread share. */
export interface LinksParts {
  readonly clock: VirtualClock;
  readonly transport: Transport;
  readonly seed: number;
  readonly neighbours: () => Neighbours;
  readonly peerOf: (relay: number) => LinkedPeer;
  /** Where links can be lost at any time; null where they come and go with the relays alone. */
  readonly faults: LinkFaults | null;
  /** Where relays come and go for good and link with whom they like; null where links are the topology's. */
  readonly keeping: KeepingParts | null;
}

/** What the links of a relay need to know of faults. */
export interface LinkFaults {
  /** Whether nothing gets from one relay to another now. */
  readonly isCut: (from: number, to: number) => boolean;
}

export class RelayLinks implements Receiver, KeptRelay {
  /** Open links by the index of the relay at the other end. */
  readonly connections = new Map<number, LinkEnd>();
  online: boolean;
  private readonly relay: SimulatedRelay;
  private readonly stack: LinkingStack;
  private readonly parts: LinksParts;
  /** Numbers of links that this relay asked for and has no answer to, by peer; null until it asks. */
  private asked: Map<number, number> | null = null;
  private linksMade: number;
  private absences = 0;
  /** Makes lost links anew; null where no fault can take them. */
  private readonly redial: Redial | null;
  private readonly keeper: LinkKeeper | null;

  /** `before` are those of the relay's last process: numbers go on. */
  constructor(
    relay: SimulatedRelay,
    stack: LinkingStack,
    online: boolean,
    parts: LinksParts,
    before: RelayLinks | null = null,
  ) {
    this.linksMade = before?.linksMade ?? 0;
    this.relay = relay;
    this.stack = stack;
    this.online = online;
    this.parts = parts;
    this.redial =
      parts.faults === null
        ? null
        : new Redial({
            clock: parts.clock,
            seed: parts.seed,
            relay: relay.index,
            isWanted: (peer) => this.online && !this.connections.has(peer),
            dial: (peer) => void this.ask(this.neighbour(peer)),
          });
    this.keeper = parts.keeping === null ? null : LinkKeeper.of(parts.keeping, this, before?.keeper ?? null);
  }

  get index(): number {
    return this.relay.index;
  }

  isLinked(peer: number): boolean {
    return this.connections.has(peer) || this.asked?.has(peer) === true;
  }

  countDialled(): number {
    let count = this.asked?.size ?? 0;
    for (const { direction } of this.connections.values()) if (direction === 'outbound') count++;
    return count;
  }

  /** Who takes what arrives on a link; null when that link, or the relay's network, is gone. */
  receiverOf({ from, detail, what }: Arrival): Receiver | null {
    const isAnswered = what === ARRIVAL.dial && this.keeper === null;
    if (what >= ARRIVAL.dial) return this.online || isAnswered ? this : null;
    const connection = this.connections.get(from);
    if (connection !== undefined && connection.link === detail) return connection;
    if (this.parts.faults !== null) {
      // As TCP answers what belongs to no connection: the other end must not go on with it.
      if (this.online && what !== ARRIVAL.close) {
        this.tell(this.neighbour(from), ARRIVAL.close, detail, REFUSE_BYTES);
      }
      return null;
    }
    // Only who has gone away itself, or given up a dial, can get something on a link that it no longer has.
    assert(
      this.absences > 0 || this.keeper !== null,
      `relay ${this.relay.index} has no link to relay ${from}, but something arrived on it`,
    );
    return null;
  }

  /** A link of the topology comes up, at both ends at once. */
  open({ peer, latencyUs, direction }: Neighbour, link = 0): void {
    const { relay, parts } = this;
    assert(this.online && !this.connections.has(peer));
    const end: LinkEnd = this.stack.connect({
      local: relay,
      peer: parts.peerOf(peer),
      direction,
      latencyUs,
      number: link,
      onClosed: () => this.closedAbove(end),
    });
    this.connections.set(peer, end);
    this.redial?.done(peer);
    end.announce();
    relay.peers.linkUp(peer);
  }

  /** Loses the network: every link closes, requests fail, and what arrives is dropped. */
  goOffline(): void {
    assert(this.online, `relay ${this.relay.index} is away already`);
    this.leave();
    this.relay.peers.networkLost();
  }

  /** The relay's process dies: the operating system closes what it had open, and its router hears of nothing. */
  processLost(): void {
    this.stack.die();
    if (this.online) this.leave();
  }

  /** Closes the links that a condition is true of, and tells the other ends as far as that gets there. */
  drop(isLost: (peer: number) => boolean): number {
    const lost = [...this.connections.values()].filter(({ remote }) => isLost(remote));
    for (const connection of lost) {
      this.parts.transport.transmit(connection, ARRIVAL.close, CLOSE_BYTES, null);
      this.shut(connection);
    }
    return lost.length;
  }

  private leave(): void {
    this.online = false;
    this.absences++;
    this.redial?.forget();
    this.keeper?.wentOffline(this.dialledPeers());
    const { transport } = this.parts;
    for (const [peer, link] of this.asked ?? [])
      this.tell(this.neighbour(peer), ARRIVAL.close, link, CLOSE_BYTES);
    this.asked = null;
    for (const connection of [...this.connections.values()]) {
      transport.transmit(connection, ARRIVAL.close, CLOSE_BYTES, null);
      this.shut(connection);
    }
  }

  /** Gets the network back, or has it for the first time: links are made one by one, each with a delay. */
  comeOnline(): void {
    assert(!this.online, `relay ${this.relay.index} is there already`);
    this.online = true;
    if (this.keeper !== null) {
      this.keeper.cameOnline(LINKS_RETURN_WITHIN_US);
      return;
    }
    const { relay, absences, parts } = this;
    const { clock, seed } = parts;
    const jitter = randomStream(seed, `links made after ${clock.nowUs}`, relay.index);
    for (const neighbour of parts.neighbours().of(relay.index)) {
      // The last of the round trips is that of the question and its answer.
      const setupUs = 2 * (SETUP_ROUND_TRIPS - 1) * neighbour.latencyUs;
      const atUs = clock.nowUs + jitter.integer(LINKS_RETURN_WITHIN_US) + setupUs;
      clock.schedule(
        atUs,
        new Call(relay.index, () => {
          if (this.online && this.absences === absences) this.ask(neighbour);
        }),
      );
    }
  }

  /** Looks for others to dial in place of links that were lost; nothing to do where links are the topology's. */
  replaceLost(): void {
    this.keeper?.fill(REDIAL_WITHIN_US);
  }

  /** Asks a relay of the keeper's choice for a link, and gives up after a while. */
  dial(peer: number): void {
    const { clock } = this.parts;
    const neighbour = this.neighbour(peer, 'outbound');
    const link = this.ask(neighbour);
    const giveUp = (): void => {
      if (this.asked?.get(peer) !== link) return;
      this.asked.delete(peer);
      // Its answer may be on the way: the end that it has opened is to be closed again.
      this.tell(neighbour, ARRIVAL.close, link, CLOSE_BYTES);
      this.replaceLost();
    };
    clock.schedule(clock.nowUs + DIAL_TIMEOUT_US, new Call(this.index, giveUp));
  }

  private dialledPeers(): number[] {
    const open = [...this.connections.values()].filter(({ direction }) => direction === 'outbound');
    return [...open.map(({ remote }) => remote), ...(this.asked?.keys() ?? [])];
  }

  arrive({ what, from, detail: link }: Arrival): void {
    switch (what) {
      case ARRIVAL.dial:
        this.hearDial(this.neighbour(from, 'inbound'), link);
        return;
      case ARRIVAL.close: {
        const connection = this.connections.get(from);
        if (connection?.link !== link) return;
        this.shut(connection);
        if (connection.direction === 'outbound') this.replaceLost();
        return;
      }
      default: {
        if (this.asked?.get(from) !== link) {
          // Asked before this relay went away, or too long ago: then the other end must know.
          if (what === ARRIVAL.accept && this.parts.faults !== null) {
            this.tell(this.neighbour(from), ARRIVAL.close, link, REFUSE_BYTES);
          }
          return;
        }
        this.asked.delete(from);
        if (what === ARRIVAL.accept) this.openAnew(this.neighbour(from), link);
        else this.redialIfOwn(this.neighbour(from));
      }
    }
  }

  /** The number of the link that was asked for; 0 where there is one already. */
  private ask(neighbour: Neighbour): number {
    const { peer } = neighbour;
    if (this.isLinked(peer)) return 0;
    const link = ++this.linksMade * SOURCES_MAX + this.relay.index;
    this.asked ??= new Map();
    this.asked.set(peer, link);
    this.tell(neighbour, ARRIVAL.dial, link, SETUP_BYTES);
    if (this.redial === null) return link;
    const { clock } = this.parts;
    const { absences } = this;
    const giveUp = (): void => {
      if (this.absences !== absences || this.asked?.get(peer) !== link) return;
      this.asked.delete(peer);
      this.redialIfOwn(neighbour);
    };
    clock.schedule(clock.nowUs + DIAL_TIMEOUT_US, new Call(this.relay.index, giveUp));
    return link;
  }

  /** A link has one end that makes it anew, the one that made it first. */
  private redialIfOwn({ peer, direction }: Neighbour): void {
    if (direction === 'outbound') this.redial?.soon(peer);
  }

  /** Opens a link in place of one whose other end has lost it. */
  private openAnew(neighbour: Neighbour, link: number): void {
    const stale = this.parts.faults === null ? undefined : this.connections.get(neighbour.peer);
    if (stale !== undefined) this.shut(stale);
    this.open(neighbour, link);
  }

  private hearDial(neighbour: Neighbour, link: number): void {
    const { peer } = neighbour;
    if (!this.online) {
      this.tell(neighbour, ARRIVAL.refuse, link, REFUSE_BYTES);
      return;
    }
    // Its answer would not get there: TCP's handshake comes to nothing.
    if (this.parts.faults?.isCut(this.relay.index, peer) === true) return;
    // Both ask at once: the question of the relay with the lower number counts, and both know it. The other
    // keeps its own in mind: it is answered after all if the first goes away meanwhile.
    if (this.asked?.has(peer) === true && this.relay.index < peer) return;
    this.tell(neighbour, ARRIVAL.accept, link, SETUP_BYTES);
    this.openAnew(neighbour, link);
  }

  /** The stack has closed an end by itself: the other one is told. */
  private closedAbove(end: LinkEnd): void {
    if (this.connections.get(end.remote) !== end) return;
    this.parts.transport.transmit(end, ARRIVAL.close, CLOSE_BYTES, null);
    this.shut(end);
  }

  private shut(connection: LinkEnd): void {
    this.relay.wake();
    this.connections.delete(connection.remote);
    connection.shut();
    this.relay.peers.linkDown(connection.remote);
    if (this.online && this.redial !== null) this.redialIfOwn(this.neighbour(connection.remote));
  }

  private tell({ peer, latencyUs }: Neighbour, what: ArrivalKind, link: number, bytes: number): void {
    this.parts.transport.dispatch(this.relay, {
      to: peer,
      latencyUs,
      what,
      detail: link,
      bytes,
      frame: null,
    });
  }

  private neighbour(peer: number, direction: Direction = 'outbound'): Neighbour {
    const { keeping } = this.parts;
    if (keeping !== null) return { peer, latencyUs: keeping.latencyUs(this.index, peer), direction };
    const found = this.parts.neighbours().find(this.relay.index, peer);
    assert(found !== undefined, `the topology has no link of ${this.relay.index} and ${peer}`);
    return found;
  }
}
