/** report.html of a sweep: the response, the ranking, every point with its figures and the way to its runs. */

import { CONFIDENCE, RUNS_FOR_CONFIDENCE } from '../measure/bootstrap.ts';
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
  /** The charts that were drawn, as SVG. */
  readonly charts: Readonly<Partial<Record<'response' | 'heatmap', string>>>;
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
        element('span', { class: 'wrap' }, ...links),
      ];
    }),
  );
  return table([...axes.map(({ path }) => path), 'arm', 'half', '99 %', 'reached', 'runs'], rows);
}

function rankingTable({ ranking, axes }: SweepSummary): Markup {
  if (axes.length < 2) return join();
  const percent = (index: number): string => `${Math.round(index * 100)} %`;
  const rows = ranking.map(({ arm, figure, axes: effects }): Content[] => {
    const known = effects.flatMap(({ firstOrder }) => firstOrder ?? []);
    const left = known.length === effects.length ? 1 - known.reduce((sum, index) => sum + index, 0) : null;
    return [
      element('b', {}, arm),
      figure,
      effects
        .map(({ path, ratio, firstOrder }) => {
          const share = firstOrder === null ? NEVER : percent(firstOrder);
          return `${path}: ${share}${ratio === null ? '' : ` (× ${Number(ratio.toPrecision(3))})`}`;
        })
        .join(', '),
      left === null ? NEVER : percent(Math.max(0, left)),
    ];
  });
  return join(
    element('h2', {}, 'What matters most'),
    element(
      'p',
      {},
      'For each key its first-order sensitivity index: the share of the variance over all points that goes with this key ' +
        'alone; strongest first. What is left is due to keys together, and to chance. In brackets the greatest over the ' +
        'least of its medians, each taken over all points with one value, or one class of values, of the key. A dash: a ' +
        'share was never reached at some point, or nothing varies.',
    ),
    table(['arm', 'figure', 'keys', 'left'], rows),
  );
}

function howSure({ runs }: SweepSummary): Markup {
  if (runs === 1) return join();
  const warning =
    runs < RUNS_FOR_CONFIDENCE
      ? ` ${runs} runs are too few for that: take at least ${RUNS_FOR_CONFIDENCE}.`
      : '';
  return element(
    'p',
    {},
    `Each median lies within the bounds in brackets with ${humanPercent(CONFIDENCE)} confidence (percentile bootstrap ` +
      `over the runs of the point).${warning} A dash as the upper bound: it may never be reached.`,
  );
}

/** Writes the page. */
export function sweepPage(parts: SweepPageParts): string {
  const { scenario, summary, version, command, charts, folders } = parts;
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
    ...Object.entries(charts).map(([name, svg]) =>
      element('figure', { class: 'chart scroll', id: name }, trusted(svg)),
    ),
    rankingTable(summary),
    element('h2', {}, 'Every point'),
    howSure(summary),
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
