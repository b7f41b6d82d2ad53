/**
 * From the curves that the server sends to the lines of a chart: which, in which colour, over which span of time.
 *
 * In one run a colour is an arm, as in its charts; side by side a colour is a run, and a dash an arm.
 */

import {
  armLooks,
  BLUE,
  FAINT_INK,
  GREEN,
  historicalLook,
  ORANGE,
  PURPLE,
  SKY,
  VERMILLION,
} from '../../report/chart-style.ts';
import { lookOf } from '../../report/page-lines.ts';
import type { DrawnArm, RunCurves } from '../../view/api-shapes.ts';
import type { CurveSeries } from '../parts/curve-series.ts';
import type { TimeSpan } from '../parts/time-scale.ts';

export type Weighting = 'relays' | 'weight';
export type ArmChoice = 'all' | 'live' | 'manual';

const RUN_COLOURS = [BLUE, VERMILLION, GREEN, PURPLE, ORANGE, SKY, '#000000', FAINT_INK] as const;
const ARM_DASHES = [undefined, '7 4', '2 3', '10 3 2 3'] as const;
/** Above the last step, so that it does not stand on the edge. */
const ROOM = 1.15;
const LEAST_SECONDS = 1e-3;

/** An arm that reached nobody has no line. */
function isChosen({ isLive, seconds }: DrawnArm, choice: ArmChoice): boolean {
  return seconds.length > 0 && (choice === 'all' || isLive === (choice === 'live'));
}

function lineOf(
  arm: DrawnArm,
  weighting: Weighting,
  name: string,
  look: Pick<CurveSeries, 'colour' | 'dash' | 'widthPx'>,
): CurveSeries {
  return {
    name,
    ...look,
    seconds: arm.seconds,
    values: weighting === 'relays' ? arm.fractionOfRelays : arm.fractionOfConsensusWeight,
    shape: 'step',
    startsAtZero: true,
    untilSeconds: arm.horizonSeconds,
    // Bands are known of relay counts.
    band: weighting === 'relays' ? arm.band : null,
  };
}

/** The arms of one run, and the history that it is set against. */
export function linesOfRun(
  { arms, historical }: RunCurves,
  weighting: Weighting,
  choice: ArmChoice,
): CurveSeries[] {
  const looks = armLooks(arms.map(({ name, isLive }) => ({ name, kind: isLive ? 'live' : 'manual' })));
  const lines = arms
    .filter((arm) => isChosen(arm, choice))
    .map((arm) => {
      return lineOf(arm, weighting, arm.name, lookOf(looks.get(arm.name)!));
    });
  if (choice === 'live' || weighting === 'weight') return lines;
  const eras = historical.map(({ name, seconds, fraction }): CurveSeries => {
    return {
      name: `${name} (observed)`,
      ...lookOf(historicalLook(name as 'tor-2016-17')),
      seconds,
      values: fraction,
      shape: 'linear',
    };
  });
  return [...lines, ...eras];
}

/** The arms of several runs in one chart. */
export function linesOfRuns(
  runs: readonly RunCurves[],
  weighting: Weighting,
  choice: ArmChoice,
): CurveSeries[] {
  const names = [...new Set(runs.flatMap(({ arms }) => arms.map(({ name }) => name)))];
  return runs.flatMap(({ id, arms }, run) =>
    arms
      .filter((arm) => isChosen(arm, choice))
      .map((arm) => {
        const dash = ARM_DASHES[names.indexOf(arm.name) % ARM_DASHES.length];
        const colour = RUN_COLOURS[run % RUN_COLOURS.length] as string;
        return lineOf(arm, weighting, `${id}: ${arm.name}`, { colour, dash, widthPx: 2.4 });
      }),
  );
}

/** The span that shows all of the lines: up to the horizon by hand, to the last step where all is over in seconds. */
export function spanOf(runs: readonly RunCurves[], choice: ArmChoice): TimeSpan {
  const arms = runs.flatMap((run) => run.arms).filter((arm) => isChosen(arm, choice));
  const first = Math.min(...arms.flatMap(({ seconds }) => seconds.filter((value) => value > 0).slice(0, 2)));
  const last = Math.max(
    LEAST_SECONDS,
    ...arms.map(({ isLive, seconds, horizonSeconds }) =>
      isLive ? (seconds.at(-1) ?? 0) * ROOM : horizonSeconds,
    ),
  );
  const from = Number.isFinite(first) ? Math.max(LEAST_SECONDS, first / ROOM) : LEAST_SECONDS;
  return { logFromSeconds: Math.min(from, last / 10), fromSeconds: 0, toSeconds: last };
}
