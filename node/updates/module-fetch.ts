/**
 * Gets one module in the background: from whoever offered it, from peers, again after a while, up to a bound.
 *
 * Whoever offered it is asked first and has a head start, not a monopoly: a peer that offers what it then sends
 * slowly holds the module up by seconds. Everything that comes is checked by the trust client.
 */

import type { Random, Timer, Timers } from '../environment.ts';
import type { Fetcher } from '../trust/fetcher.ts';
import type { Downloaded, TrustClient } from '../trust/trust-client.ts';
import type { ModuleTarget } from './stage-observer.ts';

/** Rounds through the peers before it is given up until the next offer: some six minutes. */
export const FETCH_ROUNDS = 12;

/** Wait before the first round where nobody in particular has it: those who passed the news on are fetching too. */
export const ANNOUNCED_DELAY_MS = 1_000;

/** Wait before the second round. */
export const FIRST_RETRY_MS = 2_000;

/** Each wait is so much longer: a large module takes seconds to come a hop nearer, and then all wait for its peers. */
export const RETRY_GROWTH = 1.5;

/**
 * The round from which on authorities are asked when no peer has it, after about a minute: what is only on its way
 * through the network has come by then, and a wave of relays does not fall upon a few authorities.
 */
export const RESERVE_ROUND = 8;

/** What an offerer has before the others are asked as well. */
export const HEAD_START_MS = 3_000;

/** Offerers that are asked besides, the first ones: a flood of offers must not become a flood of requests. */
export const OFFERERS_ASKED = 4;

export interface ModuleFetchParts {
  readonly client: Pick<TrustClient, 'download'>;
  /** Peers, or wherever modules are kept. */
  readonly targets: Fetcher;
  /** Asked as well from round RESERVE_ROUND on, where there is one: authorities. */
  readonly reserve: Fetcher | null;
  readonly timers: Timers;
  readonly random: Random;
}

export class ModuleFetch {
  /** Null when it was called off. */
  readonly outcome: Promise<Downloaded | null>;
  private readonly parts: ModuleFetchParts;
  private readonly target: ModuleTarget;
  private readonly finish: (outcome: Downloaded | null) => void;
  private isOver = false;
  private round = 0;
  private retryMs = FIRST_RETRY_MS;
  private offerers = 0;
  private offerersUnderWay = 0;
  private isRoundUnderWay = false;
  private timer: Timer | null = null;

  /** Begins by itself; `offerer` is null where nobody in particular has offered it. */
  constructor(parts: ModuleFetchParts, target: ModuleTarget, offerer: Fetcher | null) {
    this.parts = parts;
    this.target = target;
    let finish: (outcome: Downloaded | null) => void = () => {};
    this.outcome = new Promise((resolve) => {
      finish = resolve;
    });
    this.finish = finish;
    if (offerer === null) this.waitAbout(ANNOUNCED_DELAY_MS);
    else {
      this.ask(offerer);
      this.wait(HEAD_START_MS);
    }
  }

  /** Another one has offered it while it is still missing. */
  ask(offerer: Fetcher): void {
    if (this.isOver || this.offerers === OFFERERS_ASKED) return;
    this.offerers++;
    this.offerersUnderWay++;
    void this.parts.client.download(this.target, offerer).then((downloaded) => {
      this.offerersUnderWay--;
      if (this.isOver) return;
      if ('bytes' in downloaded) this.end(downloaded);
      else if (this.round === 0 && this.offerersUnderWay === 0) this.nextRound();
    });
  }

  /** It has come another way. */
  deliver(downloaded: Downloaded): void {
    this.end(downloaded);
  }

  /** Nobody wants it any more. */
  cancel(): void {
    this.end(null);
  }

  private wait(delayMs: number): void {
    this.timer?.cancel();
    this.timer = this.parts.timers.after(delayMs, () => this.nextRound());
  }

  /** Relays that heard or failed together must not ask together. */
  private waitAbout(delayMs: number): void {
    this.wait(delayMs * (0.5 + this.parts.random.uniform()));
  }

  private nextRound(): void {
    this.timer?.cancel();
    this.timer = null;
    if (this.isOver || this.isRoundUnderWay) return;
    this.round++;
    this.isRoundUnderWay = true;
    void this.download().then((downloaded) => {
      this.isRoundUnderWay = false;
      if (this.isOver) return;
      if ('bytes' in downloaded || this.round === FETCH_ROUNDS) this.end(downloaded);
      else {
        this.waitAbout(this.retryMs);
        this.retryMs *= RETRY_GROWTH;
      }
    });
  }

  private async download(): Promise<Downloaded> {
    const { client, targets, reserve } = this.parts;
    const downloaded = await client.download(this.target, targets);
    if ('bytes' in downloaded || reserve === null || this.round < RESERVE_ROUND || this.isOver)
      return downloaded;
    return client.download(this.target, reserve);
  }

  private end(outcome: Downloaded | null): void {
    if (this.isOver) return;
    this.isOver = true;
    this.timer?.cancel();
    this.timer = null;
    this.finish(outcome);
  }
}
