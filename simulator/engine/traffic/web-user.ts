/**
 * One client and whoever sits at it: fetches something, pauses, fetches again, and asks anew when a circuit breaks.
 *
 * What it wants is drawn from a stream of its own, so that two arms with the same seed see the same wishes.
 */

import type { ClientCircuit } from '../../../node/relay/client-circuit.ts';
import { Exchange, type ExchangeReport } from '../../../node/relay/exchange.ts';
import { type ClientParts, OnionClient } from '../../../node/relay/onion-client.ts';
import { StreamEndReason } from '../../../node/relay/reasons.ts';
import type { StreamApplication } from '../../../node/relay/stream.ts';
import type { UsePlan } from '../../scenario/traffic-plan.ts';
import { type RandomStream, randomStream } from '../random.ts';
import type { ExchangeRecord, TrafficRecorder } from './traffic-recorder.ts';

/** A request fits into one cell. */
const REQUEST_BYTES = 400;
const HTTPS = 443;
/** 93.0.0.0 and on: public addresses; the rest says which client asks, for the record alone. */
const SERVERS = 0x5d000000;
/** Looks for circuits that are too old, in each life of one. */
const LOOKS_PER_LIFE = 4;
/** A refusal that is not for want of a circuit is not asked for again at once. */
const REFUSED_PAUSE_MS = 1000;

export interface UserParts {
  readonly host: number;
  /** Its number among clients. */
  readonly client: number;
  readonly seed: number;
  readonly kind: number;
  readonly use: UsePlan;
  readonly circuitSeconds: number;
  readonly recorder: TrafficRecorder;
  readonly nowUs: () => number;
  readonly onion: Omit<ClientParts, 'observer'>;
  /** Told of each circuit that opens, before a stream is put on it. */
  readonly onCircuitOpen: (circuit: ClientCircuit) => void;
}

/** The client that asks for something at this address. */
export function clientOf(address: number): number {
  return address - SERVERS;
}

export class WebUser {
  readonly onion: OnionClient;
  private readonly parts: UserParts;
  private readonly wishes: RandomStream;

  constructor(parts: UserParts) {
    this.parts = parts;
    this.wishes = randomStream(parts.seed, 'wishes of a client', parts.client);
    const { host, recorder } = parts;
    this.onion = new OnionClient({
      ...parts.onion,
      // The authorities vote anew now and then.
      get consensus() {
        return parts.onion.consensus;
      },
      observer: {
        onCircuitOpen: (circuit) => {
          recorder.circuitOpened(host, Math.round((circuit.openedAtMs - circuit.begunAtMs) * 1000));
          parts.onCircuitOpen(circuit);
        },
        onCircuitFailed: (_circuit, reason) => recorder.circuitFailed(host, reason),
        onCircuitBroken: (_circuit, reason) => recorder.circuitBroken(host, reason),
      },
    });
  }

  /** To be called at the client's own event. */
  start(): void {
    this.onion.start();
    this.tidyLater();
    this.wantLater(this.wishes.uniform() * this.parts.use.meanThinkSeconds);
  }

  private wantLater(seconds: number): void {
    this.parts.onion.environment.timers.after(seconds * 1000, () => this.want());
  }

  private want(): void {
    const { recorder, host, client, kind, use } = this.parts;
    const bytes = Math.max(1, Math.round(this.wishes.exponential(use.meanBytes)));
    this.ask(recorder.ask(host, client, kind, bytes));
  }

  private ask(record: ExchangeRecord): void {
    const { clock } = this.parts.onion.environment;
    const exchange = new Exchange({ bytesUp: REQUEST_BYTES, bytesDown: record.bytes }, clock, (report) =>
      this.onReport(record, report),
    );
    const destination = { address: SERVERS + record.client, port: HTTPS };
    this.onion.openStream(destination, this.watched(exchange, record));
  }

  /** Counts what arrives while it does. */
  private watched(exchange: Exchange, record: ExchangeRecord): StreamApplication {
    const { recorder, nowUs } = this.parts;
    return {
      onOpen: (stream) => exchange.onOpen(stream),
      read: (into) => exchange.read(into),
      write: (data) => {
        if (Number.isNaN(record.firstByteUs)) record.firstByteUs = nowUs();
        recorder.receivedBytes += data.length;
        return exchange.write(data);
      },
      onEnd: (reason) => exchange.onEnd(reason),
    };
  }

  private onReport(record: ExchangeRecord, { intact, endReason }: ExchangeReport): void {
    const { recorder, host, use } = this.parts;
    if (intact) recorder.complete(host, record);
    else if (endReason === StreamEndReason.done) recorder.corrupt++;
    else {
      record.interruptions++;
      if (endReason === StreamEndReason.destroy) this.ask(record);
      else this.parts.onion.environment.timers.after(REFUSED_PAUSE_MS, () => this.ask(record));
      return;
    }
    this.wantLater(use.meanThinkSeconds === 0 ? 0 : this.wishes.exponential(use.meanThinkSeconds));
  }

  private tidyLater(): void {
    const everyMs = (this.parts.circuitSeconds / LOOKS_PER_LIFE) * 1000;
    this.parts.onion.environment.timers.after(everyMs * (0.5 + this.wishes.uniform()), () => {
      this.tidy();
      this.tidyLater();
    });
  }

  /** Circuits that are old and idle give way to new ones. */
  private tidy(): void {
    const { environment } = this.parts.onion;
    const oldMs = environment.clock.nowMs() - this.parts.circuitSeconds * 1000;
    for (const circuit of this.onion.openCircuits) {
      if (circuit.openedAtMs <= oldMs && circuit.openStreams === 0) circuit.retire();
    }
  }
}
