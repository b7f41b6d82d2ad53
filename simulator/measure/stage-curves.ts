/** The adoption curves of an update's stages: built once, for summary, tables, charts and page. */

import { type AdoptionCurve, adoptionCurve } from './curve.ts';
import { keptWith } from './kept-with.ts';
import { STAGES, type Stage, type UpdateOutcome } from './outcome.ts';

type Counted = Pick<UpdateOutcome, 'stages' | 'cohort'>;

const curvesOf = keptWith(({ stages, cohort = null }: Counted) =>
  keptWith((weights: Float64Array): Readonly<Record<Stage, AdoptionCurve>> => {
    const curves = {} as Record<Stage, AdoptionCurve>;
    for (const stage of STAGES) curves[stage] = adoptionCurve(stages[stage], weights, cohort);
    return curves;
  }),
);

/** The curves of all stages; `weights` has one for each relay. Neither may change afterwards. */
export function stageCurves(update: Counted, weights: Float64Array): Readonly<Record<Stage, AdoptionCurve>> {
  return curvesOf(update)(weights);
}
