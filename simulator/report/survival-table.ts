/** Survival without the fix under churn: a section of the report page. */

import { CONFIDENCE } from '../measure/bootstrap.ts';
import type { Summary } from '../measure/summary.ts';
import type { SurvivalSummary } from '../measure/survival-summary.ts';
import { groupThousands, humanDuration, humanPercent } from './human-units.ts';
import { table } from './report-table.ts';
import { element, join, type Markup } from './svg-markup.ts';

function time(seconds: number | null): string {
  return seconds === null ? '–' : humanDuration(seconds);
}

function medianInWords({ t50Seconds, t50LowSeconds, t50HighSeconds }: SurvivalSummary): string {
  if (t50Seconds === null) return '–';
  const high = t50HighSeconds === null ? 'no upper limit' : humanDuration(t50HighSeconds);
  return `${humanDuration(t50Seconds)} (${time(t50LowSeconds)} to ${high})`;
}

function endInWords({ endSurvival, endLow, endHigh }: SurvivalSummary): string {
  const share = humanPercent(endSurvival);
  return endLow === null || endHigh === null
    ? share
    : `${share} (${humanPercent(endLow)} to ${humanPercent(endHigh)})`;
}

/** The section; nothing without churn. */
export function survival(summary: Summary): Markup {
  const rows = Object.entries(summary.arms).flatMap(([arm, { updates }]) =>
    updates.flatMap(({ module, churn }) => {
      const figures = churn?.survival;
      if (figures === undefined) return [];
      return [
        [
          element('b', {}, arm),
          element('code', {}, module),
          groupThousands(figures.relays),
          groupThousands(figures.events),
          groupThousands(figures.lostByDeparture),
          groupThousands(figures.lostByHorizon),
          medianInWords(figures),
          time(figures.t90Seconds),
          time(figures.t99Seconds),
          endInWords(figures),
        ],
      ];
    }),
  );
  if (rows.length === 0) return join();
  const headings = [
    'arm',
    'update',
    'relays',
    'ran it',
    'left without it',
    'without it at the end',
    'half',
    '90 %',
    '99 %',
    'still without it',
  ];
  return join(
    element('h2', {}, 'Survival without the fix'),
    table(headings, rows),
    element(
      'p',
      {},
      'Product-limit estimates (Kaplan and Meier), as if nobody left the network before it ran the update. In brackets ' +
        `limits of ${humanPercent(CONFIDENCE)} confidence, as if relays decided independently of each other.`,
    ),
  );
}
