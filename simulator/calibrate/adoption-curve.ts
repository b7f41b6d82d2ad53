/**
 * Adoption curves as they are fitted: the fraction of relays on a release or newer, by days since it came out.
 *
 * A cross-section may fall, since upgraded relays leave as well; maximum likelihood needs counts that only
 * rise, and gets the nearest rising curve.
 */

export interface AdoptionCurve {
  /** The release, or the file's name. */
  readonly name: string;
  /** Days since the release, ascending; at least 0. */
  readonly days: readonly number[];
  /** At least 0, at most 1. */
  readonly fractions: readonly number[];
  /** Relays that were counted; null where the source does not say. */
  readonly relays: number | null;
}

/**
 * The rising sequence that is nearest to `values` by least squares: pool adjacent violators (Ayer et al.,
 * "An empirical distribution function for sampling with incomplete information", 1955).
 */
export function nearestRising(values: readonly number[]): number[] {
  const blocks: { sum: number; count: number }[] = [];
  for (const value of values) {
    let block = { sum: value, count: 1 };
    for (;;) {
      const before = blocks.at(-1);
      if (before === undefined || before.sum / before.count <= block.sum / block.count) break;
      blocks.pop();
      block = { sum: before.sum + block.sum, count: before.count + block.count };
    }
    blocks.push(block);
  }
  return blocks.flatMap(({ sum, count }) => Array<number>(count).fill(sum / count));
}
