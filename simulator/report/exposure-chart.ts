/**
 * Exposure: how long relays, consensus weight and circuits went on with the code that the fix replaces, arm by arm.
 *
 * Three counts of one thing, each on an axis of its own; arms differ by many powers of ten.
 */

import type { ArmSummary } from '../measure/summary.ts';
import type { CurvesData } from './chart-data.ts';
import { CHART_PADDING_PX, captionHeightPx, chartSvg } from './chart-frame.ts';
import { armLooks, type LineLook } from './chart-style.ts';
import { type DotGroup, type DotRow, drawDotGroup, groupHeightPx } from './dot-rows.ts';
import { hoursInWords } from './exposure-table.ts';
import { countOf, groupThousands, humanDuration } from './human-units.ts';
import { boundsOf, withBounds } from './interval-of.ts';
import { join } from './svg-markup.ts';

const WIDTH = 1240;
const TOP = 66;

type ExposureKey = 'vulnerableRelayHours' | 'vulnerableWeightHours' | 'vulnerableCircuitHours';

const COUNTS: readonly { readonly key: ExposureKey; readonly title: string; readonly subtitle: string }[] = [
  {
    key: 'vulnerableRelayHours',
    title: 'Relay hours',
    subtitle: 'hours without the fix, summed over relays (logarithmic)',
  },
  {
    key: 'vulnerableWeightHours',
    title: 'Weight hours',
    subtitle: 'hours without the fix, each relay by its share of the consensus weight (logarithmic)',
  },
  {
    key: 'vulnerableCircuitHours',
    title: 'Circuit hours',
    subtitle: 'hours for which circuits between relays of one party could be marked (logarithmic)',
  },
];

function rowOf(data: CurvesData, name: string, arm: ArmSummary, key: ExposureKey, look: LineLook): DotRow[] {
  const value = arm[key];
  if (value === undefined) return [];
  const bounds = boundsOf(data.summary, `arms.${name}.${key}`);
  const inHours = (hours: number) => `${hoursInWords(hours)} h`;
  const words = value === null ? 'no path was drawn' : withBounds(value, bounds, inHours);
  return [{ name, look, value, bounds, words }];
}

function groups(data: CurvesData): DotGroup[] {
  const looks = armLooks(data.scenario.arms);
  const arms = Object.entries(data.summary.arms);
  return COUNTS.map(({ key, title, subtitle }): DotGroup => {
    const rows = arms.flatMap(([name, arm]) => rowOf(data, name, arm, key, looks.get(name) as LineLook));
    return { title, subtitle, rows, scale: 'log', tick: (value) => `${groupThousands(value)} h` };
  }).filter(({ rows }) => rows.length > 0);
}

/** Draws the exposure of every arm, as an SVG file. */
export function drawExposure(_board: unknown, data: CurvesData): string {
  const drawn = groups(data);
  const horizonSeconds = Math.max(...Object.values(data.summary.arms).map((arm) => arm.horizonSeconds));
  const caption =
    `${data.source} Each relay counts from the release until it runs the fix, or for ${humanDuration(horizonSeconds)}, ` +
    'the longest horizon of all arms, if it never does.';
  let top = TOP;
  const content = drawn.map((group) => {
    const markup = drawDotGroup(group, top);
    top += groupHeightPx(group);
    return markup;
  });
  return chartSvg(
    {
      width: WIDTH,
      height: top + captionHeightPx(caption, WIDTH) + CHART_PADDING_PX / 2,
      title: `Exposure: how long ${countOf(data.summary.relays, 'relay')} went on without the fix`,
      subtitle: 'from the release, by relays, by consensus weight, and by circuits where there are any',
      description: 'Vulnerable relay hours, weight hours and circuit hours of each arm.',
      caption,
    },
    join(...content),
  );
}
