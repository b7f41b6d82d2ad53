/** The part of the schema that says what a sweep varies. */

import pow from '@stdlib/math-base-special-pow';
import { z } from 'zod';
import { parseSet } from './overrides.ts';
import { report, whole } from './schema-values.ts';
import type { SweepPlan, SweepValue } from './sweep-plan.ts';

const AXES_MAX = 6;
const VALUES_MAX = 200;
/** Runs of a whole sweep; more than a month of small ones on one machine. */
export const SWEEP_RUNS_MAX = 100_000;
const RUNS_MAX = 1000;
/** Keys that are no parameter of a run: a sweep over them would compare nothing, or would never end. */
const NOT_SWEPT = ['name', 'seed', 'sweep', 'extends', 'question', 'threads', 'fidelity', 'report', 'assert'];

const value = z.union([z.string(), z.number(), z.boolean()]);

const range = z
  .strictObject({
    from: value.meta({ description: 'The first value, with its unit', examples: ['1 KiB'] }),
    to: value.meta({ description: 'The last value, in the same unit', examples: ['1024 KiB'] }),
    points: whole(
      { min: 2, max: VALUES_MAX },
      { description: 'How many values, both ends among them', examples: [6] },
    ),
    spacing: z
      .enum(['linear', 'log'])
      .default('linear')
      .meta({ description: 'linear: equal steps. log: equal ratios; both ends above 0', examples: ['log'] }),
  })
  .meta({ description: 'Values from one end to the other' });

const axis = z.union([z.array(value).min(1).max(VALUES_MAX), range]);

type RangeInput = z.output<typeof range>;

/** "12.5 KiB" is 12.5 of " KiB". */
function split(end: SweepValue): { readonly number: number; readonly unit: string } | null {
  if (typeof end === 'boolean') return null;
  const found = /^(-?[0-9.]+(?:[eE][+-]?[0-9]+)?)(.*)$/.exec(String(end).trim());
  const number = Number(found?.[1]);
  return found === null || Number.isNaN(number) ? null : { number, unit: found[2] ?? '' };
}

/** Six digits: what a person would write, and the same on every machine. */
function written(number: number, unit: string): SweepValue {
  const short = Number(number.toPrecision(6));
  return unit === '' ? short : `${short}${unit}`;
}

function rangeProblem({ from, to, spacing }: RangeInput): string | null {
  const [first, last] = [split(from), split(to)];
  if (first === null || last === null) return 'its ends are not numbers';
  if (first.unit.trim() !== last.unit.trim())
    return `its ends have different units, ${first.unit} and ${last.unit}`;
  if (first.number === last.number) return 'its ends are the same';
  if (spacing === 'log' && (first.number <= 0 || last.number <= 0)) return 'equal ratios need ends above 0';
  return null;
}

/** The values of a range whose ends are sound. */
export function rangeValues({ from, to, points, spacing }: RangeInput): SweepValue[] {
  const first = split(from) as { number: number; unit: string };
  const last = split(to) as { number: number; unit: string };
  return Array.from({ length: points }, (_unused, index) => {
    if (index === points - 1) return written(last.number, last.unit);
    const part = index / (points - 1);
    const number =
      spacing === 'log'
        ? first.number * pow(last.number / first.number, part)
        : first.number + (last.number - first.number) * part;
    return written(number, first.unit);
  });
}

export const sweepSchema = z
  .strictObject({
    vary: z
      .record(z.string(), axis)
      .superRefine((axes, context) => {
        const paths = Object.keys(axes);
        if (paths.length === 0)
          report(context, 'varies nothing', 'add a key, such as "network.degree: [6, 14]"');
        if (paths.length > AXES_MAX) report(context, `varies ${paths.length} keys`, `at most ${AXES_MAX}`);
        for (const path of paths) {
          const parsed = parseSet(`${path}=0`);
          if ('message' in parsed) {
            report(context, 'is not a path to a key', 'for example network.relays or updates[0].size', [
              path,
            ]);
          } else if (NOT_SWEPT.includes(String(parsed.path[0]))) {
            report(context, `${String(parsed.path[0])} cannot be varied`, 'vary what a run simulates', [
              path,
            ]);
          }
          const values = axes[path];
          if (values === undefined || Array.isArray(values)) continue;
          const problem = rangeProblem(values);
          if (problem !== null)
            report(context, problem, 'for example { from: 1 KiB, to: 1024 KiB, points: 6 }', [path]);
        }
      })
      .meta({
        description:
          'Keys of the scenario, and the values that each takes: a list, or a range with its number of points. ' +
          'Every combination is run',
        examples: [
          { 'network.degree': [6, 10, 14], 'updates[0].size': { from: '1 KiB', to: '1024 KiB', points: 6 } },
        ],
      }),
    runs: whole(
      { min: 1, max: RUNS_MAX },
      {
        description: 'Runs at each point, with seeds counting up; the same seeds at every point',
        examples: [6],
      },
    ).default(1),
  })
  .superRefine(({ vary, runs }, context) => {
    const points = Object.values(vary).reduce((product, one) => {
      return product * (Array.isArray(one) ? one.length : one.points);
    }, 1);
    if (points * runs > SWEEP_RUNS_MAX) {
      report(context, `asks for ${points * runs} runs`, `at most ${SWEEP_RUNS_MAX}; fewer values or runs`);
    }
  });

export type SweepInput = z.output<typeof sweepSchema>;

/** What a file's values say of a sweep. */
export function toSweep(input: SweepInput | undefined): SweepPlan | null {
  if (input === undefined) return null;
  const axes = Object.entries(input.vary).map(([path, values]) => ({
    path,
    values: Array.isArray(values) ? values : rangeValues(values),
  }));
  return { axes, runs: input.runs };
}

/** The same in the language of the file, ranges as lists of their values. */
export function sweepYaml({ axes, runs }: SweepPlan): object {
  return { vary: Object.fromEntries(axes.map(({ path, values }) => [path, values])), runs };
}
