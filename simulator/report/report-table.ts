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

/** What is to be made of the figures of so many runs, for the foot of a table. */
export function runsInWords(seeds: readonly number[]): string {
  return seeds.length === 1
    ? `Simulated in one run (seed ${seeds[0]}): no interval is known.`
    : `Simulated in ${seeds.length} runs.`;
}

/**
 * Puts words at the foot of each table of a page, as of how many runs its figures are: a table may be copied out of it.
 *
 * They are put in here and not where each table is made, so that none can do without.
 */
export function withTableFeet(body: Markup, words: string): Markup {
  // What a user wrote cannot be taken for a table: it is escaped.
  return trusted(body.markup.replaceAll('<table>', `<table>${element('caption', {}, words).markup}`));
}
