/** Tables of the report page. */

import { type Content, element, type Markup, trusted } from './svg-markup.ts';

function row(tag: 'th' | 'td', cells: readonly Content[]): Markup {
  return element('tr', {}, ...cells.map((cell) => element(tag, {}, cell)));
}

/** A table that scrolls by itself on a narrow screen. */
export function table(headings: readonly string[], rows: readonly (readonly Content[])[]): Markup {
  return element(
    'div',
    { class: 'scroll' },
    element(
      'table',
      {},
      element('thead', {}, row('th', headings)),
      element('tbody', {}, ...rows.map((cells) => row('td', cells))),
    ),
  );
}

/**
 * Says under each table of a page of how many runs its figures are, since a table is what is copied out of it.
 *
 * It is put in here and not where each table is made, so that none can do without.
 */
export function tablesOfRuns(body: Markup, seeds: readonly number[]): Markup {
  const words =
    seeds.length === 1
      ? `Simulated in one run (seed ${seeds[0]}): no interval is known.`
      : `Simulated in ${seeds.length} runs.`;
  // What a user wrote cannot be taken for a table: it is escaped.
  return trusted(body.markup.replaceAll('<table>', `<table>${element('caption', {}, words).markup}`));
}
