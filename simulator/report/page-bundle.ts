/**
 * Bundles what runs in a browser into one script and one style sheet.
 *
 * Bundles are made of the sources as they are when they are needed, and are no part of the project: none is ever older
 * than its source.
 */

import { fileURLToPath } from 'node:url';
import { keptBundle } from '../engine/kept-bundle.mjs';

/** The entries of simulator/page that have a page of their own. */
export type PageEntry = 'report' | 'view';

export interface PageBundle {
  /** For a `<script type="module">`; holds no `</script`. */
  readonly script: string;
  readonly style: string;
}

const BROWSERS = ['chrome100', 'firefox100', 'safari15.4'];

const bundles = new Map<PageEntry, Promise<PageBundle>>();

/**
 * The bundle of `simulator/page/<entry>/main.tsx`, made at the first call of the process. Rejects when it does not
 * compile, which is a bug.
 */
export function bundlePage(entry: PageEntry): Promise<PageBundle> {
  const made = bundles.get(entry) ?? bundle(entry);
  bundles.set(entry, made);
  return made;
}

async function bundle(entry: PageEntry): Promise<PageBundle> {
  const { files } = await keptBundle(entry, {
    entryPoints: [fileURLToPath(new URL(`../page/${entry}/main.tsx`, import.meta.url))],
    minify: true,
    format: 'esm',
    target: BROWSERS,
    jsx: 'automatic',
    jsxImportSource: 'preact',
    charset: 'utf8',
  });
  const textOf = (ending: string): string => files.find(({ file }) => file.endsWith(ending))?.text ?? '';
  return { script: textOf('.js').replaceAll('</script', '<\\/script'), style: textOf('.css') };
}
