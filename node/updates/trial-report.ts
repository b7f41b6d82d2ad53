/**
 * Reports of how a module's trial ended, from relays to whoever decides about the rollout.
 *
 * A collector learns who reports, and many identities of one liar count as many relays: what that buys is bounded
 * by the publisher's thresholds, and reporting is the operator's choice. A report is sent after a while of the
 * relay's own, so that a cohort does not report in one burst.
 */

import { type Environment, type PeerName, type Peers, RequestError } from '../environment.ts';

export const REPORT_PROTOCOL = '/relaywave/report/1';

export type TrialOutcome = 'confirmed' | 'failed';

export interface TrialReport {
  /** Of the module's binary. */
  readonly sha256: string;
  readonly outcome: TrialOutcome;
}

const REPORT_BYTES = 33;
const REPORT_JITTER_MS = 5000;
const REPORT_TIMEOUT_MS = 30_000;
const REPORT_ATTEMPTS = 3;
const RECEIVED = Uint8Array.of(1);

export function encodeReport({ sha256, outcome }: TrialReport): Uint8Array {
  return new Uint8Array(
    Buffer.concat([Buffer.from([outcome === 'confirmed' ? 1 : 2]), Buffer.from(sha256, 'hex')]),
  );
}

/** The report, or null for bytes that are not one. */
export function decodeReport(bytes: Uint8Array): TrialReport | null {
  if (bytes.length !== REPORT_BYTES || (bytes[0] !== 1 && bytes[0] !== 2)) return null;
  return {
    outcome: bytes[0] === 1 ? 'confirmed' : 'failed',
    sha256: Buffer.from(bytes.subarray(1)).toString('hex'),
  };
}

/** Sends reports to a collector, a few times each until one arrives. */
export class TrialReporter {
  private readonly environment: Pick<Environment, 'peers' | 'timers' | 'random'>;
  private readonly collector: PeerName;

  constructor(environment: Pick<Environment, 'peers' | 'timers' | 'random'>, collector: PeerName) {
    this.environment = environment;
    this.collector = collector;
  }

  report(report: TrialReport, attempt = 1): void {
    const { timers, random, peers } = this.environment;
    timers.after(REPORT_JITTER_MS * random.uniform(), async () => {
      try {
        await peers.request(this.collector, REPORT_PROTOCOL, encodeReport(report), {
          maxBytes: RECEIVED.length,
          timeoutMs: REPORT_TIMEOUT_MS,
        });
      } catch (error) {
        if (!(error instanceof RequestError)) throw error;
        if (attempt < REPORT_ATTEMPTS) this.report(report, attempt + 1);
      }
    });
  }
}

/** Receives reports: one a peer and module counts, and a failure stays one. */
export function collectReports(
  peers: Pick<Peers, 'serve'>,
  onReport: (report: TrialReport, from: PeerName) => void,
): void {
  peers.serve(REPORT_PROTOCOL, REPORT_BYTES, (body, from) => {
    const report = decodeReport(body);
    if (report === null) return null;
    onReport(report, from);
    return RECEIVED;
  });
}
