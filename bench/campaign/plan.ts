/** Which rows a campaign has: the axes of its options, and what takes too long to be done unasked. */

import {
  CONDITIONS,
  type Condition,
  ENGINES,
  type Row,
  type RowEngine,
  type RowKind,
  timedRow,
} from './row.ts';

export interface Axes {
  readonly engines: readonly RowEngine[];
  readonly relays: readonly number[];
  readonly messages: readonly number[];
  readonly conditions: readonly Condition[];
  /** Sizes at which plain js-libp2p is run; none leaves it out. */
  readonly naive: readonly number[];
  /** Whether tor7500 is also run as it is shipped. */
  readonly shipped: boolean;
}

export const FULL: Axes = {
  engines: ENGINES,
  relays: [500, 1000, 4000, 7500],
  messages: [1, 9, 30],
  conditions: CONDITIONS,
  naive: [100],
  shipped: true,
};

/** About a minute. */
export const QUICK: Axes = {
  engines: ['gossipsub', 'model'],
  relays: [500],
  messages: [1, 9],
  conditions: ['calm', 'churn'],
  naive: [],
  shipped: false,
};

/** Sizes that the engine wire has beside those asked for: it ends where the others begin. */
const WIRE_RELAYS = [100, 300];
const ENGINES_BESIDE_NAIVE: readonly RowEngine[] = ['gossipsub', 'model', 'libp2p'];
/** Beyond these a row takes minutes, or gigabytes. */
const LIBP2P_SHORT = { relays: 500, messages: 1 };
const WIRE_SHORT = { relays: 100, messages: 1 };
const NAIVE_SHORT_RELAYS = 100;

function isLong(kind: RowKind, engine: RowEngine | null, relays: number, messages: number): boolean {
  if (kind === 'naive') return relays > NAIVE_SHORT_RELAYS;
  if (kind !== 'run') return false;
  if (engine === 'libp2p') return relays > LIBP2P_SHORT.relays || messages > LIBP2P_SHORT.messages;
  return engine === 'wire' && (relays > WIRE_SHORT.relays || messages > WIRE_SHORT.messages);
}

function row(
  kind: RowKind,
  engine: RowEngine | null,
  relays: number,
  messages = 1,
  condition: Condition = 'calm',
): Row {
  return timedRow({
    kind,
    engine,
    relays,
    messages,
    condition,
    isLong: isLong(kind, engine, relays, messages),
  });
}

/** All rows of the axes, in the order in which they are done. Conditions other than calm have one message. */
export function planRows(axes: Axes): Row[] {
  const calm = axes.conditions.includes('calm') ? axes.messages : [];
  const others = axes.conditions.filter((condition) => condition !== 'calm');
  const own = (engine: RowEngine, relays: number): Row[] => [
    ...calm.map((messages) => row('run', engine, relays, messages)),
    ...others.map((condition) => row('run', engine, relays, 1, condition)),
  ];
  const sizes = (engine: RowEngine): readonly number[] =>
    engine === 'wire'
      ? [...WIRE_RELAYS.filter((size) => size < Math.min(...axes.relays)), ...axes.relays]
      : axes.relays;
  return [
    ...(axes.shipped ? [row('shipped', 'gossipsub', 7500)] : []),
    ...axes.engines.flatMap((engine) => sizes(engine).flatMap((relays) => own(engine, relays))),
    ...axes.naive.flatMap((relays) => [
      row('naive', null, relays),
      ...ENGINES_BESIDE_NAIVE.filter((engine) => axes.engines.includes(engine)).map((engine) =>
        row('size', engine, relays),
      ),
    ]),
  ];
}

const KINDS: readonly RowKind[] = ['shipped', 'run', 'naive', 'size'];

/** The order of rows in tables, whatever campaigns they come from. */
export function byPlan(one: Row, other: Row): number {
  const key = ({ kind, engine, relays, messages, condition }: Row): number[] => {
    const isBesideNaive = kind === 'naive' || kind === 'size';
    const engines = engine === null ? -1 : ENGINES.indexOf(engine);
    const place = isBesideNaive ? [relays, KINDS.indexOf(kind), engines] : [engines, relays];
    return [isBesideNaive ? 2 : KINDS.indexOf(kind), ...place, CONDITIONS.indexOf(condition), messages];
  };
  const [first, second] = [key(one), key(other)];
  const at = first.findIndex((part, index) => part !== second[index]);
  return at < 0 ? 0 : first[at]! - second[at]!;
}
