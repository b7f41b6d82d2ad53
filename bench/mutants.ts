/**
 * Do the checks check? `npm run mutants [-- WORDS]`.
 *
 * Plants the faults of bench/mutants/ one at a time in copies of the project and asks the tests and the invariants who
 * notices. Prints a table, and writes it to docs/planted-faults.md if all faults were planted and all tests asked. Ends
 * with 1 where a fault survives, no longer fits, or does not run.
 */

import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { scriptLine, whole } from '../simulator/testing/script-line.ts';
import { Campaign } from './mutants/campaign.ts';
import { endRuns } from './mutants/check-runs.ts';
import { faultPage } from './mutants/fault-table.ts';
import { FAULTS } from './mutants/faults.ts';

const PROJECT = fileURLToPath(new URL('..', import.meta.url));

const line = scriptLine('mutants', 'Plants faults one at a time, and asks tests and invariants who notices.')
  .argument('[words...]', 'only faults with these words in their description or path (default: all)')
  .option('--jobs <n>', 'faults at a time', whole(1), availableParallelism())
  .option('--narrow', 'ask only the tests that faults name: enough while one writes them')
  .parse();
const { jobs, narrow = false } = line.opts<{ jobs: number; narrow?: boolean }>();
const words = line.args.join(' ');
const faults = FAULTS.filter(({ wrong, file }) => wrong.includes(words) || file.includes(words));
if (faults.length === 0) {
  line.error(
    `error: no fault has ${JSON.stringify(words)} in it; leave words out, or give a folder such as node/trust`,
  );
}

const campaign = new Campaign({
  project: PROJECT,
  faults,
  jobs: Math.min(jobs, faults.length),
  isNarrow: narrow,
  tell: (line) => console.error(line),
});
process.on('exit', () => {
  endRuns();
  campaign.close();
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130));

try {
  const verdicts = await campaign.run();
  const page = faultPage(verdicts);
  console.log(page.slice(page.indexOf('\n\n', page.indexOf('planted-faults')) + 2));
  const isWhole = faults.length === FAULTS.length && !narrow;
  if (isWhole) writeFileSync(join(PROJECT, 'docs/planted-faults.md'), page);
  process.exitCode = verdicts.every(({ caughtBy }) => caughtBy !== null) ? 0 : 1;
} catch (error) {
  console.error(`error: ${(error as Error).message}`);
  process.exitCode = 1;
}
