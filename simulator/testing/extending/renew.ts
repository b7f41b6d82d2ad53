/** Writes a patch of docs/extending anew from the last commit of a branch: `npm run extending -- hook renew-hook`. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { KINDS, type Kind, PROJECT, patchFrom, patchOf } from './example.ts';

const [kind, commit] = process.argv.slice(2);
if (!KINDS.includes(kind as Kind) || commit === undefined) {
  console.error(`usage: npm run extending -- ${KINDS.join('|')} BRANCH`);
  process.exit(2);
}
const file = patchOf(kind as Kind);
writeFileSync(join(PROJECT, file), patchFrom(commit));
console.log(`wrote ${file}; run npx tsx --test simulator/testing/extending/*.test.ts`);
