/** What goes wrong in a run by itself, as numbers: each fault with its span, whom it hits, and how hard. */

export const FAULT_KINDS = [
  /** The relay's process dies: memory lost, disk kept. It starts again when the fault ends. */
  'crash',
  /** The process stands still: what arrives queues up, timers are late. */
  'pause',
  /** Nothing gets from the targets to the others, or back, or either way. */
  'partition',
  /** Frames get lost: gone for good, or sent again by TCP and therefore late. */
  'loss',
  /** Frames are held up for a while, and later ones overtake them. */
  'reordering',
  /** Frames arrive twice. */
  'duplication',
  /** Frames take longer. */
  'latency',
  /** Uplinks send at another rate. */
  'bandwidth',
  /** The relay's own clock is off: what it thinks of expiry is wrong. */
  'clock-skew',
  /** The relay's disk takes nothing any more. */
  'disk-full',
  /** What the relay reads from its disk is damaged. */
  'disk-corrupt',
  /** The relay that the developers publish through is down, and what is due comes out when it is back. */
  'publisher-lost',
  /** Directory authorities do not answer. */
  'authority-lost',
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

/** Steps of an update at which a relay can crash; as the stages of measure/outcome.ts. */
export const CRASH_STEPS = ['heard', 'verified', 'staged', 'activated'] as const;
export type CrashStep = (typeof CRASH_STEPS)[number];

export type CutDirection = 'both' | 'outgoing' | 'incoming';

/** Whom a fault hits: those that every part agrees to, and of them a share. */
export interface FaultTargets {
  /** A group by its role; `all` for every relay. */
  readonly role: 'all' | 'publishers' | 'authorities';
  /** Of those that the rest selects; 1 for all of them. */
  readonly share: number;
  /** Empty lists select nothing and leave out nothing. */
  readonly countries: readonly string[];
  readonly networks: readonly number[];
  readonly operators: readonly number[];
  readonly ids: readonly number[];
}

/** Every relay. */
export const EVERYBODY: FaultTargets = {
  role: 'all',
  share: 1,
  countries: [],
  networks: [],
  operators: [],
  ids: [],
};

/** A number that means nothing for the kind stands at the value that does nothing. */
export interface FaultPlan {
  readonly kind: FaultKind;
  /** Virtual seconds from the start of the run. */
  readonly fromSeconds: number;
  /** Infinite for a fault that never ends. Of a crash at a step: how long the relay is down each time. */
  readonly forSeconds: number;
  readonly targets: FaultTargets;
  /** crash: the relay dies whenever it reaches this step of an update after `fromSeconds`; null: at `fromSeconds`. */
  readonly step: CrashStep | null;
  /** crash at a step: how often it happens to one relay. */
  readonly times: number;
  /** partition: `outgoing` cuts what the targets send, `incoming` what they would get. */
  readonly direction: CutDirection;
  /** partition: relays that both halves still reach. */
  readonly bridges: number;
  /** loss, reordering, duplication: share of frames. */
  readonly ratio: number;
  /** loss: TCP sends again what was lost. */
  readonly retransmitted: boolean;
  /** reordering: how long a frame is held up. latency: what is added. clock-skew: how far ahead, negative behind. */
  readonly bySeconds: number;
  /** latency, bandwidth: the factor. */
  readonly factor: number;
}
