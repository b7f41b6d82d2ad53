/**
 * The script of a page that stands in one file: it, its style and its data, and the policy that lets nothing else in.
 *
 * The policy forbids every request. It names the script and the style by their hashes, so that markup that came in
 * by a mistake would neither run nor be fetched.
 */

import { createHash } from 'node:crypto';
import { stringify } from 'devalue';
import type { PageBundle } from './page-bundle.ts';
import type { PageData } from './page-data.ts';
import { element, join, type Markup, trusted } from './svg-markup.ts';

/** What makes a page interactive. */
export interface PageScript {
  readonly bundle: PageBundle;
  readonly data: PageData;
}

/** The element that the script finds its data in. */
export const DATA_ID = 'page-data';

function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}

/** A Content-Security-Policy for a page with this style, and this script if it has any. */
export function policyOf(style: string, script: string | null): string {
  return [
    "default-src 'none'",
    `script-src ${script === null ? "'none'" : hashOf(script)}`,
    `style-src ${hashOf(style)}`,
    // The empty icon, without which browsers ask for one.
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}

/** The end of the body: the data, which no browser runs, and the script that reads them. */
export function scriptElements({ bundle, data }: PageScript): Markup {
  // A "<" cannot end the element: devalue writes it as an escape, and the bundle has no "</script".
  return join(
    element('script', { type: 'application/json', id: DATA_ID }, trusted(stringify(data))),
    element('script', { type: 'module' }, trusted(bundle.script)),
  );
}

/** What a reader of interactive curves has to know of them. */
export const THINNED_NOTE =
  'Curves to be read off on this page are thinned: they are at most 0.2 % of the network off, and exact where the tables ' +
  'are; the files beside it have every step.';
