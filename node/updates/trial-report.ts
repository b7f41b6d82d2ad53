/**
 * Reports of how a module's trial ended on a relay, to whoever decides about the rollout.
 *
 * Whoever runs the relay decides whether it reports at all: the collector sees who reports, and so which relays run
 * what. A report goes out after a while of the relay's own, so that a cohort does not report in one burst.
 */

import { type Environment, type PeerName, RequestError, type Timer } from '../environment.ts';
import type { Reason, SlotView, Transition, TransitionListener } from '../hooks/transition.ts';

export const REPORT_PROTOCOL = '/relaywave/report/1';

/**
 * What a report gives as the reason, by the number that stands for it: new ones are appended.
 *
 * A trial that ended because the module was revoked, or a newer one came, says nothing about it and is not reported.
 */
const REASONS = [
  'trial-passed',
  'fuel',
  'trap',
  'host-error',
  'contract',
  'state',
  'migration',
  'health',
  'crashed',
] as const satisfies readonly Reason[];
export type ReportReason = (typeof REASONS)[number];

export type TrialOutcome = 'confirmed' | 'failed';

export interface TrialReport {
  /** Of the module's binary, hexadecimal. */
  readonly sha256: string;
  readonly outcome: TrialOutcome;
  readonly reason: ReportReason;
}

/** Outcome, reason, hash. */
export const REPORT_BYTES = 34;

/** What a collector answers to a report that it has counted, or counted before. */
export const REPORT_RECEIVED = Uint8Array.of(1);

const OUTCOMES = ['confirmed', 'failed'] as const satisfies readonly TrialOutcome[];
const SPREAD_MS = 5_000;
const TIMEOUT_MS = 30_000;
const ATTEMPTS = 3;
/** Reports that are remembered, so that none is sent twice. */
const REMEMBERED = 64;

export function encodeReport({ sha256, outcome, reason }: TrialReport): Uint8Array {
  const head = [OUTCOMES.indexOf(outcome), REASONS.indexOf(reason)];
  return new Uint8Array(Buffer.concat([Buffer.from(head), Buffer.from(sha256, 'hex')]));
}

/** The report, or null for bytes that are not exactly one. */
export function decodeReport(bytes: Uint8Array): TrialReport | null {
  if (bytes.length !== REPORT_BYTES) return null;
  const outcome = OUTCOMES[bytes[0]!];
  const reason = REASONS[bytes[1]!];
  if (outcome === undefined || reason === undefined) return null;
  if ((outcome === 'confirmed') !== (reason === 'trial-passed')) return null;
  return { sha256: Buffer.from(bytes.subarray(2)).toString('hex'), outcome, reason };
}

/** What a transition says of a module's trial; null for nothing that is to be reported. */
export function reportOf(transition: Transition, reason: Reason, sha256: string): TrialReport | null {
  if (!isReportReason(reason)) return null;
  if (transition === 'confirmed') return { sha256, outcome: 'confirmed', reason };
  // A module that could not be switched in, or crashed the relay, is quarantined without being rolled back.
  const isOut = transition === 'rolled-back' || transition === 'quarantined';
  return isOut ? { sha256, outcome: 'failed', reason } : null;
}

export interface TrialReporterParts {
  readonly environment: Pick<Environment, 'peers' | 'timers' | 'random'>;
  readonly collector: PeerName;
  /** A report goes out within so long; five seconds by default. */
  readonly spreadMs?: number;
}

/** Hears of a relay's transitions and reports what a publisher should know, a few times until it arrives. */
export class TrialReporter implements TransitionListener {
  private readonly parts: TrialReporterParts;
  private readonly reported = new Set<string>();
  private readonly timers = new Set<Timer>();

  constructor(parts: TrialReporterParts) {
    this.parts = parts;
  }

  onTransition(_slot: SlotView, transition: Transition, reason: Reason, hash: string): void {
    const report = reportOf(transition, reason, hash);
    if (report === null) return;
    const name = `${report.outcome} ${hash}`;
    if (this.reported.has(name)) return;
    this.reported.add(name);
    if (this.reported.size > REMEMBERED) this.reported.delete(this.reported.values().next().value!);
    this.send(report, 1);
  }

  /** Reports that have not gone out are dropped. */
  stop(): void {
    for (const timer of this.timers) timer.cancel();
    this.timers.clear();
  }

  /** The wait before each attempt is up to twice as long as before the one before. */
  private send(report: TrialReport, attempt: number): void {
    const { environment, collector, spreadMs = SPREAD_MS } = this.parts;
    const { peers, timers, random } = environment;
    const delayMs = spreadMs * 2 ** (attempt - 1) * random.uniform();
    const timer = timers.after(delayMs, async () => {
      this.timers.delete(timer);
      const limits = { maxBytes: REPORT_RECEIVED.length, timeoutMs: TIMEOUT_MS };
      try {
        await peers.request(collector, REPORT_PROTOCOL, encodeReport(report), limits);
      } catch (error) {
        if (!(error instanceof RequestError)) throw error;
        if (attempt < ATTEMPTS) this.send(report, attempt + 1);
      }
    });
    this.timers.add(timer);
  }
}

function isReportReason(reason: Reason): reason is ReportReason {
  return (REASONS as readonly Reason[]).includes(reason);
}
