/**
 * Questions to any other host and their answers: gossipsub/simulated-peers.ts by events.
 *
 * A question goes over a link or over a connection made for it, and waits for a stream, a round trip. An answer leaves
 * piece by piece, the next one when the uplink has sent the last, so that others get in between. Authorities are hosts
 * behind the relays: they have no links and never go away.
 */

import { REQUEST_TIMEOUT_MS } from '../../../../node/channels/limits.ts';
import { NEGOTIATION_BYTES } from '../../gossipsub/negotiation.ts';
import {
  FRAMING_BYTES,
  KEPT_OPEN_US,
  PIECE_BYTES,
  SETUP_BYTES,
  SETUP_ROUND_TRIPS,
} from '../../gossipsub/simulated-peers.ts';
import type { World } from '../world.ts';
import type { Calls } from './calls.ts';
import type { ChangingLinks } from './changing-links.ts';
import type { LivingRelay } from './living-relay.ts';

/** Ways before a stream carries a question, and the way of the question itself. */
const WAYS_OF_QUESTION = 3;

/** What a question came to; the last two as node/environment.ts names them. */
export type Answered = 'answer' | 'refusal' | 'unreachable' | 'timeout';

/** A question without an answer yet. */
interface Pending {
  /** The link that carries it; -1 for a connection of its own. */
  readonly place: number;
  settle(answered: Answered): void;
}

/** What a relay's process remembers of what it asked. */
interface Memory {
  readonly pending: Pending[];
  /** Those whose links have closed because the relay has lost its network: it knows when all have. */
  readonly lost: Pending[];
  /** Connections made for questions to hosts without a link: until when each stays open. */
  readonly keptUntilUs: Map<number, number>;
}

export interface RequestsParts {
  readonly world: World;
  readonly links: ChangingLinks;
  readonly calls: Calls;
  readonly relays: readonly LivingRelay[];
  /** One way between any two hosts. */
  readonly latencyUs: (a: number, b: number) => number;
}

/** Sends an answer. */
export type Reply = (bytes: number | null) => void;

/** An answer on its way, piece by piece. */
interface Sending {
  readonly from: number;
  readonly wayUs: number;
  /** Of the host that answers: one that has gone meanwhile sends no more. */
  readonly absences: number;
  /** Told before when what is sent next arrives; at infinity where nothing does. */
  readonly comesBy: (atUs: number) => void;
  /** Told when all of it arrives. */
  readonly arrives: (atUs: number) => void;
  leftBytes: number;
}

export class Requests {
  private readonly parts: RequestsParts;
  /** Null for a relay that waits for nobody and keeps nothing open. */
  private readonly memories: (Memory | null)[];

  constructor(parts: RequestsParts) {
    this.parts = parts;
    this.memories = parts.relays.map(() => null);
  }

  /** The relay has a new process, which remembers nothing. */
  restarted({ index }: LivingRelay): void {
    this.memories[index] = null;
  }

  linkDown({ index, online }: LivingRelay, place: number): void {
    const memory = this.memories[index];
    if (memory === null) return;
    const lost = memory.pending.filter((each) => each.place === place);
    if (online) for (const one of lost) one.settle('unreachable');
    else memory.lost.push(...lost);
  }

  /** The relay has lost its network, and with it what it had open. */
  wentOffline({ index }: LivingRelay): void {
    const memory = this.memories[index];
    if (memory === null) return;
    memory.keptUntilUs.clear();
    for (const one of [...memory.lost.splice(0), ...memory.pending]) one.settle('unreachable');
  }

