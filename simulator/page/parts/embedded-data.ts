/**
 * Data that a page carries in itself, in a `<script type="application/json">` that no browser runs.
 *
 * It is written with devalue, which keeps typed arrays, NaN and undefined, and escapes what would end the element.
 */

import { parse } from 'devalue';

/** What the element of that id holds. Throws where the page has none. */
export function embeddedData<Shape>(id: string): Shape {
  const text = document.getElementById(id)?.textContent;
  if (text == null) throw new Error(`this page holds no data called "${id}"`);
  return parse(text) as Shape;
}
