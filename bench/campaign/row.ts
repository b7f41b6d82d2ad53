/**
 * One row of the benchmark: an engine, a size, messages, and what else happens.
 *
 * A row is the scenario tor7500 with some keys set, so that anybody can repeat it with `npm run simulate`.
 */

/** `libp2p` is the engine gossipsub with `stack: libp2p`. */
export const ENGINES = ['gossipsub', 'model', 'libp2p', 'wire'] as const;
export type RowEngine = (typeof ENGINES)[number];

export const CONDITIONS = ['calm', 'churn', 'clients', 'sybils'] as const;
export type Condition = (typeof CONDITIONS)[number];

/** What was run beside the rows, in processes of their own as well. */
export type RowKind = 'run' | 'shipped' | 'size' | 'naive';

export interface Row {
  /**
   * `run`: an engine under a condition. `shipped`: tor7500 as it is, manual arm and early loading of charts included.
   * `naive`: plain js-libp2p in real time. `size`: an engine at the size and duration of the naive row.
   */
  readonly kind: RowKind;
  /** Null where no engine runs. */
  readonly engine: RowEngine | null;
  readonly relays: number;
  readonly messages: number;
  readonly condition: Condition;
  /** Virtual seconds; of the naive row, real ones. */
  readonly durationSeconds: number;
  /** Takes minutes, so it is done on demand only. */
  readonly isLong: boolean;
}

const DAY_SECONDS = 86_400;
const FIRST_RELEASE_SECONDS = 60;
/** The engine model wants publications ten seconds apart at least. */
const BETWEEN_RELEASES_SECONDS = 15;
const DURATION_SECONDS = 600;
/** So much slower is the wire than a network: two cores do not carry a hundred relays at once. */
const WIRE = {
  slowdown: 10,
  /** For so long a hundred relays link up in real time, so that two cores keep up. */
  startSeconds: 60,
  releaseSeconds: 62,
  betweenSeconds: 1,
  afterSeconds: 2.5,
  otherwiseSeconds: 90,
} as const;
/** The naive network has stood for so long when the message is published, and all is over after twice that. */
export const NAIVE_RELEASE_SECONDS = 30;
/** Clients for each relay, and sybils: as many as relays, with five links each. */
const CLIENTS_PER_RELAY = 0.2;
const SYBIL_DEGREE = 5;
const MODULE = 'module: strict-cells, size: 20KiB';

interface Schedule {
  readonly durationSeconds: number;
  readonly firstSeconds: number;
  readonly betweenSeconds: number;
}

/** When modules are released and the run ends, virtual seconds; on the wire only what it can do is kept short. */
function scheduleOf({ kind, engine, messages, condition }: Omit<Row, 'durationSeconds'>): Schedule {
  const betweenSeconds = BETWEEN_RELEASES_SECONDS;
  if (kind === 'naive' || kind === 'size') {
    return {
      durationSeconds: 2 * NAIVE_RELEASE_SECONDS,
      firstSeconds: NAIVE_RELEASE_SECONDS,
      betweenSeconds,
    };
  }
  if (engine === 'wire' && condition === 'calm') {
    const lastSeconds = WIRE.releaseSeconds + (messages - 1) * WIRE.betweenSeconds;
    return {
      durationSeconds: lastSeconds + WIRE.afterSeconds,
      firstSeconds: WIRE.releaseSeconds,
      betweenSeconds: WIRE.betweenSeconds,
    };
  }
  if (engine === 'wire')
    return { durationSeconds: WIRE.otherwiseSeconds, firstSeconds: FIRST_RELEASE_SECONDS, betweenSeconds };
  return condition === 'churn'
    ? { durationSeconds: DAY_SECONDS, firstSeconds: DAY_SECONDS / 2, betweenSeconds }
    : { durationSeconds: DURATION_SECONDS, firstSeconds: FIRST_RELEASE_SECONDS, betweenSeconds };
}

/** The row with its duration. */
export function timedRow(row: Omit<Row, 'durationSeconds'>): Row {
  return { ...row, durationSeconds: scheduleOf(row).durationSeconds };
}

function updatesOf(row: Row): string {
  const { firstSeconds, betweenSeconds } = scheduleOf(row);
  const updates = Array.from(
    { length: row.messages },
    (_unused, index) => `{${MODULE}, at: ${firstSeconds + index * betweenSeconds}s}`,
  );
  return `updates=[${updates.join(', ')}]`;
}

const CONDITION_KEYS: Readonly<Record<Condition, (row: Row) => readonly string[]>> = {
  calm: () => [],
  churn: () => ['churn=tor-2025-11', 'arms.live.channel=[gossip, catch-up]'],
  clients: ({ relays }) => [
    `traffic.clients={count: ${Math.ceil(relays * CLIENTS_PER_RELAY)}, bulkShare: 0}`,
  ],
  sybils: ({ relays }) => [
    `adversary={sybils: {count: ${relays}, degree: ${SYBIL_DEGREE}, attack: eclipse, from: 30s}}`,
  ],
};

/** The keys of tor7500 that the row sets, as --set takes them. */
export function rowKeys(row: Row, threads: number | null): string[] {
  const { kind, engine, relays, condition, durationSeconds } = row;
  const own = threads === null ? [] : [`threads=${threads}`];
  if (kind === 'shipped') return own;
  return [
    ...own,
    `network.relays=${relays}`,
    `duration=${durationSeconds * 1000}ms`,
    'arms.manual=null',
    'answer=null',
    updatesOf(row),
    ...(engine === 'libp2p' ? ['stack=libp2p'] : [`engine=${engine}`]),
    ...(engine === 'wire' ? [`slowdown=${WIRE.slowdown}`, `network.startWithin=${WIRE.startSeconds}s`] : []),
    ...CONDITION_KEYS[condition](row),
  ];
}

function quoted(word: string): string {
  return /^[\w.=/-]+$/.test(word) ? word : `'${word}'`;
}

/** The command line that repeats the row. */
export function rowCommand(row: Row, threads: number | null): string {
  const keys = rowKeys(row, threads).map((key) => ` --set ${quoted(key)}`);
  return `npm run simulate -- scenarios/tor7500.yaml${keys.join('')}`;
}

export const ENGINE_WORDS: Readonly<Record<RowEngine, string>> = {
  gossipsub: 'gossipsub',
  model: 'model',
  libp2p: 'gossipsub, stack libp2p',
  wire: 'wire',
};

/** What the row is, in a few words. */
export function rowName({ kind, engine, relays, messages, condition, durationSeconds }: Row): string {
  const what = kind === 'naive' ? 'plain js-libp2p' : ENGINE_WORDS[engine!];
  const size = `${relays.toLocaleString('en-GB')} relays, ${messages} ${messages === 1 ? 'message' : 'messages'}`;
  if (kind === 'shipped') return `${what}: ${size}, tor7500 as shipped`;
  if (kind !== 'run') return `${what}: ${size}, ${durationSeconds} s`;
  return `${what}: ${size}${condition === 'calm' ? '' : `, ${condition}`}`;
}
