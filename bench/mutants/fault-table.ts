/** The table of planted faults and what caught them, as a page of the docs. */

import type { Verdict } from './campaign.ts';

const HEAD = `# Planted faults

Do the checks check? \`make mutants\` makes the program wrong on purpose, one small fault at a time, in a copy of the project,
and asks who notices: the tests that stand beside the fault in \`bench/mutants/\`, then all tests of its room, then
scenarios with their invariants. Each of them passes without the fault. A fault that survives ends the command
with exit code 1: it is a test that is missing. The command writes this page.

`;

export function faultPage(verdicts: readonly Verdict[]): string {
  const caught = verdicts.filter(({ caughtBy }) => caughtBy !== null).length;
  const rows = verdicts.map(
    ({ fault, where, caughtBy, invalid, wallSeconds }) =>
      `| ${cell(fault.wrong)} | \`${where}\` | ${cell(caughtBy ?? invalid ?? '**nothing**')} | ${wallSeconds.toFixed(1)} |`,
  );
  const table = ['| fault | where | caught by | wall seconds |', '| --- | --- | --- | ---: |', ...rows].join(
    '\n',
  );
  return `${HEAD}${verdicts.length} faults, ${caught} caught.\n\n${table}\n`;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;').replaceAll(/\s+/g, ' ');
}
