/** A share of a sweep's runs, for one of several processes that know nothing of each other. */

export interface Shard {
  /** From 1. */
  readonly index: number;
  readonly count: number;
}

const SHARDS_MAX = 10_000;
export const WHOLE: Shard = { index: 1, count: 1 };

/** Reads `3/8`, the third of eight; null for what is none. */
export function parseShard(text: string): Shard | null {
  const found = /^([1-9]\d{0,4})\/([1-9]\d{0,4})$/.exec(text);
  if (found === null) return null;
  const [index, count] = [Number(found[1]), Number(found[2])];
  return index <= count && count <= SHARDS_MAX ? { index, count } : null;
}

/**
 * The runs of a shard: every `count`th, so that points which take long, and stand beside each other, are spread. Each
 * run belongs to exactly one shard.
 */
export function runsOfShard<Run>(runs: readonly Run[], { index, count }: Shard): Run[] {
  return runs.filter((_run, place) => place % count === index - 1);
}
