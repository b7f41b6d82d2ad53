/** Writes a patch of docs/extending anew from the last commit of a branch: `npm run extending -- hook renew-hook`. */

import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Argument, InvalidArgumentError } from 'commander';
import { scriptLine } from '../script-line.ts';
import { KINDS, type Kind, PROJECT, patchFrom, patchOf } from './example.ts';

const [kind, commit] = scriptLine('extending', 'Writes a patch of docs/extending anew.')
  .addArgument(new Argument('<kind>', 'what it adds').choices(KINDS))
  .argument('<branch>', 'a branch, of which the last commit is the patch', readCommit)
  .parse().processedArgs as [Kind, string];

function readCommit(branch: string): string {
  const { status } = spawnSync('git', ['rev-parse', '--verify', '--quiet', `${branch}^{commit}`], {
    cwd: PROJECT,
  });
  if (status !== 0) throw new InvalidArgumentError('Give a branch of this checkout.');
  return branch;
}

const file = patchOf(kind);
writeFileSync(join(PROJECT, file), patchFrom(commit));
console.log(`wrote ${file}; run npx tsx --test simulator/testing/extending/*.test.ts`);
