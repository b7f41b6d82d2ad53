/**
 * Collects reports of trials: how many relays a module did well on, and how many it failed.
 *
 * A collector learns who runs what. And it counts names, not machines: whoever has many identities can report as
 * often, so that a rollout is halted for nothing, or goes on in spite of failures. The thresholds of the publisher's
 * rollout controller bound what that buys; nothing here is a reason to activate anything.
 */

import type { PeerName, Peers } from '../environment.ts';
import {
  decodeReport,
  REPORT_BYTES,
  REPORT_PROTOCOL,
  REPORT_RECEIVED,
  type ReportReason,
  type TrialReport,
} from './trial-report.ts';

/** Modules that are watched at a time; the one watched for longest is forgotten for a new one. */
export const MODULES_WATCHED = 32;

/** Relays counted for one module: bounds the memory that a liar with many names can claim. */
export const REPORTERS_PER_MODULE = 100_000;

export interface TrialCounts {
  /** Relays that have reported. */
  readonly reported: number;
  /** Of these, relays that the module failed on. */
  readonly failed: number;
  /** How often each reason was given first. */
  readonly reasons: ReadonlyMap<ReportReason, number>;
}

class Tally implements TrialCounts {
  readonly outcomes = new Map<PeerName, TrialReport['outcome']>();
  readonly reasons = new Map<ReportReason, number>();
  failed = 0;

  get reported(): number {
    return this.outcomes.size;
  }

  /** True if it is news: a relay's first report, or a failure after a success. */
  add(peer: PeerName, { outcome, reason }: TrialReport): boolean {
    const before = this.outcomes.get(peer);
    if (before === outcome || before === 'failed') return false;
    this.outcomes.set(peer, outcome);
    this.reasons.set(reason, (this.reasons.get(reason) ?? 0) + 1);
    if (outcome === 'failed') this.failed++;
    return true;
  }
}

export class ReportCollector {
  private readonly onReport: (report: TrialReport, from: PeerName) => void;
  private readonly tallies = new Map<string, Tally>();

  /** `onReport` hears of each report that counts. */
  constructor(onReport: (report: TrialReport, from: PeerName) => void = () => {}) {
    this.onReport = onReport;
  }

  /** To be called once, when the collector is up. */
  start(peers: Pick<Peers, 'serve'>): void {
    peers.serve(REPORT_PROTOCOL, REPORT_BYTES, (body, from) => this.answer(body, from));
  }

  /** Counts reports about this module from now on; others are refused, or anybody could fill the memory. */
  watch(sha256: string): void {
    if (this.tallies.has(sha256)) return;
    if (this.tallies.size === MODULES_WATCHED) this.tallies.delete(this.tallies.keys().next().value!);
    this.tallies.set(sha256, new Tally());
  }

  /** The reports about a module so far; null for one that is not watched. */
  counts(sha256: string): TrialCounts | null {
    return this.tallies.get(sha256) ?? null;
  }

  /** The answer to a request; null refuses it. */
  answer(body: Uint8Array, from: PeerName): Uint8Array | null {
    const report = decodeReport(body);
    const tally = report === null ? undefined : this.tallies.get(report.sha256);
    if (report === null || tally === undefined) return null;
    if (tally.reported >= REPORTERS_PER_MODULE && !tally.outcomes.has(from)) return null;
    if (tally.add(from, report)) this.onReport(report, from);
    return REPORT_RECEIVED;
  }
}
