/** How many relays changed their version at once: a section of the report page. */

import type { Summary } from '../measure/summary.ts';
import { humanPercent } from './human-units.ts';
import { table } from './report-table.ts';
import { element, join, type Markup } from './svg-markup.ts';

/** The section. */
export function switches(summary: Summary): Markup {
  const rows = Object.entries(summary.arms).map(([arm, { peakSwitches }]) => [
    element('b', {}, arm),
    humanPercent(peakSwitches.perSecondFraction),
    humanPercent(peakSwitches.perMinuteFraction),
    peakSwitches.downFraction === null ? '–' : humanPercent(peakSwitches.downFraction),
  ]);
  return join(
    element('h2', {}, 'Switches at once'),
    table(['arm', 'switched within 1 s', 'within 1 min', 'down at once'], rows),
    element('p', {}, 'The worst moment of each arm, as a share of all relays.'),
  );
}
