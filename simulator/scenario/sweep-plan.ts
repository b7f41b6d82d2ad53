/** What a sweep varies: every combination of the axes' values is a scenario of its own. */

/** A value as the scenario's language has it: `20 KiB`, `6`, `uniform`. */
export type SweepValue = string | number | boolean;

export interface SweepAxis {
  /** Where the values go, as --set takes it: `network.relays`, `updates[0].size`. */
  readonly path: string;
  readonly values: readonly SweepValue[];
}

export interface SweepPlan {
  /** In the order of the file; the last one varies fastest. */
  readonly axes: readonly SweepAxis[];
  /** Runs at each point, with seeds counting up from the scenario's. */
  readonly runs: number;
}

/** One combination: a value for each axis. */
export type SweepPoint = readonly SweepValue[];

/** All combinations, in the order in which they are numbered. */
export function sweepPoints({ axes }: SweepPlan): SweepPoint[] {
  return axes.reduce<SweepValue[][]>(
    (points, { values }) => points.flatMap((point) => values.map((value) => [...point, value])),
    [[]],
  );
}
