/**
 * What decides an event is reckoned by functions whose bits are fixed.
 *
 * ECMAScript leaves the last bits of Math.exp, Math.log and their like to the implementation, and versions of V8 have
 * differed in them. Sources of what can decide an event use @stdlib's instead; only additions, multiplications,
 * divisions and square roots are exact everywhere, and powers with whole numbers on both sides.
 */

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const DECIDING = [
  'node',
  'updates',
  ...['arms', 'baseline', 'engine', 'measure', 'population'].map((room) => `simulator/${room}`),
];
/** Made once and committed, by a command of its own. */
const DERIVING = /(?:^|\/)derive[\w-]*\.ts$/;
const INEXACT = /\bMath\.(?:a?(?:cos|sin|tan)h?|atan2|cbrt|exp|expm1|hypot|log|log10|log1p|log2|pow)\b/;
/** A power whose base or exponent is not written as a whole number: of whole numbers only, V8's is exact. */
const INEXACT_POWER = /(?<!\b(?:2n?|10|1024)) \*\* /;

function sourcesIn(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.name.endsWith('.test.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !DERIVING.test(file) && !/node_modules|\/build\//.test(file));
}

function codeOf(line: string): string {
  return /^\s*(?:\/?\*|\/\/)/.test(line) ? '' : line;
}

describe('functions whose bits are fixed', () => {
  it('are the only ones where an event is decided', () => {
    const found = DECIDING.flatMap(sourcesIn).flatMap((file) =>
      readFileSync(file, 'utf8')
        .split('\n')
        .map(codeOf)
        .flatMap((line, index) =>
          INEXACT.test(line) || INEXACT_POWER.test(line)
            ? [`${relative(ROOT, file)}:${index + 1} ${line.trim()}`]
            : [],
        ),
    );
    assert.deepEqual(found, []);
  });

  it('are told from the others by the patterns above', () => {
    for (const line of ['const x = Math.exp(y);', 'x = Math.log1p(y)', 'const z = a ** 2;', 'b ** runs'])
      assert(INEXACT.test(line) || INEXACT_POWER.test(line), line);
    for (const line of ['Math.sqrt(2)', '2 ** 32', '1024 ** 2', 'Math.floor(x)', 'Math.sign(x)'])
      assert(!INEXACT.test(line) && !INEXACT_POWER.test(line), line);
  });
});
