/** How many relays change their version at once, at the worst moment of each arm: swaps, and restarts. */

import type { PeakSwitches } from '../measure/peak-switches.ts';
import type { CurvesData } from './chart-data.ts';
import { CHART_PADDING_PX, captionHeightPx, chartSvg } from './chart-frame.ts';
import { armLooks, type LineLook } from './chart-style.ts';
import { type DotGroup, type DotRow, drawDotGroup, groupHeightPx } from './dot-rows.ts';
import { countOf, humanPercent, significant } from './human-units.ts';
import { boundsOf, withBounds } from './interval-of.ts';
import { join } from './svg-markup.ts';

const WIDTH = 1240;
const TOP = 66;

const WINDOWS: readonly {
  readonly key: keyof PeakSwitches;
  readonly title: string;
  readonly subtitle: string;
}[] = [
  {
    key: 'perSecondFraction',
    title: 'Within one second',
    subtitle: 'largest share of relays that began to run the fix within a second',
  },
  {
    key: 'perMinuteFraction',
    title: 'Within one minute',
    subtitle: 'largest share of relays that began to run the fix within a minute',
  },
  {
    key: 'downFraction',
    title: 'Down at once',
    subtitle: 'largest share of relays that were down for their restart at one moment',
  },
];

function groups({ scenario, summary }: CurvesData): DotGroup[] {
  const looks = armLooks(scenario.arms);
  return WINDOWS.map(({ key, title, subtitle }): DotGroup => {
    const rows = Object.entries(summary.arms).map(([name, { peakSwitches }]): DotRow => {
      const value = peakSwitches[key];
      const bounds = boundsOf(summary, `arms.${name}.peakSwitches.${key}`);
      const words = value === null ? 'swapped without a restart' : withBounds(value, bounds, humanPercent);
      return { name, look: looks.get(name) as LineLook, value, bounds, words };
    });
    return { title, subtitle, rows, scale: 'linear', tick: (share) => `${significant(share * 100)} %` };
  });
}

/** Draws the worst moments of every arm, as an SVG file. */
export function drawSwitches(_board: unknown, data: CurvesData): string {
  let top = TOP;
  const content = groups(data).map((group) => {
    const markup = drawDotGroup(group, top);
    top += groupHeightPx(group);
    return markup;
  });
  const caption = `${data.source} Shares of all relays; where relays come and go, of those that were members at the release.`;
  return chartSvg(
    {
      width: WIDTH,
      height: top + captionHeightPx(caption, WIDTH) + CHART_PADDING_PX / 2,
      title: `How many of ${countOf(data.summary.relays, 'relay')} switch at once`,
      subtitle:
        'at the worst moment of each arm; the less, the less a bad update can break before it is halted',
      description:
        'Largest share of relays that switch within a second, within a minute, and that are down at once.',
      caption,
    },
    join(...content),
  );
}
