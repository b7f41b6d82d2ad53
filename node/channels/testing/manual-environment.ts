/**
 * The ports of a relay by hand, for tests: time stands until it is advanced, and a test is every peer.
 *
 * What was asked, delivered and reported is noted; how much was under way at once is counted, since bounds are
 * what most tests are about.
 */

import { createHash } from 'node:crypto';
import {
  type Answerer,
  type Environment,
  type PeerName,
  type Peers,
  type Pubsub,
  type PubsubMessage,
  RequestError,
  type RequestLimits,
  type Timer,
  type Verdict,
  type Work,
} from '../../environment.ts';
import { START_MS } from '../../trust/testing/test-repository.ts';

/** Lets everything run that waits for nothing but promises. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

export class ManualTime {
  timeMs = START_MS;
  private planned: { atMs: number; action: () => void }[] = [];

  nowMs(): number {
    return this.timeMs;
  }

  after(delayMs: number, action: () => void): Timer {
    const timer = { atMs: this.timeMs + delayMs, action };
    this.planned.push(timer);
    return {
      cancel: () => {
        this.planned = this.planned.filter((other) => other !== timer);
      },
    };
  }

  /** Times until the timers that are set, from now. */
  get waitsMs(): number[] {
    return this.planned.map(({ atMs }) => atMs - this.timeMs).sort((a, b) => a - b);
  }

  async advance(byMs: number): Promise<void> {
    const untilMs = this.timeMs + byMs;
    await settled();
    for (;;) {
      const due = this.planned.filter(({ atMs }) => atMs <= untilMs).sort((a, b) => a.atMs - b.atMs)[0];
      if (due === undefined) break;
      this.planned = this.planned.filter((timer) => timer !== due);
      this.timeMs = Math.max(this.timeMs, due.atMs);
      due.action();
      await settled();
    }
    this.timeMs = untilMs;
  }
}

export interface Asked {
  readonly peer: PeerName;
  readonly body: Uint8Array;
  readonly limits: RequestLimits;
}

/** How a peer of a test answers: bytes, null to refuse, a RequestError to fail, or one of these later. */
export type ManualAnswer = (
  asked: Asked,
) => Uint8Array | RequestError | null | Promise<Uint8Array | RequestError | null>;

export class ManualPeers implements Peers {
  readonly answers = new Map<PeerName, ManualAnswer>();
  readonly asked: Asked[] = [];
  readonly served = new Map<string, { readonly maxRequestBytes: number; readonly answer: Answerer }>();
  /** The most requests that were under way at once, in all and with one peer. */
  mostAtOnce = 0;
  mostOfPeer = 0;
  private readonly open = new Set<PeerName>();
  private readonly underWay = new Map<PeerName, number>();
  private readonly listeners: ((peer: PeerName) => void)[] = [];

  connected(): readonly PeerName[] {
    return [...this.open];
  }

  onConnect(listener: (peer: PeerName) => void): void {
    this.listeners.push(listener);
  }

  connect(peer: PeerName): void {
    this.open.add(peer);
    for (const listener of this.listeners) listener(peer);
  }

  disconnect(peer: PeerName): void {
    this.open.delete(peer);
  }

  serve(protocol: string, maxRequestBytes: number, answer: Answerer): void {
    this.served.set(protocol, { maxRequestBytes, answer });
  }

  /** Who was asked, in order. */
  get askedPeers(): PeerName[] {
    return this.asked.map(({ peer }) => peer);
  }

  get atOnce(): number {
    return [...this.underWay.values()].reduce((sum, count) => sum + count, 0);
  }

  async request(
    peer: PeerName,
    _protocol: string,
    body: Uint8Array,
    limits: RequestLimits,
  ): Promise<Uint8Array> {
    const asked = { peer, body, limits };
    this.asked.push(asked);
    const ofPeer = (this.underWay.get(peer) ?? 0) + 1;
    this.underWay.set(peer, ofPeer);
    this.mostOfPeer = Math.max(this.mostOfPeer, ofPeer);
    this.mostAtOnce = Math.max(this.mostAtOnce, this.atOnce);
    const answer = this.answers.get(peer);
    await Promise.resolve();
    const answered =
      answer === undefined ? new RequestError('unreachable', `there is no ${peer}`) : await answer(asked);
    this.underWay.set(peer, this.underWay.get(peer)! - 1);
    if (answered instanceof RequestError) throw answered;
    if (answered === null) throw new RequestError('refused', peer);
    if (answered.length > limits.maxBytes) throw new RequestError('too-long', peer);
    return answered;
  }
}

export class ManualPubsub implements Pubsub {
  readonly published: Uint8Array[] = [];
  /** Verdicts in the order of report. */
  readonly reports: { readonly from: PeerName; readonly verdict: Verdict }[] = [];
  private readonly listeners = new Map<string, (message: PubsubMessage) => void>();

  subscribe(topic: string, listener: (message: PubsubMessage) => void): void {
    this.listeners.set(topic, listener);
  }

  async publish(_topic: string, data: Uint8Array): Promise<void> {
    this.published.push(data);
  }

  /** A message comes in; resolves with its verdict. */
  deliver(topic: string, from: PeerName, data: Uint8Array): Promise<Verdict> {
    const listener = this.listeners.get(topic);
    if (listener === undefined) throw new RangeError(`nobody listens to ${topic}`);
    const id = createHash('sha256').update(data).digest('hex');
    return new Promise((resolve) => {
      const report = (verdict: Verdict): void => {
        this.reports.push({ from, verdict });
        resolve(verdict);
      };
      listener({ topic, from, data, id, report });
    });
  }
}

export class ManualEnvironment implements Environment {
  readonly time = new ManualTime();
  readonly clock = this.time;
  readonly timers = this.time;
  readonly peers = new ManualPeers();
  readonly pubsub = new ManualPubsub();
  /** What `random` gives, by turns. */
  draws: readonly number[] = [0.5];
  private drawn = 0;
  readonly random = { uniform: (): number => this.draws[this.drawn++ % this.draws.length]! };
  readonly processor = { work: (_work: Work, done: () => void): void => done() };
}
