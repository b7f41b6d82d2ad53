/** The order and the choice of the list of runs. */

import type { ListedRun } from '../../view/api-shapes.ts';

export type SortKey = 'id' | 'relays' | 'live' | 'manual' | 'writtenAt' | 'bytes';

export interface Sorting {
  readonly key: SortKey;
  readonly isDown: boolean;
}

/** Half of the relays in the first live arm, or in the first manual one; null where there is none or it never came. */
export function halfOf(run: ListedRun, isLive: boolean): number | null {
  return run.arms.find((arm) => arm.isLive === isLive)?.t50Seconds ?? null;
}

function sortValue(run: ListedRun, key: SortKey): string | number | null {
  switch (key) {
    case 'live':
      return halfOf(run, true);
    case 'manual':
      return halfOf(run, false);
    default:
      return run[key];
  }
}

/** Sorted; what has no value comes last in either direction. */
export function sortedRuns(runs: readonly ListedRun[], { key, isDown }: Sorting): ListedRun[] {
  return [...runs].sort((a, b) => {
    const [left, right] = [sortValue(a, key), sortValue(b, key)];
    if (left === null || right === null) return Number(left === null) - Number(right === null);
    const order =
      typeof left === 'number'
        ? left - (right as number)
        : left.localeCompare(right as string, 'en', { numeric: true });
    return isDown ? -order : order;
  });
}

/** Runs in whose path, scenario, engine or kind every word of the filter stands. */
export function filteredRuns(runs: readonly ListedRun[], filter: string): ListedRun[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  return runs.filter(({ id, scenario, engine, kind }) => {
    const text = `${id} ${scenario} ${engine} ${kind}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}
