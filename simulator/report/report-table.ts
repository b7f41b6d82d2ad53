/** Tables of the report page. */

import { type Content, element, type Markup } from './svg-markup.ts';

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
