/** report.html of a sweep: the response, the ranking, every point with its figures and the way to its runs. */

import type { ComparedName } from '../measure/comparison.ts';
import type { SweepSummary } from '../measure/sweep-summary.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { answeredBy } from './filled-answer.ts';
import { humanDuration, humanPercent } from './human-units.ts';
import { answerParagraphs, pageOf } from './report-page.ts';
import { table, withTableFeet } from './report-table.ts';
import { type Content, element, join, type Markup, trusted } from './svg-markup.ts';

export interface SweepPageParts {
  readonly scenario: Scenario;
  readonly summary: SweepSummary;
  /** The code that the runs are of. */
  readonly version: string;
  /** The command that repeats it all. */
  readonly command: string;
  readonly resolvedScenario: string;
  /** The chart as SVG. */
  readonly response: string;
  /** The folder of each run of each point, as seen from the page. */
  readonly folders: readonly (readonly string[])[];
}

const NEVER = '–';

function seconds(value: number | null): string {
  return value === null ? NEVER : humanDuration(value);
}

function pointsTable(summary: SweepSummary, folders: SweepPageParts['folders']): Markup {
  const { axes, points, runs } = summary;
  const rows = points.flatMap(({ values, arms, intervals, seeds }, index) =>
    Object.entries(arms).map(([arm, figures]): Content[] => {
      const time = (figure: ComparedName): string => {
        const bounds = intervals[`arms.${arm}.${figure}`];
        const between =
          bounds === undefined || runs === 1 ? '' : ` (${seconds(bounds[0])} to ${seconds(bounds[1])})`;
        return `${seconds(figures[figure] ?? null)}${between}`;
      };
      const links = (folders[index] ?? []).map((folder, run) =>
        join(' ', element('a', { href: `${folder}/summary.json` }, `seed ${seeds[run]}`)),
      );
      return [
        ...axes.map(({ path }) => String(values[path])),
        element('b', {}, arm),
        time('t50Seconds'),
        time('t99Seconds'),
        humanPercent(figures.reachedFraction ?? 0),
        join(...links),
      ];
    }),
  );
  return table([...axes.map(({ path }) => path), 'arm', 'half', '99 %', 'reached', 'runs'], rows);
}

function rankingTable({ ranking, axes }: SweepSummary): Markup {
  if (axes.length < 2) return join();
  const rows = ranking.map(({ arm, figure, axes: effects }): Content[] => [
    element('b', {}, arm),
    figure,
    effects
      .map(({ path, ratio }) => `${path}: ${ratio === null ? NEVER : `× ${Number(ratio.toPrecision(3))}`}`)
      .join(', '),
  ]);
  return join(
    element('h2', {}, 'What matters most'),
    element(
      'p',
      {},
      'For each key the greatest over the least of its medians, each taken over all points with one value of the key; ' +
        'strongest first. A dash: a share was never reached, or a figure is 0.',
    ),
    table(['arm', 'figure', 'keys'], rows),
  );
}

/** Writes the page. */
export function sweepPage(parts: SweepPageParts): string {
  const { scenario, summary, version, command, response, folders } = parts;
  const runs = summary.points.length * summary.runs;
  const body = element(
    'main',
    {},
    element('p', { class: 'kicker' }, `Relaywave · scenario ${summary.scenario} · sweep of ${runs} runs`),
    element('h1', {}, scenario.question),
    ...answerParagraphs(answeredBy(scenario, summary)),
    summary.violations === 0
      ? ''
      : element(
          'p',
          {},
          `The runs broke their own rules ${summary.violations} times; do not trust their figures.`,
        ),
    element('figure', { class: 'chart scroll', id: 'response' }, trusted(response)),
    rankingTable(summary),
    element('h2', {}, 'Every point'),
    pointsTable(summary, folders),
    element('h2', {}, 'How to reproduce this'),
    element('pre', {}, `npm ci\n${command}`),
    element(
      'p',
      {},
      `By relaywave ${version}. Each run has its data in a folder of its own, to which the table above leads; `,
      element('code', {}, 'npm run report -- FOLDER'),
      ' draws its charts and its page there.',
    ),
    element('h2', {}, 'Scenario, with every default spelled out'),
    element('pre', {}, parts.resolvedScenario),
  );
  const each =
    summary.runs === 1 ? 'one run: no interval is known' : `${summary.runs} runs, of which medians are shown`;
  return pageOf(summary.scenario, withTableFeet(body, `Each point simulated in ${each}.`));
}
