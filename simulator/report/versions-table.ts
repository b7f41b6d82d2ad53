/** Versions alive at once: a section of the report page. */

import type { Summary } from '../measure/summary.ts';
import { humanDuration, humanPercent } from './human-units.ts';
import { table } from './report-table.ts';
import { element, join, type Markup } from './svg-markup.ts';

/** The section; nothing where there is one update only, since its curve says it all. */
export function versions(summary: Summary): Markup {
  const arms = Object.entries(summary.arms);
  if (arms.every(([, { updates }]) => updates.length < 2)) return join();
  const rows = arms.map(([name, { versions: figures }]) => [
    element('b', {}, name),
    String(figures.mostAtOnce),
    humanDuration(figures.mostAtOnceSeconds),
    humanDuration(figures.mixedSeconds),
    Object.entries(figures.fractionInTheEnd)
      .map(([version, share]) => `${version} ${humanPercent(share ?? 0)}`)
      .join(', '),
  ]);
  return join(
    element('h2', {}, 'Versions alive at once'),
    table(['arm', 'most at once', 'first after', 'more than one for', 'in the end'], rows),
    element(
      'p',
      {},
      'A version is the set of updates that a relay runs, one at most of each hook; core: none. By hand a release holds ' +
        'those before it. Times are since the first release.',
    ),
  );
}
