/** What went wrong by itself, and how long the network took to recover: a section of the report page. */

import type { FaultSummary } from '../measure/recovery.ts';
import type { Summary } from '../measure/summary.ts';
import { countOf, groupThousands, humanDuration, humanPercent } from './human-units.ts';
import { table } from './report-table.ts';
import { element, join, type Markup } from './svg-markup.ts';

export interface NamedFault {
  readonly arm: string;
  readonly fault: FaultSummary;
}

/** All faults of all live arms, arm by arm. */
export function allFaults(summary: Summary): NamedFault[] {
  return Object.entries(summary.arms).flatMap(([arm, { faults = [] }]) =>
    faults.map((fault) => ({ arm, fault })),
  );
}

/** "recovered 3.1 s after its end", "never recovered", "does not end". */
export function recoveryInWords({ endSeconds, module, recoverySeconds, effects }: FaultSummary): string {
  if (effects === 0) return 'came to nothing';
  if (endSeconds === null) return 'no common end';
  if (module === null) return 'no update was due';
  if (recoverySeconds === null) return 'never recovered';
  return recoverySeconds === 0
    ? 'nobody was behind at its end'
    : `recovered ${humanDuration(recoverySeconds)} after its end`;
}

/** The section; nothing in a run without faults. */
export function faultSection(summary: Summary): Markup {
  const faults = allFaults(summary);
  if (faults.length === 0) return join();
  const percent = (fraction: number | null): string => (fraction === null ? '–' : humanPercent(fraction));
  const rows = faults.map(({ arm, fault }) => [
    element('b', {}, arm),
    fault.kind,
    humanDuration(fault.fromSeconds),
    fault.endSeconds === null ? '–' : humanDuration(fault.endSeconds),
    countOf(fault.relays, 'relay'),
    groupThousands(fault.effects),
    percent(fault.hitFraction),
    percent(fault.othersFraction),
    recoveryInWords(fault),
  ]);
  const headings = [
    'arm',
    'fault',
    'from',
    'to',
    'hit',
    'effects',
    'of the hit up to date at its end',
    'of the others',
    'recovery',
  ];
  return join(
    element('h2', {}, 'What went wrong, and how long until all was well'),
    table(headings, rows),
    element(
      'p',
      {},
      'Recovery: from the end of the fault until the share of the relays that it hit that run the newest update, and ' +
        'keep it, is 99 % of that of the others. Where it hit all, until 99 % of them run it.',
    ),
  );
}
