/**
 * Do the checks check? `npm run mutants [-- WORDS] [--jobs N] [--narrow]`
 *
 * Plants the faults of bench/mutants/ one at a time in copies of the project and asks the tests and the invariants who
 * notices. Prints a table, and writes it to docs/planted-faults.md if all faults were planted; with words, only those
 * whose description or path has them. With --narrow, only the tests that faults name are asked: enough while one
 * writes them. Ends with 1 where a fault survives, no longer fits, or does not run.
 */

import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Campaign } from './mutants/campaign.ts';
import { endRuns } from './mutants/check-runs.ts';
import { faultPage } from './mutants/fault-table.ts';
import { FAULTS } from './mutants/faults.ts';

const PROJECT = fileURLToPath(new URL('..', import.meta.url));

const { values, positionals } = parseArgs({
  options: {
    jobs: { type: 'string', default: String(availableParallelism()) },
    narrow: { type: 'boolean', default: false },
  },
  allowPositionals: true,
});
const words = positionals.join(' ');
const faults = FAULTS.filter(({ wrong, file }) => wrong.includes(words) || file.includes(words));
const jobs = Number(values.jobs);
if (faults.length === 0 || !Number.isInteger(jobs) || jobs < 1) {
  console.error(
    faults.length === 0 ? `no fault has ${JSON.stringify(words)} in it` : '--jobs: a number from 1',
  );
  process.exit(2);
}

const campaign = new Campaign({
  project: PROJECT,
  faults,
  jobs: Math.min(jobs, faults.length),
  isNarrow: values.narrow,
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
  const isWhole = faults.length === FAULTS.length && !values.narrow;
  if (isWhole) writeFileSync(join(PROJECT, 'docs/planted-faults.md'), page);
  process.exitCode = verdicts.every(({ caughtBy }) => caughtBy !== null) ? 0 : 1;
} catch (error) {
  console.error(`error: ${(error as Error).message}`);
  process.exitCode = 1;
}
