/**
 * What refusing a scenario file costs that is made to cost much: `npm run bench:hostile`.
 *
 * Milliseconds of processor time, the best of three after a first that warms up. None should take more than 100 on
 * a machine of today; that each is refused where it must be is a test.
 */

import { HOSTILE_FILES, problemsOf } from '../simulator/testing/hostile-files.ts';
import { scriptLine } from '../simulator/testing/script-line.ts';

const { json } = scriptLine('bench:hostile', 'Measures what refusing hostile scenario files costs.')
  .option('--json', 'print JSON')
  .parse()
  .opts<{ json?: boolean }>();

function refusalMs(text: string): number {
  const before = process.cpuUsage();
  problemsOf(text);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

const costs = Object.entries(HOSTILE_FILES).map(([name, { text }]) => {
  refusalMs(text);
  return { name, ms: Math.min(...[1, 2, 3].map(() => refusalMs(text))) };
});
if (json) console.log(JSON.stringify(costs, null, 2));
else for (const { name, ms } of costs) console.log(`${ms.toFixed(1).padStart(7)} ms  ${name}`);
