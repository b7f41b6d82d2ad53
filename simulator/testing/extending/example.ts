/** The examples of docs/extending: a page for each kind of thing, and beside it the patch that the page goes through. */

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const PROJECT = fileURLToPath(new URL('../../..', import.meta.url));
const FOLDER = 'docs/extending';

/** In the order of the pages. */
export const KINDS = ['hook', 'channel', 'fault', 'engine'] as const;
export type Kind = (typeof KINDS)[number];

/** What `npm run schema` writes is in no patch: whoever applies one runs it. */
export const GENERATED: readonly string[] = ['scenarios/schema.json', 'docs/scenario-reference.md'];

export function patchOf(kind: Kind): string {
  return `${FOLDER}/${kind}.patch`;
}

export function readPatch(kind: Kind): string {
  return readFileSync(join(PROJECT, patchOf(kind)), 'utf8');
}

export function readPage(kind: Kind): string {
  return readFileSync(join(PROJECT, FOLDER, `${kind}.md`), 'utf8');
}

/** The scenario of a page: the first block of YAML that begins with a name. */
export function scenarioOf(page: string): string {
  const text = /```yaml\n(?<text>name: .*?)```/s.exec(page)?.groups?.text;
  if (text === undefined) throw new Error('the page has no scenario');
  return text;
}

export interface PatchedFile {
  readonly path: string;
  /** Whether it is a file of tests to which the patch adds some. */
  readonly bringsTests: boolean;
}

export function filesOf(patch: string): PatchedFile[] {
  return patch
    .split(/^diff --git /m)
    .slice(1)
    .map((part) => {
      const path = /^a\/\S+ b\/(?<path>\S+)/.exec(part)!.groups!.path!;
      return { path, bringsTests: path.endsWith('.test.ts') && /^\+ *(it|test)\(/m.test(part) };
    });
}

/** How to make a patch fit again, in words. */
export function howToRenew(kind: Kind): string {
  return [
    `${patchOf(kind)} has fallen behind the sources; renew it in a clean checkout:`,
    `  git switch -c renew-${kind}`,
    `  git am -3 ${patchOf(kind)}    # mend what conflicts, git add it, git am --continue`,
    '  npm run schema && npm run check   # mend what has changed meanwhile, then git commit -a --amend --no-edit',
    `  git switch - && npm run extending -- ${kind} renew-${kind}`,
  ].join('\n');
}

/** The last commit of a branch as a patch that says neither who made it nor when, with little around each change. */
export function patchFrom(commit: string, project = PROJECT): string {
  const left = GENERATED.map((file) => `:(exclude)${file}`);
  const args = [
    'format-patch',
    '-1',
    commit,
    '--stdout',
    '-U2',
    '--no-stat',
    '--zero-commit',
    '--no-signature',
  ];
  const made = execFileSync('git', [...args, '--', '.', ...left], {
    cwd: project,
    encoding: 'utf8',
    maxBuffer: 1e8,
  });
  return atTheTop(made)
    .replace(/^From: .*(?:\n .*)*$/m, 'From: Relaywave <relaywave@example.org>')
    .replace(/^Date: .*$/m, 'Date: Thu, 1 Jan 1970 00:00:00 +0000');
}

const CHANGELOG = /^(?<head>--- a\/CHANGELOG\.md\n\+\+\+ .*\n)@@.*\n(?<lines>(?:[ +].*\n)*)/m;
/** What entries of the changelog stand under. */
const FIRST_LINE = 'The first version: one scenario file in, one folder of results out.';

/** Puts what a patch adds to the changelog under a line that stays, not before an entry that may not stay the first. */
function atTheTop(patch: string): string {
  const { head = '', lines = '' } = CHANGELOG.exec(patch)?.groups ?? {};
  const entry = lines.split('\n').filter((line) => line.startsWith('+') && line !== '+');
  if (entry.length === 0)
    throw new Error(`a commit that writes no entry under "${FIRST_LINE}" in CHANGELOG.md`);
  const hunk = [`@@ -9,2 +9,${entry.length + 3} @@`, ` ${FIRST_LINE}`, '+', ...entry, ' '];
  return patch.replace(CHANGELOG, () => `${head}${hunk.join('\n')}\n`);
}
