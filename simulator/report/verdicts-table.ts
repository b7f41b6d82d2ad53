/** Good updates that relays took out, and bad ones that they kept: a section of the report page. */

import type { Summary } from '../measure/summary.ts';
import type { VerdictSummary } from '../measure/verdict-summary.ts';
import { groupThousands } from './human-units.ts';
import { table } from './report-table.ts';
import { element, join, type Markup } from './svg-markup.ts';

export interface JudgedUpdate {
  readonly arm: string;
  readonly module: string;
  /** Place among the scenario's updates. */
  readonly index: number;
  readonly verdicts: VerdictSummary;
}

/** Updates that relays judged, arm by arm. */
export function judgedUpdates(summary: Summary): JudgedUpdate[] {
  return Object.entries(summary.arms).flatMap(([arm, { updates }]) =>
    updates.flatMap(({ module, verdicts }, index) =>
      verdicts === undefined ? [] : [{ arm, module, index, verdicts }],
    ),
  );
}

/** Whether there is anything to tell: a bad update, or a good one that was taken out. */
export function isJudgementTested(summary: Summary): boolean {
  return judgedUpdates(summary).some(
    ({ verdicts }) => verdicts.misbehaves || (verdicts.falsePositives ?? 0) > 0,
  );
}

/** The section; nothing where all updates were good and kept. */
export function verdicts(summary: Summary): Markup {
  if (!isJudgementTested(summary)) return join();
  const count = (value: number | null): string => (value === null ? '–' : groupThousands(value));
  const rows = judgedUpdates(summary).map(({ arm, module, verdicts: found }) => [
    element('b', {}, arm),
    element('code', {}, module),
    found.misbehaves ? 'bad' : 'good',
    count(found.rolledBack),
    count(found.confirmed),
    count(found.kept),
    count(found.falsePositives),
    count(found.falseNegatives),
  ]);
  const headings = [
    'arm',
    'update',
    'in truth',
    'taken out by itself',
    'passed its trial',
    'of those, runs in the end',
    'false positives',
    'false negatives',
  ];
  return join(
    element('h2', {}, 'What relays made of the updates'),
    table(headings, rows),
    element(
      'p',
      {},
      'Relays, each counted once. False positives: a good update that a relay took out since it failed there. False ' +
        'negatives: a bad one that passed its trial and runs in the end. What a revocation took out was not judged.',
    ),
  );
}
