/** The three counts of exposure side by side: a section of the report page. */

import type { Summary } from '../measure/summary.ts';
import { significant } from './human-units.ts';
import { boundsOf, withBounds } from './interval-of.ts';
import { table } from './report-table.ts';
import { element, join, type Markup } from './svg-markup.ts';

/** Hours, 3 significant digits: 0.0235, 1,820,000. */
export function hoursInWords(hours: number): string {
  return significant(hours);
}

function cell(summary: Summary, path: string, hours: number | null | undefined): string {
  return hours == null ? '–' : withBounds(hours, boundsOf(summary, path), hoursInWords);
}

/** The section. */
export function exposure(summary: Summary): Markup {
  const arms = Object.entries(summary.arms);
  const hasCircuits = arms.some(([, arm]) => arm.vulnerableCircuitHours !== undefined);
  const rows = arms.map(([name, arm]) => [
    element('b', {}, name),
    cell(summary, `arms.${name}.vulnerableRelayHours`, arm.vulnerableRelayHours),
    cell(summary, `arms.${name}.vulnerableWeightHours`, arm.vulnerableWeightHours),
    ...(hasCircuits
      ? [cell(summary, `arms.${name}.vulnerableCircuitHours`, arm.vulnerableCircuitHours)]
      : []),
  ]);
  const headings = ['arm', 'relay hours', 'weight hours', ...(hasCircuits ? ['circuit hours'] : [])];
  return join(
    element('h2', {}, 'Exposure'),
    table(headings, rows),
    element(
      'p',
      {},
      'Hours without the fix, from the release to the longest horizon of all arms: summed over relays, and with each ' +
        'relay counted by its share of the consensus weight.' +
        (hasCircuits
          ? ' Circuit hours: for how long circuits between relays of one party could be marked.'
          : ''),
    ),
  );
}
