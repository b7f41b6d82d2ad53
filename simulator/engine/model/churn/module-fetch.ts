/**
 * A relay gets one module: node/updates/module-fetch.ts and node/channels/swarm-fetcher.ts by events.
 *
 * Whoever has brought the news is asked first and has a head start; then all peers are, in an order drawn anew, round after
 * round, and authorities too when no peer has had it for about a minute.
 */

import { CHUNKS_IN_FLIGHT, CHUNKS_IN_FLIGHT_PER_PEER } from '../../../../node/channels/limits.ts';
import {
  ANNOUNCED_DELAY_MS,
  FETCH_ROUNDS,
  FIRST_RETRY_MS,
  HEAD_START_MS,
  RESERVE_ROUND,
  RETRY_GROWTH,
} from '../../../../node/updates/module-fetch.ts';
import type { FilePart } from './lesson.ts';
import type { LivingRelay } from './living-relay.ts';
import type { Peers } from './peers.ts';
import type { Reply } from './requests.ts';

/** What is fetched, and for whom. */
export interface Wanted {
  readonly relay: LivingRelay;
  readonly parts: readonly FilePart[];
  /** Who has brought the news; null for nobody in particular. */
  readonly bearer: number | null;
  readonly has: (host: number) => boolean;
  /** Told when all of it is here; never where it is given up. */
  readonly fetched: () => void;
}

export class ModuleFetch {
  private readonly peers: Peers;
  private readonly wanted: Wanted;
  private readonly swarm: Swarm;
  private readonly reserve: Swarm;
  private isOver = false;
  private round = 0;
  private retryMs = FIRST_RETRY_MS;
  private isRoundUnderWay = false;
  /** Counts waits: only the last one ends in a round. */
  private waits = 0;

  /** Begins by itself. */
  constructor(peers: Peers, wanted: Wanted) {
    this.peers = peers;
    this.wanted = wanted;
    const ask: Ask = (peer, part, done) => this.ask(peer, part, done);
    this.swarm = new Swarm(wanted.parts.length, ask);
    this.reserve = new Swarm(wanted.parts.length, ask);
    if (wanted.bearer === null) this.waitAbout(ANNOUNCED_DELAY_MS);
    else {
      this.askBearer(wanted.bearer, 0);
      this.wait(HEAD_START_MS);
    }
  }

  /** It has come another way: what is under way is of no use any more. */
  callOff(): void {
    this.isOver = true;
    this.waits++;
  }

  /** One part after the other. */
  private askBearer(bearer: number, part: number): void {
    const { parts } = this.wanted;
    this.ask(bearer, part, (isHere) => {
      if (isHere && part + 1 < parts.length) {
        this.askBearer(bearer, part + 1);
        return;
      }
      if (isHere) this.end(true);
      else if (this.round === 0) this.nextRound();
    });
  }

  private ask(peer: number, part: number, done: (isHere: boolean) => void): void {
    const { relay, parts, has } = this.wanted;
    const { questionBytes, answerBytes } = parts[part]!;
    const answer = (reply: Reply): void => reply(has(peer) ? answerBytes : null);
    this.peers.ask(relay, peer, questionBytes, answer, (answered) => done(answered === 'answer'));
  }

  private wait(delayMs: number): void {
    const wait = ++this.waits;
    this.peers.after(delayMs, this.wanted.relay, () => {
      if (wait === this.waits) this.nextRound();
    });
  }

  private waitAbout(delayMs: number): void {
    this.wait(delayMs * (0.5 + this.peers.draw(this.wanted.relay)));
  }

  private nextRound(): void {
    this.waits++;
    if (this.isOver || this.isRoundUnderWay) return;
    const { peers, swarm, reserve, round } = this;
    const { relay } = this.wanted;
    this.round = round + 1;
    this.isRoundUnderWay = true;
    swarm.gather(peers.inRandomOrder(relay, relay.open.peers), (isWhole) => {
      const asksAuthorities = peers.authorities.length > 0 && this.round >= RESERVE_ROUND;
      if (isWhole || !asksAuthorities || this.isOver) this.endRound(isWhole);
      else reserve.gather(peers.inRandomOrder(relay, peers.authorities), (isHere) => this.endRound(isHere));
    });
  }

  private endRound(isWhole: boolean): void {
    this.isRoundUnderWay = false;
    if (this.isOver) return;
    if (isWhole || this.round === FETCH_ROUNDS) {
      this.end(isWhole);
      return;
    }
    this.waitAbout(this.retryMs);
    this.retryMs *= RETRY_GROWTH;
  }

  private end(isHere: boolean): void {
    if (this.isOver) return;
    this.callOff();
    if (isHere) this.wanted.fetched();
  }
}

type Ask = (peer: number, part: number, done: (isHere: boolean) => void) => void;

/** Gathers parts from several peers at once; those that have come are kept from one attempt to the next. */
class Swarm {
  /** Parts that are neither here nor asked for, in order. */
  private readonly missing: number[];
  private readonly ask: Ask;
  private readonly askedOf = new Map<number, number>();
  private asked = 0;

  constructor(parts: number, ask: Ask) {
    this.missing = Array.from({ length: parts }, (_unused, part) => part);
    this.ask = ask;
  }

  /** Asks these peers, in their order, until all parts are here or nobody is left to ask. */
  gather(peers: readonly number[], ended: (isWhole: boolean) => void): void {
    const candidates = new Set(peers);
    let isOver = false;
    const askAll = (): void => {
      const { missing } = this;
      while (!isOver && missing.length > 0 && this.asked < CHUNKS_IN_FLIGHT) {
        const peer = this.freestOf(candidates);
        if (peer === null) break;
        askOne(missing.shift()!, peer);
      }
      if (isOver || this.asked > 0 || (missing.length > 0 && candidates.size > 0)) return;
      isOver = true;
      ended(missing.length === 0);
    };
    const askOne = (part: number, peer: number): void => {
      this.count(peer, 1);
      this.ask(peer, part, (isHere) => {
        this.count(peer, -1);
        if (!isHere) {
          candidates.delete(peer);
          this.missing.unshift(part);
        }
        askAll();
      });
    };
    askAll();
  }

  /** The peer that is asked for the fewest parts now; null if all are asked for as many as allowed. */
  private freestOf(candidates: Iterable<number>): number | null {
    let freest: number | null = null;
    let fewest = CHUNKS_IN_FLIGHT_PER_PEER;
    for (const peer of candidates) {
      const asked = this.askedOf.get(peer) ?? 0;
      if (asked < fewest) [freest, fewest] = [peer, asked];
    }
    return freest;
  }

  private count(peer: number, change: number): void {
    this.askedOf.set(peer, (this.askedOf.get(peer) ?? 0) + change);
    this.asked += change;
  }
}
