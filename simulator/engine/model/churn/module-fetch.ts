/**
 * A relay gets one module: node/updates/module-fetch.ts by events.
 *
 * Whoever has brought the news is asked first and has a head start; then all peers are, in an order drawn anew, round after
 * round, and authorities too when no peer has had it for about a minute.
 */

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
import { type Ask, Swarm } from './swarm.ts';

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
