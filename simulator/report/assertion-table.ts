/** The part of the report that says whether the run is what its scenario asserts. */

import type { Summary } from '../measure/summary.ts';
import { foundInWords } from './assertion-words.ts';
import { table } from './report-table.ts';
import { element, join, type Markup } from './svg-markup.ts';

/** A row for each assertion; nothing where the scenario asserts nothing. */
export function assertions({ assertions: results = [] }: Summary): Markup {
  if (results.length === 0) return join();
  const failed = results.filter(({ holds }) => !holds).length;
  const verdict =
    failed === 0
      ? 'All of them hold.'
      : `${failed} of ${results.length} ${failed === 1 ? 'does' : 'do'} not hold.`;
  const rows = results.map((result) => [
    element('code', {}, result.assert),
    foundInWords(result),
    result.holds ? 'holds' : element('b', {}, 'does not hold'),
  ]);
  return join(
    element('h2', {}, 'What the scenario asserts'),
    element('p', {}, verdict),
    table(['assertion', 'found', ''], rows),
  );
}
