/** Reads what is asked of a campaign; all mistakes at once. */

import { parseArgs } from 'node:util';
import { type Axes, FULL, QUICK } from './plan.ts';
import { CONDITIONS, ENGINES } from './row.ts';

export interface CampaignAsk {
  readonly axes: Axes;
  readonly threads: number | null;
  readonly long: boolean;
  /** Whether rows that the folder's last campaign has measured are kept. */
  readonly resume: boolean;
  /** Whether the tables go into docs/benchmarks.md. */
  readonly docs: boolean;
  readonly json: boolean;
  /** The folder to write to; null for results/bench. */
  readonly out: string | null;
}

export const USAGE = `usage: npm run bench -- [--quick] [--engines ${ENGINES.join(',')}] [--relays 500,1000]
  [--messages 1,9] [--conditions ${CONDITIONS.join(',')}] [--naive 100 | --naive none]
  [--threads N] [--long] [--resume] [--docs] [--json] [--out DIR]
Naming engines, relays, messages or conditions leaves out the naive way and tor7500 as shipped; --naive asks for it.`;

/** What the command line asks for, or all that is wrong with it. */
export function readAsk(args: readonly string[]): CampaignAsk | { readonly mistakes: readonly string[] } {
  const mistakes: string[] = [];
  const { values } = parseOptions(args, mistakes);
  const base = values.quick === true ? QUICK : FULL;
  const names = <Name extends string>(
    option: 'engines' | 'conditions',
    known: readonly Name[],
    otherwise: readonly Name[],
  ): readonly Name[] => {
    const text = values[option];
    if (text === undefined) return otherwise;
    const given = text.split(',');
    const unknown = given.filter((name) => !(known as readonly string[]).includes(name));
    if (unknown.length > 0)
      mistakes.push(`--${option} ${unknown.join(', ')}: give some of ${known.join(', ')}`);
    return known.filter((name) => given.includes(name));
  };
  const counts = (
    option: 'relays' | 'messages' | 'naive',
    otherwise: readonly number[],
  ): readonly number[] => {
    const text = values[option];
    if (text === undefined) return otherwise;
    const given = text.split(',').map((word) => (/^[1-9]\d*$/.test(word) ? Number(word) : Number.NaN));
    if (given.some(Number.isNaN)) mistakes.push(`--${option} ${text}: give whole numbers, such as 500,1000`);
    return given;
  };
  const isNarrowed = [values.engines, values.relays, values.messages, values.conditions].some(
    (text) => text !== undefined,
  );
  const naive = values.naive === 'none' ? [] : counts('naive', isNarrowed ? [] : base.naive);
  const axes: Axes = {
    engines: names('engines', ENGINES, base.engines),
    relays: counts('relays', base.relays),
    messages: counts('messages', base.messages),
    conditions: names('conditions', CONDITIONS, base.conditions),
    naive,
    shipped: base.shipped && !isNarrowed,
  };
  const threads = values.threads === undefined ? null : Number(values.threads);
  if (threads !== null && !(Number.isInteger(threads) && threads >= 1)) {
    mistakes.push(`--threads ${values.threads}: give a whole number, such as 1`);
  }
  if (mistakes.length > 0) return { mistakes };
  return {
    axes,
    threads,
    long: values.long === true,
    resume: values.resume === true,
    docs: values.docs === true,
    json: values.json === true,
    out: values.out ?? null,
  };
}

function parseOptions(args: readonly string[], mistakes: string[]) {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  const options = {
    engines: text,
    relays: text,
    messages: text,
    conditions: text,
    naive: text,
    threads: text,
    out: text,
    quick: flag,
    long: flag,
    resume: flag,
    docs: flag,
    json: flag,
  };
  try {
    return parseArgs({ args: [...args], options });
  } catch (error) {
    mistakes.push((error as Error).message);
    return parseArgs({ args: [], options });
  }
}