  /**
   * Asks a host a question of so many bytes; `answer` is called at the host, and replies with so many bytes, or null for a
   * refusal, there and then. `done` is not told of what a process that has ended had asked, and else in time.
   */
  request(
    relay: LivingRelay,
    peer: number,
    questionBytes: number,
    answer: (reply: Reply) => void,
    done: (answered: Answered) => void,
    timeoutMs = REQUEST_TIMEOUT_MS,
  ): void {
    const { world, links, calls, latencyUs } = this.parts;
    if (!relay.online) {
      done('unreachable');
      return;
    }
    const memory: Memory = (this.memories[relay.index] ??= { pending: [], lost: [], keptUntilUs: new Map() });
    const { pending } = memory;
    const { process } = relay;
    const place = relay.placeOf(peer);
    const one: Pending = {
      place,
      settle: (answered) => {
        const index = pending.indexOf(one);
        if (index < 0) return;
        pending.splice(index, 1);
        if (pending.length === 0 && memory.keptUntilUs.size === 0 && this.memories[relay.index] === memory)
          this.memories[relay.index] = null;
        if (relay.process === process) done(answered);
      },
    };
    pending.push(one);
    const beganUs = world.nowUs;
    const wayUs = place < 0 ? latencyUs(relay.index, peer) : links.latencyUs[place];
    const isNew = place < 0 && !this.keepsOpen(memory, peer);
    const ways = WAYS_OF_QUESTION + (isNew ? 2 * SETUP_ROUND_TRIPS : 0);
    const overheadBytes = FRAMING_BYTES + NEGOTIATION_BYTES + (isNew ? SETUP_BYTES : 0);
    const departsUs = world.sendRequest(beganUs, relay.index, questionBytes + overheadBytes, ways * wayUs);
    const deadlineUs = beganUs + timeoutMs * 1000;
    let isTooLate = false;
    /** Known beforehand, since nobody waits for what comes in time. */
    const comesBy = (atUs: number): void => {
      if (isTooLate || atUs <= deadlineUs) return;
      isTooLate = true;
      calls.at(deadlineUs, relay.index, () => {
        if (pending.includes(one)) memory.keptUntilUs.delete(peer);
        one.settle('timeout');
      });
    };
    const asksUs = Math.ceil(departsUs) + ways * wayUs;
    comesBy(asksUs);
    calls.at(asksUs, relay.index, () => {
      if (!this.isUp(peer)) {
        world.drop(peer, 0);
        comesBy(Number.POSITIVE_INFINITY);
        return;
      }
      answer((bytes) => {
        const arrives = (atUs: number): void => {
          calls.at(atUs, peer, () => {
            if (!relay.online) world.drop(relay.index, 0);
            else if (!isTooLate) one.settle(bytes === null ? 'refusal' : 'answer');
          });
        };
        const absences = this.absencesOf(peer);
        this.send({ from: peer, wayUs, absences, comesBy, arrives, leftBytes: bytes ?? 0 }, overheadBytes);
      });
    });
  }

  private isUp(host: number): boolean {
    const { relays } = this.parts;
    return host >= relays.length || relays[host].online;
  }

  private absencesOf(host: number): number {
    return this.parts.relays[host]?.absences ?? 0;
  }

  /** Whether a connection that an earlier question was made with is open still; from now on it is. */
  private keepsOpen({ keptUntilUs }: Memory, peer: number): boolean {
    const { nowUs } = this.parts.world;
    const isOpen = (keptUntilUs.get(peer) ?? 0) > nowUs;
    for (const [other, untilUs] of keptUntilUs) if (untilUs <= nowUs) keptUntilUs.delete(other);
    keptUntilUs.set(peer, nowUs + KEPT_OPEN_US);
    return isOpen;
  }

  /** Sends the next piece of an answer. */
  private send(sending: Sending, overheadBytes: number): void {
    const { world, calls } = this.parts;
    const { from, wayUs, absences, comesBy, arrives, leftBytes } = sending;
    if (this.absencesOf(from) !== absences) {
      comesBy(Number.POSITIVE_INFINITY);
      return;
    }
    const bytes = Math.min(leftBytes, PIECE_BYTES);
    const departsUs = Math.ceil(world.sendRequest(world.nowUs, from, bytes + overheadBytes, wayUs));
    sending.leftBytes -= bytes;
    comesBy(departsUs + wayUs);
    if (sending.leftBytes === 0) arrives(departsUs + wayUs);
    else calls.at(departsUs, from, () => this.send(sending, FRAMING_BYTES));
  }
}
