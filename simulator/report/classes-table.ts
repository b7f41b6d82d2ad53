/** The curve of each class of operators in figures: a section of the report page. */

import type { GroupSummary } from '../measure/class-summary.ts';
import type { Summary } from '../measure/summary.ts';
import { groupThousands, humanDuration, humanPercent } from './human-units.ts';
import { table } from './report-table.ts';
import { element, join, type Markup } from './svg-markup.ts';

export const WITHOUT_RUNTIME = 'no runtime';

/** The groups of an arm, those without a runtime last; none where it has no operators. */
export function groupsOf({
  byClass = {},
  withoutRuntime,
}: Summary['arms'][string]): [string, GroupSummary][] {
  // Over several runs a class may be missing from some of them, and then has no figures of its own.
  const groups = Object.entries(byClass).filter(([, group]) => group !== null);
  return withoutRuntime == null ? groups : [...groups, [WITHOUT_RUNTIME, withoutRuntime]];
}

function time(seconds: number | null): string {
  return seconds === null ? '–' : humanDuration(seconds);
}

/** The section; nothing where no arm has operators. */
export function classes(summary: Summary): Markup {
  const rows = Object.entries(summary.arms).flatMap(([arm, figures]) =>
    groupsOf(figures).map(([name, group]) => [
      element('b', {}, arm),
      name,
      groupThousands(group.relays),
      time(group.t50Seconds),
      time(group.t90Seconds),
      time(group.t99Seconds),
      humanPercent(group.reachedFraction),
    ]),
  );
  if (rows.length === 0) return join();
  return join(
    element('h2', {}, 'Classes of operators'),
    table(['arm', 'class', 'relays', '50 %', '90 %', '99 %', 'in the end'], rows),
    element(
      'p',
      {},
      'Shares are of the relays of the class. A relay without a runtime counts in its class too.',
    ),
  );
}
