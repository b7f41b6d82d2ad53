/**
 * Bundles what runs in a browser into one script and one style sheet.
 *
 * The bundles are made when they are needed, in about a tenth of a second, and not kept in the project: nothing that
 * is built can then be older than its source.
 */

import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

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
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(`../page/${entry}/main.tsx`, import.meta.url))],
    outdir: 'page',
    bundle: true,
    write: false,
    minify: true,
    format: 'esm',
    target: BROWSERS,
    jsx: 'automatic',
    jsxImportSource: 'preact',
    legalComments: 'none',
    charset: 'utf8',
    logLevel: 'silent',
  });
  const textOf = (ending: string): string =>
    outputFiles.find(({ path }) => path.endsWith(ending))?.text ?? '';
  return { script: textOf('.js').replaceAll('</script', '<\\/script'), style: textOf('.css') };
}
