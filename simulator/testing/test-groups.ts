/**
 * Which test files share a process.
 *
 * Starting Node and loading the sources takes longer than most files' tests. A file has a process of its own where it
 * changes the process or hooks into all of its tests, and in rooms whose tests start other processes or run for long.
 */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';

const FILES_MAX = 24;

const ALONE =
  /^(bench|examples)\/|^node\/daemon\/|^simulator\/(cli|sweep|testing|view)\/|^simulator\/engine\/wire\/|^updates\/cli\//;

const CHANGES_PROCESS =
  /^(before|after)(Each)?\(|process\.env\.\w+ *=[^=]|delete process\.env|\b(chdir|umask)\(|\bmock\.|globalThis\.|thread-globals|process\.(on|once)\(|(Date\.now|Math\.random) *=/m;

/** The files, which lie in `root`, in groups for a process each: of one room, in their order. */
export function testGroups(root: string, files: readonly string[]): string[][] {
  const groups: string[][] = [];
  const groupOf = new Map<string, string[]>();
  for (const file of files) {
    const path = relative(root, file);
    const isAlone = ALONE.test(path) || CHANGES_PROCESS.test(readFileSync(file, 'utf8'));
    const room = isAlone ? path : path.split('/').slice(0, 2).join('/');
    const group = groupOf.get(room);
    if (group !== undefined && group.length < FILES_MAX) {
      group.push(file);
      continue;
    }
    const begun = [file];
    groups.push(begun);
    groupOf.set(room, begun);
  }
  return groups;
}

/** A file that runs each group; of several files one is written, in a folder that goes when this process ends. */
export function groupFiles(root: string, groups: readonly (readonly string[])[]): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'relaywave-tests-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  process.once('SIGINT', () => process.exit(130));
  return groups.map((group, index) => {
    if (group.length === 1) return group[0]!;
    const name = relative(root, group[0]!).split('/').slice(0, -1).join('-');
    const file = join(folder, `${name}-${index}.mjs`);
    writeFileSync(file, group.map((each) => `import '${pathToFileURL(each)}';\n`).join(''));
    return file;
  });
}
