/** How this command is called where it stands: by a script of npm in a checkout, by npx as an installed package. */

import path from 'node:path';
import { fileURLToPath } from 'node:url';

const PACKAGE_FOLDER = fileURLToPath(new URL('../..', import.meta.url));

/** The words before the arguments of a verb: `npm run simulate --`, or `npx relaywave simulate`. */
export function callWords(verb: string, packageFolder = PACKAGE_FOLDER): string[] {
  const isInstalled = path.basename(path.dirname(path.resolve(packageFolder))) === 'node_modules';
  return isInstalled ? ['npx', 'relaywave', verb] : ['npm', 'run', verb, '--'];
}

/** A whole call, as a text: `npm run update -- test mine`. */
export function callOf(verb: string, ...args: readonly string[]): string {
  return [...callWords(verb), ...args].join(' ');
}
