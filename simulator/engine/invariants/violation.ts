/** A broken invariant: what went wrong, when in virtual time, and on which relay. It ends the run. */

/** What holds in every run of every kind. */
export const INVARIANTS = {
  'verified-only': 'no relay activates a module that fails verification',
  'versions-rise': 'versions only rise, except after a logged rollback or revocation',
  'default-callable': 'the default is always callable',
  'reachable-only': 'nothing arrives across a cut or at a dead relay',
  'time-rises': 'virtual time never decreases',
  'frames-conserved': 'frames sent are delivered, dropped or in flight',
  'keys-given': 'attackers hold only the keys given',
  'stages-in-order': 'a relay passes the stages of an update once each and in order',
} as const;
export type InvariantName = keyof typeof INVARIANTS;

export interface Violation {
  readonly invariant: InvariantName;
  /** Virtual microseconds. */
  readonly timeUs: number;
  /** Null where it is of no one relay. */
  readonly relay: number | null;
  readonly what: string;
}

/** `versions-rise at 12.345678 s, relay 17: ...`. */
export function violationText({ invariant, timeUs, relay, what }: Violation): string {
  const place = relay === null ? '' : `, relay ${relay}`;
  return `${invariant} at ${(timeUs / 1e6).toFixed(6)} s${place}: ${what} (${INVARIANTS[invariant]})`;
}

export class InvariantError extends Error {
  readonly violation: Violation;
  /** The run's seed, as far as whoever found it knows. */
  readonly seed: number | null;

  constructor(violation: Violation, seed: number | null = null) {
    super(violationText(violation));
    this.name = 'InvariantError';
    this.violation = violation;
    this.seed = seed;
  }
}
