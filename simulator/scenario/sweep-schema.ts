/** The part of the schema that says what a sweep varies. */

import { z } from 'zod';
import { parseSet } from './overrides.ts';
import { report, whole } from './schema-values.ts';
import {
  between,
  type SamplePlan,
  type SweepAxis,
  type SweepPlan,
  type SweepRange,
  type SweepValue,
  writtenValue,
} from './sweep-plan.ts';

const AXES_MAX = 6;
const VALUES_MAX = 200;
const SAMPLE_MAX = 20_000;
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
      {
        description:
          'How many values, both ends among them; without it the range is drawn from, as `sample` says',
        examples: [6],
      },
    ).optional(),
    spacing: z
      .enum(['linear', 'log'])
      .default('linear')
      .meta({
        description: 'linear: equal steps, or equal chances. log: the same of ratios; both ends above 0',
        examples: ['log'],
      }),
    whole: z
      .boolean()
      .default(false)
      .meta({ description: 'Whole numbers only, for keys that take no others', examples: [true] }),
  })
  .meta({ description: 'Values from one end to the other' });

const axis = z.union([z.array(value).min(1).max(VALUES_MAX), range]);

const sample = z
  .strictObject({
    method: z
      .enum(['random', 'latin-hypercube'])
      .default('latin-hypercube')
      .meta({
        description:
          'random: every point by itself. latin-hypercube: on each key one value in each of as many equal parts as there ' +
          'are points, in random order',
        examples: ['random'],
      }),
    count: whole({ min: 2, max: SAMPLE_MAX }, { description: 'How many points', examples: [100] }),
    seed: whole(
      { min: 0, max: 0xffffffff },
      { description: 'Of the draws; seeds of runs are counted by `runs`', examples: [7] },
    ).default(1),
  })
  .meta({
    description:
      'Draws points from the values of `vary` in place of every combination: from a list each value with the same ' +
      'chance, from a range without `points` any value between its ends',
    examples: [{ method: 'latin-hypercube', count: 100 }],
  });

type RangeInput = z.output<typeof range>;

/** "12.5 KiB" is 12.5 of " KiB". */
function split(end: SweepValue): { readonly number: number; readonly unit: string } | null {
  if (typeof end === 'boolean') return null;
  const found = /^(-?[0-9.]+(?:[eE][+-]?[0-9]+)?)(.*)$/.exec(String(end).trim());
  const number = Number(found?.[1]);
  return found === null || Number.isNaN(number) ? null : { number, unit: found[2] ?? '' };
}

function rangeProblem({ from, to, spacing, whole: isWhole }: RangeInput): string | null {
  const [first, last] = [split(from), split(to)];
  if (first === null || last === null) return 'its ends are not numbers';
  if (first.unit.trim() !== last.unit.trim())
    return `its ends have different units, ${first.unit} and ${last.unit}`;
  if (first.number === last.number) return 'its ends are the same';
  if (spacing === 'log' && (first.number <= 0 || last.number <= 0)) return 'equal ratios need ends above 0';
  if (isWhole && !(Number.isSafeInteger(first.number) && Number.isSafeInteger(last.number)))
    return 'its ends are no whole numbers';
  return null;
}

/** A range whose ends are sound, to be drawn from. */
function toRange({ from, to, spacing, whole: isWhole }: RangeInput): SweepRange {
  const first = split(from) as { number: number; unit: string };
  const last = split(to) as { number: number; unit: string };
  return { from: first.number, to: last.number, unit: first.unit, spacing, whole: isWhole };
}

/** The values of a range whose ends are sound. */
export function rangeValues(input: RangeInput & { readonly points: number }): SweepValue[] {
  const { from, to, unit, spacing, whole: isWhole } = toRange(input);
  const values = Array.from({ length: input.points }, (_unused, index) => {
    if (index === input.points - 1) return writtenValue(to, unit);
    const number = between(from, to, index / (input.points - 1), spacing);
    return writtenValue(isWhole ? Math.round(number) : number, unit);
  });
  // Whole numbers of a short range may meet.
  return [...new Set(values)];
}

function hasPoints(input: RangeInput): input is RangeInput & { readonly points: number } {
  return input.points !== undefined;
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
          'Every combination is run, unless `sample` says otherwise',
        examples: [
          { 'network.degree': [6, 10, 14], 'updates[0].size': { from: '1 KiB', to: '1024 KiB', points: 6 } },
        ],
      }),
    sample: sample.optional(),
    runs: whole(
      { min: 1, max: RUNS_MAX },
      {
        description: 'Runs at each point, with seeds counting up; the same seeds at every point',
        examples: [6],
      },
    ).default(1),
  })
  .superRefine(({ vary, runs, sample: drawn }, context) => {
    const points = Object.entries(vary).reduce((product, [path, one]) => {
      if (Array.isArray(one)) return product * one.length;
      if (drawn === undefined && !hasPoints(one)) {
        report(
          context,
          'says neither how many values it has nor that it is drawn from',
          'add "points: 6" to it, or "sample: { count: 100 }" to the sweep',
          ['vary', path],
        );
      }
      return product * (one.points ?? 1);
    }, 1);
    const count = (drawn?.count ?? points) * runs;
    if (count > SWEEP_RUNS_MAX) {
      report(context, `asks for ${count} runs`, `at most ${SWEEP_RUNS_MAX}; fewer values or runs`);
    }
  });

export type SweepInput = z.output<typeof sweepSchema>;

function toAxis([path, input]: [string, SweepInput['vary'][string]]): SweepAxis {
  if (Array.isArray(input)) return { path, values: input };
  return hasPoints(input)
    ? { path, values: rangeValues(input) }
    : { path, values: [], range: toRange(input) };
}

/** What a file's values say of a sweep. */
export function toSweep(input: SweepInput | undefined): SweepPlan | null {
  if (input === undefined) return null;
  const axes = Object.entries(input.vary).map(toAxis);
  return { axes, sample: input.sample ?? null, runs: input.runs };
}

function axisYaml({ values, range: drawn }: SweepAxis): unknown {
  if (drawn === undefined) return values;
  const { from, to, unit, spacing, whole: isWhole } = drawn;
  const end = (number: number): SweepValue => (unit === '' ? number : `${number}${unit}`);
  return { from: end(from), to: end(to), spacing, whole: isWhole };
}

function sampleYaml({ method, count, seed }: SamplePlan): object {
  return { sample: { method, count, seed } };
}

/** The same in the language of the file, ranges with points as lists of their values. */
export function sweepYaml({ axes, sample: drawn, runs }: SweepPlan): object {
  return {
    vary: Object.fromEntries(axes.map((one) => [one.path, axisYaml(one)])),
    ...(drawn !== null && sampleYaml(drawn)),
    runs,
  };
}
