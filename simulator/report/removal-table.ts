/** What became of the updates that were taken back: a section of the report page. */

import type { RunOutcome } from '../measure/outcome.ts';
import type { Summary, UpdateSummary } from '../measure/summary.ts';
import { updateNames } from '../measure/update-names.ts';
import { humanDuration, humanPercent } from './human-units.ts';
import { table } from './report-table.ts';
import { element, join, type Markup } from './svg-markup.ts';

/** An update of one arm that was revoked, or that some relay took out by itself. */
export interface RemovedUpdate {
  readonly arm: string;
  readonly name: string;
  readonly figures: UpdateSummary;
}

/** All of them, in the order of arms and updates. */
export function removedUpdates(outcome: RunOutcome, summary: Summary): RemovedUpdate[] {
  const names = updateNames(outcome);
  return Object.entries(summary.arms).flatMap(([arm, { updates }]) =>
    updates.flatMap((figures, index) => {
      const { revokedSeconds, everRanFraction, runningFraction } = figures;
      const isKept = revokedSeconds === null && everRanFraction === runningFraction;
      return isKept ? [] : [{ arm, name: names[index] as string, figures }];
    }),
  );
}

function time(seconds: number | null): string {
  return seconds === null ? '–' : humanDuration(seconds);
}

/** The section; nothing where nothing was taken back. */
export function removals(outcome: RunOutcome, summary: Summary): Markup {
  const removed = removedUpdates(outcome, summary);
  if (removed.length === 0) return join();
  const rows = removed.map(({ arm, name, figures }) => [
    element('b', {}, arm),
    name,
    humanPercent(figures.everRanFraction),
    humanPercent(figures.runningFraction),
    time(figures.haltedSeconds),
    time(figures.revokedSeconds),
    time(figures.t50RemovedSeconds),
    time(figures.t99RemovedSeconds),
  ]);
  const headings = [
    'arm',
    'update',
    'ever ran it',
    'run it in the end',
    'halted after',
    'revoked after',
    'half gone after',
    '99 % gone after',
  ];
  return join(
    element('h2', {}, 'Updates that were taken back'),
    table(headings, rows),
    element(
      'p',
      {},
      'Halted and revoked: since the release. Gone: since the revocation, of the relays that ran it then or ' +
        'began to before they heard.',
    ),
  );
}
