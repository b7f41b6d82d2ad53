/**
 * Checks that the rooms of the house depend on each other only downwards (see .dependency-cruiser.json).
 *
 * A cruise that sees no modules reports no violations either, so the number of modules is checked too.
 */

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { cruise, type ICruiseResult } from 'dependency-cruiser';
import extractDepcruiseOptions from 'dependency-cruiser/config-utl/extract-depcruise-options';
import extractTSConfig from 'dependency-cruiser/config-utl/extract-ts-config';

const ROOMS = ['node', 'simulator', 'updates', 'examples', 'bench'].filter((room) => existsSync(room));
const MODULES_AT_LEAST = 50;

const options = await extractDepcruiseOptions(
  fileURLToPath(new URL('../../.dependency-cruiser.json', import.meta.url)),
);
const { output } = await cruise(ROOMS, options, undefined, {
  tsConfig: extractTSConfig('tsconfig.json'),
});
const { modules, summary } = output as ICruiseResult;
const own = modules.filter(({ source }) => /\.ts$/.test(source) && !source.includes('node_modules'));
for (const { from, to, rule } of summary.violations) console.error(`${rule.name}: ${from} -> ${to}`);
if (own.length < MODULES_AT_LEAST) {
  console.error(`only ${own.length} modules were seen; the check is not looking at the project`);
  process.exitCode = 1;
}
if (summary.violations.some(({ rule }) => rule.severity === 'error')) process.exitCode = 1;
console.log(`rooms: ${own.length} modules, ${summary.violations.length} violations`);
