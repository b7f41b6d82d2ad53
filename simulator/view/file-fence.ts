/**
 * Files that a scenario names (what it extends, tables of relays and of lags) must stand in the folders of the page.
 *
 * On the command line a scenario may name any file, since its user wrote the line. Here the text comes over HTTP, and
 * a message that quotes a line of the named file would show it. So names are judged before anything is opened. What a
 * file that stands in scenarios/ names in turn is its owner's business.
 */

import { realpathSync } from 'node:fs';
import { basename, dirname, join, sep } from 'node:path';
import { fileBeside } from '../scenario/extends.ts';
import { parseSet } from '../scenario/overrides.ts';
import type { Problem } from '../scenario/problem.ts';
import { locate, type Path, parseYaml, plainValue } from '../scenario/yaml-tree.ts';

/** Keys whose text is the name of a file, wherever they stand. */
const FILE_KEYS: ReadonlySet<string | number> = new Set([
  'extends',
  'consensus',
  'places',
  'csv',
  'empirical',
]);
const MESSAGE = 'stands outside of scenarios/ and results/, which this page does not open';
const HINT = 'copy the file there, or use the command line';

/** The real path, of the nearest folder that is there and what is missing below it. */
function realPlace(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const above = dirname(path);
    return above === path ? path : join(realPlace(above), basename(path));
  }
}

function isInside(path: string, folders: readonly string[]): boolean {
  const place = realPlace(path);
  return folders.some((folder) => place.startsWith(`${realPlace(folder)}${sep}`));
}

/** Every text in the value that names a file, with its place. */
function* namedFiles(value: unknown, path: Path): Generator<readonly [Path, string]> {
  if (typeof value === 'string') {
    if (FILE_KEYS.has(path.at(-1) ?? '')) yield [path, value];
  } else if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) yield* namedFiles(item, [...path, index]);
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value)) yield* namedFiles(item, [...path, key]);
  }
}

/** Names of files outside of the folders, in a text that would stand at `file` and in what options change of it. */
export function fencedProblems(
  file: string,
  text: string,
  { set = [] }: { readonly set?: readonly string[] | undefined },
  folders: readonly string[],
): Problem[] {
  const isOutside = (name: string): boolean => !isInside(fileBeside(file, name).path, folders);
  const { tree } = parseYaml(file, text);
  const ofText = [...namedFiles(plainValue(tree), [])]
    .filter(([, name]) => isOutside(name))
    .map(([path]) => locate(tree, path, 'value', MESSAGE, HINT));
  const ofOptions = set.flatMap((one): Problem[] => {
    const override = parseSet(one);
    if ('message' in override) return []; // told when it is applied
    const value = plainValue(parseYaml(override.label, override.value).tree);
    return [...namedFiles(value, override.path)]
      .filter(([, name]) => isOutside(name))
      .map(() => {
        return {
          file: override.label,
          line: null,
          column: null,
          path: '',
          message: MESSAGE,
          hint: HINT,
          excerpt: null,
        };
      });
  });
  return [...ofText, ...ofOptions];
}
