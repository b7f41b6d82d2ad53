/**
 * A relay gets one module: node/updates/module-fetch.ts by events.
 *
 * Whoever has brought the news is asked first and has a head start; then all peers are, in an order drawn anew, round after
 * round, and authorities too when no peer has had it for about a minute.
 */

import { REQUEST_TIMEOUT_MS } from '../../../../node/channels/limits.ts';
import { FETCH_TIMEOUT_MS, TARGET_BYTES_PER_SECOND_MIN } from '../../../../node/trust/limits.ts';
import {
  ANNOUNCED_DELAY_MS,
  FETCH_ROUNDS,
  FIRST_RETRY_MS,
  HEAD_START_MS,
  OFFERERS_ASKED,
  RESERVE_ROUND,
  RETRY_GROWTH,
} from '../../../../node/updates/module-fetch.ts';
import type { FilePart } from './lesson.ts';
import type { LivingRelay } from './living-relay.ts';
import type { Peers } from './peers.ts';
import type { Answered, Reply } from './requests.ts';
import type { Assembly, Swarm } from './swarm.ts';

/** What a relay's process gets of all its peers, and of authorities, for all modules. */
export interface Swarms {
  readonly ofPeers: Swarm;
  readonly ofAuthorities: Swarm;
}

/** What is fetched, and for whom. */
export interface Wanted {
  readonly relay: LivingRelay;
  readonly parts: readonly FilePart[];
  /** Length of the module. */
  readonly bytes: number;
  /** Who has brought the news; null for nobody in particular. */
  readonly bearer: number | null;
  readonly has: (host: number) => boolean;
  readonly swarms: Swarms;
  /** Told when all of it is here, whether or not it is fetched still: a request under way goes on to its end. */
  readonly kept: () => void;
  /** Told when all of it is here for the first time, and it is fetched still. */
  readonly fetched: () => void;
  /** Told when nobody has had it for so many rounds. */
  readonly givenUp: () => void;
}

export class ModuleFetch {
  private readonly peers: Peers;
  private readonly wanted: Wanted;
  private readonly ofPeers: Assembly;
  private readonly ofAuthorities: Assembly;
  private isOver = false;
  private round = 0;
  private retryMs = FIRST_RETRY_MS;
  private bearers = 0;
  private bearersUnderWay = 0;
  private isRoundUnderWay = false;
  /** Counts waits: only the last one ends in a round. */
  private waits = 0;

  /** Begins by itself. */
  constructor(peers: Peers, wanted: Wanted) {
    this.peers = peers;
    this.wanted = wanted;
    this.ofPeers = this.assembly();
    this.ofAuthorities = this.assembly();
    if (wanted.bearer === null) this.waitAbout(ANNOUNCED_DELAY_MS);
    else {
      this.offered(wanted.bearer);
      this.wait(HEAD_START_MS);
    }
  }

  /** Somebody has brought news of it while it is still missing. */
  offered(bearer: number): void {
    if (this.isOver || this.bearers === OFFERERS_ASKED) return;
    this.bearers++;
    this.bearersUnderWay++;
    // One deadline for all of it, as node/channels/peer-fetcher.ts has it.
    const { peers, wanted } = this;
    const allowedMs = FETCH_TIMEOUT_MS + Math.ceil((wanted.bytes * 1000) / TARGET_BYTES_PER_SECOND_MIN);
    this.askBearer(bearer, 0, peers.nowMs() + allowedMs);
  }

  /** It has come another way: what is under way is of no use any more. */
  callOff(): void {
    this.isOver = true;
    this.waits++;
  }

  private assembly(): Assembly {
    const missing = this.wanted.parts.map((_part, index) => index);
    return { missing, ask: (peer, part, done) => this.ask(peer, part, done) };
  }

  /** One part after the other. */
  private askBearer(bearer: number, part: number, untilMs: number): void {
    const { parts } = this.wanted;
    const asked = (isHere: boolean): void => {
      if (isHere && part + 1 < parts.length) {
        this.askBearer(bearer, part + 1, untilMs);
        return;
      }
      this.bearersUnderWay--;
      if (isHere) this.keep();
      else if (this.round === 0 && this.bearersUnderWay === 0) this.nextRound();
    };
    const leftMs = untilMs - this.peers.nowMs();
    if (leftMs > 0) this.ask(bearer, part, asked, Math.min(leftMs, REQUEST_TIMEOUT_MS));
    else asked(false);
  }

  private ask(peer: number, part: number, done: (isHere: boolean) => void, timeoutMs?: number): void {
    const { relay, parts, has } = this.wanted;
    const { questionBytes, answerBytes } = parts[part]!;
    const answer = (reply: Reply): void => reply(has(peer) ? answerBytes : null);
    const settled = (answered: Answered): void => done(answered === 'answer');
    this.peers.ask(relay, peer, questionBytes, answer, settled, timeoutMs);
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
    const { peers, round } = this;
    const { relay, swarms } = this.wanted;
    this.round = round + 1;
    this.isRoundUnderWay = true;
    const end = (isWhole: boolean): void => this.endRound(isWhole);
    swarms.ofPeers.gather(this.ofPeers, peers.inRandomOrder(relay, relay.peers), (isWhole) => {
      const asksAuthorities = peers.authorities.length > 0 && this.round >= RESERVE_ROUND;
      if (isWhole || !asksAuthorities || this.isOver) end(isWhole);
      else
        swarms.ofAuthorities.gather(this.ofAuthorities, peers.inRandomOrder(relay, peers.authorities), end);
    });
  }

  private endRound(isWhole: boolean): void {
    this.isRoundUnderWay = false;
    if (isWhole) {
      this.keep();
      return;
    }
    if (this.isOver) return;
    if (this.round === FETCH_ROUNDS) {
      this.callOff();
      this.wanted.givenUp();
      return;
    }
    this.waitAbout(this.retryMs);
    this.retryMs *= RETRY_GROWTH;
  }

  private keep(): void {
    this.wanted.kept();
    if (this.isOver) return;
    this.callOff();
    this.wanted.fetched();
  }
}
