/**
 * The summaries of several runs as one: medians in the shape of summary.json, and an interval for each of them.
 *
 * Every number of a summary is treated alike, wherever it stands: the median over runs takes its place, and
 * `intervals` holds its bounds under its path (`arms.live.t50Seconds`). Ratios of arms are medians of each run's
 * own ratio, so arms stay paired by seed. What is no number and differs between runs becomes null.
 */

import { createHash } from 'node:crypto';
import type { AssertionResult } from './assertions.ts';
import { CONFIDENCE, MedianOverRuns, medianOf } from './bootstrap.ts';
import type { Summary } from './summary.ts';

/** Lower and upper bound; null where the bound is that the share was never reached. */
export type Bounds = readonly [low: number | null, high: number | null];

export interface RunsSummary extends Summary {
  readonly runs: number;
  readonly interval: {
    readonly of: 'median over runs';
    readonly method: 'percentile bootstrap';
    readonly confidence: number;
  };
  /** By the path of the number, with dots; numbers that all runs agree on are left out. */
  readonly intervals: Readonly<Record<string, Bounds>>;
}

/** Whether the figures are medians of several runs. */
export function isOfRuns(summary: Summary): summary is RunsSummary {
  return 'intervals' in summary;
}

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

class Merger {
  readonly intervals: Record<string, Bounds> = {};
  private readonly overRuns: MedianOverRuns;

  constructor(runs: number) {
    this.overRuns = new MedianOverRuns(runs);
  }

  merge(path: string, values: readonly Json[]): Json {
    const [first] = values;
    if (values.every((value) => value === first)) return first as Json;
    if (values.every((value) => value === null || typeof value === 'number'))
      return this.number(path, values);
    if (values.every(Array.isArray)) return this.list(path, values as readonly Json[][]);
    if (values.every((value) => typeof value === 'object' && value !== null && !Array.isArray(value))) {
      return this.map(path, values as readonly { readonly [key: string]: Json }[]);
    }
    return null;
  }

  private number(path: string, values: readonly Json[]): number | null {
    const { median, low, high } = this.overRuns.of(values as readonly (number | null)[]);
    this.intervals[path] = [low, high];
    return median;
  }

  private list(path: string, lists: readonly Json[][]): Json {
    const length = (lists[0] as Json[]).length;
    if (lists.some((list) => list.length !== length)) return null;
    return (lists[0] as Json[]).map((_item, index) =>
      this.merge(
        `${path}.${index}`,
        lists.map((list) => list[index] as Json),
      ),
    );
  }

  /** A count that a run lacks is 0: reasons of refusals and the like appear only where there were some. */
  private map(path: string, maps: readonly { readonly [key: string]: Json }[]): Json {
    const keys = [...new Set(maps.flatMap((map) => Object.keys(map)))];
    const merged: Record<string, Json> = {};
    for (const key of keys) {
      const values = maps.map((map) => map[key]);
      const isCount = values.every((value) => value === undefined || typeof value === 'number');
      const filled = isCount ? values.map((value) => value ?? 0) : values.map((value) => value ?? null);
      merged[key] = this.merge(path === '' ? key : `${path}.${key}`, filled);
    }
    return merged;
  }
}

/**
 * Sums up runs of one scenario that differ in their seed only. Throws RangeError when there is none, or when they
 * are of different scenarios.
 */
export function summarizeRuns(summaries: readonly Summary[]): RunsSummary {
  const [first] = summaries;
  if (first === undefined) throw new RangeError('no run to sum up');
  const strange = summaries.find(
    ({ scenario, engine, relays }) =>
      scenario !== first.scenario || engine !== first.engine || relays !== first.relays,
  );
  if (strange !== undefined) throw new RangeError(`runs of ${first.scenario} and of ${strange.scenario}`);
  const seeds = summaries.flatMap((summary) => summary.seeds);
  const hash = createHash('sha256');
  for (const { traceHash, seeds: own } of summaries) hash.update(`${own.join()}\t${traceHash}\n`);
  const merger = new Merger(summaries.length);
  const figures = summaries.map(
    ({ scenario, engine, relays, seeds, traceHash, violations, assertions, ...rest }) => rest,
  );
  const merged = merger.merge('', figures as unknown as Json[]) as unknown as (typeof figures)[number];
  return {
    scenario: first.scenario,
    engine: first.engine,
    relays: first.relays,
    seeds,
    traceHash: summaries.some(({ traceHash }) => traceHash === null) ? null : hash.digest('hex'),
    violations: summaries.reduce((sum, { violations }) => sum + violations, 0),
    runs: summaries.length,
    interval: {
      of: 'median over runs',
      method: 'percentile bootstrap',
      confidence: CONFIDENCE,
    },
    ...merged,
    ...(first.assertions !== undefined && { assertions: assertionsOfRuns(summaries) }),
    intervals: merger.intervals,
  };
}

/** An assertion holds of several runs when it holds in each of them; what was found is the median. */
function assertionsOfRuns(summaries: readonly Summary[]): AssertionResult[] {
  return (summaries[0]!.assertions ?? []).map((asserted, index) => {
    const results = summaries.map(({ assertions = [] }) => assertions[index] as AssertionResult);
    const held = results.filter(({ holds }) => holds).length;
    const found = medianOf(results.map((result) => result.found));
    // Where the median is null, some run has none, and says why.
    const why = found === null ? (results.find((result) => result.found === null)?.note ?? null) : null;
    return {
      ...asserted,
      holds: held === results.length,
      found,
      limit: medianOf(results.map(({ limit }) => limit)),
      note: held === results.length ? why : `it holds in ${held} of ${results.length} runs`,
    };
  });
}
