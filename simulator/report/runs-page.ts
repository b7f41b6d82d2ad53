/** report.html of several runs: medians, their intervals and bands, and where each run has its own page. */

import { RUNS_FOR_CONFIDENCE } from '../measure/bootstrap.ts';
import type { RunsSummary } from '../measure/runs-summary.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { answerSentence, armsByKind, channelsSentence } from './answer.ts';
import { assertions } from './assertion-table.ts';
import type { DrawnCharts } from './charts.ts';
import { exposure } from './exposure-table.ts';
import { answeredBy } from './filled-answer.ts';
import { humanPercent, humanRatio } from './human-units.ts';
import { formatManifest, type Manifest } from './manifest.ts';
import { type PageScript, THINNED_NOTE } from './page-script.ts';
import { answerParagraphs, chart, milestones, pageOf } from './report-page.ts';
import { runsInWords, table, withTableFeet } from './report-table.ts';
import { element, join, type Markup } from './svg-markup.ts';

export interface RunsPageParts {
  readonly scenario: Scenario;
  readonly summary: RunsSummary;
  readonly manifest: Manifest;
  readonly resolvedScenario: string;
  readonly charts: DrawnCharts;
  /** The folder of each run, as seen from the page, in the order of the seeds. */
  readonly folders: readonly string[];
  /** Null for a page without a script. */
  readonly script: PageScript | null;
}

function ratios({ ratios, intervals }: RunsSummary): Markup {
  if (ratios.length === 0) return join();
  const words = (value: number | null): string => (value === null ? '–' : `${humanRatio(value)} ×`);
  const cell = (index: number, key: 't25' | 't50', value: number | null): string => {
    const bounds = intervals[`ratios.${index}.${key}`];
    return bounds === undefined
      ? words(value)
      : `${words(value)} (${words(bounds[0])} to ${words(bounds[1])})`;
  };
  return table(
    ['manual over live, paired by seed', 'at 25 %', 'at 50 %'],
    ratios.map(({ manual, live, t25, t50 }, index) => [
      `${manual} / ${live}`,
      cell(index, 't25', t25),
      cell(index, 't50', t50),
    ]),
  );
}

function violations({ violations: count }: RunsSummary): Markup {
  if (count === 0) return join();
  return join(
    element('h2', {}, 'Broken invariants'),
    element('p', {}, `The runs broke their own rules ${count} times; do not trust their figures.`),
  );
}

function howSure({ runs, interval }: RunsSummary, { network }: Scenario): Markup {
  const percent = humanPercent(interval.confidence);
  const warning =
    runs < RUNS_FOR_CONFIDENCE
      ? ` ${runs} runs are too few for that: take at least ${RUNS_FOR_CONFIDENCE}.`
      : '';
  const relays =
    network.populationSeed === undefined
      ? ' Each run has relays, links and operators of its own.'
      : ' All runs have the same relays; links, operators and other chance are their own.';
  return element(
    'p',
    {},
    `Figures are medians of ${runs} runs with seeds of their own; each median lies within its bounds with ${percent} ` +
      `confidence (percentile bootstrap over runs).${relays}${warning} A dash as the upper bound: it may never be reached.`,
  );
}

/** Writes the page. */
export function runsPage(parts: RunsPageParts): string {
  const { scenario, summary, manifest, charts, folders } = parts;
  const body = element(
    'main',
    {},
    element('p', { class: 'kicker' }, `Relaywave · scenario ${summary.scenario} · ${summary.runs} runs`),
    element('h1', {}, scenario.question),
    ...answerParagraphs(answeredBy(scenario, summary)),
    element('p', { class: 'answer' }, answerSentence(summary)),
    armsByKind(summary).live.length > 1 ? element('p', {}, channelsSentence(summary)) : '',
    violations(summary),
    assertions(summary),
    chart('figure1', charts),
    chart('channels', charts),
    element('h2', {}, 'How long until a share of the network runs the fix'),
    howSure(summary, scenario),
    milestones(summary),
    ratios(summary),
    chart('live-vs-manual', charts),
    chart('switches', charts),
    exposure(summary),
    chart('exposure', charts),
    element('h2', {}, 'The runs'),
    element(
      'ul',
      {},
      ...folders.map((folder, index) =>
        element('li', {}, element('a', { href: `${folder}/report.html` }, `seed ${summary.seeds[index]}`)),
      ),
    ),
    element('h2', {}, 'How to reproduce this'),
    element(
      'pre',
      {},
      `npm ci\n${manifest.command ?? 'npm run simulate -- scenario.resolved.yaml --runs N'}`,
    ),
    parts.script === null ? '' : element('p', {}, THINNED_NOTE),
    element('h2', {}, 'Scenario of the first run, with every default spelled out'),
    element('pre', {}, parts.resolvedScenario),
    element('h2', {}, 'Manifest'),
    element('pre', {}, formatManifest(manifest)),
  );
  return pageOf(summary.scenario, withTableFeet(body, runsInWords(summary.seeds)), parts.script);
}
