/**
 * report.html: all of a run on one page that opens without a server or a network.
 *
 * Charts stand in it as SVG, styles as text; there is no script. Every word that comes from a scenario is
 * escaped on its way in (svg-markup.ts).
 */

import type { RunOutcome } from '../measure/outcome.ts';
import type { Summary } from '../measure/summary.ts';
import { answerSentence, armsByKind, channelsSentence } from './answer.ts';
import { assertions } from './assertion-table.ts';
import type { ChartName, DrawnCharts } from './charts.ts';
import { classes } from './classes-table.ts';
import { exposure } from './exposure-table.ts';
import { faultSection } from './fault-table.ts';
import { type Answered, answeredBy } from './filled-answer.ts';
import {
  groupThousands,
  humanBytes,
  humanDuration,
  humanPercent,
  humanRatio,
  humanWall,
} from './human-units.ts';
import { load } from './load-table.ts';
import { formatManifest, type Manifest } from './manifest.ts';
import { milestoneHeadings, milestoneRows, unsaidChannels } from './milestone-table.ts';
import { type PageScript, policyOf, scriptElements, THINNED_NOTE } from './page-script.ts';
import { removals } from './removal-table.ts';
import { PAGE_CSS } from './report-page-css.ts';
import { runsInWords, table, withTableFeet } from './report-table.ts';
import { survival } from './survival-table.ts';
import { element, join, type Markup, trusted } from './svg-markup.ts';
import { switches } from './switches-table.ts';
import { gossipAttacks } from './sybil-table.ts';
import { traffic } from './traffic-table.ts';
import { attacks } from './trust-table.ts';
import { verdicts } from './verdicts-table.ts';
import { versions } from './versions-table.ts';

export interface ReportPageParts {
  readonly outcome: RunOutcome;
  readonly summary: Summary;
  readonly manifest: Manifest;
  readonly resolvedScenario: string;
  readonly charts: DrawnCharts;
  /** Null for a page without a script. */
  readonly script: PageScript | null;
}

const KINDS = {
  count: 'relay count',
  weight: 'consensus weight',
  bandwidth: 'advertised bandwidth',
  law: 'the law drawn from',
  low: 'median at least',
  high: 'median at most',
} as const;

export function milestones(summary: Summary): Markup {
  const rows = milestoneRows(summary).map(({ name, source, weighting, times, reached }) => {
    const arm = summary.arms[name];
    const channels = arm === undefined ? null : unsaidChannels(name, arm);
    const named = join(element('b', {}, name), channels === null ? '' : ` by ${channels}`);
    return [named, source, KINDS[weighting], ...times, reached];
  });
  return table(['arm', 'made by', 'counted by', ...milestoneHeadings(summary), 'in the end'], rows);
}

function numberOrNone(value: number | null): string {
  return value === null ? '–' : groupThousands(value);
}

function consequences(summary: Summary): Markup {
  const rows = Object.entries(summary.arms).map(([name, arm]) => [
    element('b', {}, name),
    groupThousands(Math.round(arm.vulnerableRelayHours * 100) / 100),
    numberOrNone(arm.circuitsBroken),
    groupThousands(arm.rolledBack),
    numberOrNone(arm.cost?.deliveries ?? null),
    numberOrNone(arm.cost?.duplicates ?? null),
    arm.cost === null ? '–' : humanBytes(arm.cost.bytes),
    humanDuration(arm.horizonSeconds),
  ]);
  const headings = [
    'arm',
    'vulnerable relay hours',
    'circuits broken',
    'rolled back',
    'deliveries',
    'duplicates',
    'bytes sent',
    'known until',
  ];
  return table(headings, rows);
}

function updates(outcome: RunOutcome, summary: Summary): Markup {
  const arms = Object.entries(summary.arms);
  const rows = (arms[0]?.[1].updates ?? []).map((update, index) => [
    element('b', {}, update.module),
    `${humanDuration(update.releasedAtSeconds)}`,
    `${groupThousands(update.moduleBytes)} B`,
    element('code', {}, update.moduleSha256.slice(0, 16)),
    arms.map(([name, arm]) => `${name} ${humanPercent(arm.updates[index]?.reachedFraction ?? 0)}`).join(', '),
  ]);
  const several = outcome.scenario.updates.length > 1;
  return join(
    table(['update', 'released at', 'size', 'SHA-256', 'reached'], rows),
    several ? element('p', {}, 'The figures above and the charts are those of the first update.') : '',
  );
}

export function ratios(summary: Summary): Markup {
  const times = (ratio: number | null) => (ratio === null ? '–' : `${humanRatio(ratio)} ×`);
  if (summary.ratios.length === 0) return join();
  return table(
    ['manual over live', 'at 25 %', 'at 50 %'],
    summary.ratios.map(({ manual, live, t25, t50 }) => [`${manual} / ${live}`, times(t25), times(t50)]),
  );
}

/** The scenario's own words under its question: what was expected, what came out. */
export function answerParagraphs(answered: Answered | null): Markup[] {
  if (answered === null) return [];
  const { hypothesis, answer } = answered;
  return [
    ...(hypothesis === '' ? [] : [element('p', {}, element('b', {}, 'Expected: '), hypothesis)]),
    element('p', {}, element('b', {}, 'Found: '), answer),
  ];
}

/** A chart's SVG takes its size from the page and no second look at the network; nothing where it is not drawn. */
export function chart(name: ChartName, charts: DrawnCharts): Markup {
  const svg = charts[name];
  if (svg === undefined) return join();
  return element('figure', { class: 'chart scroll', id: name }, trusted(svg));
}

function reproduce(manifest: Manifest): Markup {
  const command =
    manifest.command ?? `npm run simulate -- scenario.resolved.yaml --seed ${manifest.seeds[0] ?? 0}`;
  const shown = element('pre', {}, `npm ci\n${command}`);
  if (manifest.traceHash === null) {
    const words =
      'This run was in real time, on real relays: no second one gives the same bytes. How far apart they are, ' +
      'npm run crosscheck tells.';
    return join(shown, element('p', {}, words));
  }
  return join(
    shown,
    element(
      'p',
      {},
      `With relaywave ${manifest.versions.relaywave} the run is exactly repeatable: summary.json, curves.csv ` +
        'and stages.parquet have the same bytes on every machine, and the trace hash is ',
      element('code', {}, manifest.traceHash),
      '.',
    ),
  );
}

function violations(outcome: RunOutcome): Markup {
  const found = outcome.arms.flatMap((arm) => arm.violations.map((line) => `${arm.arm.name}: ${line}`));
  if (found.length === 0) return join();
  return join(
    element('h2', {}, 'Broken invariants'),
    element('p', {}, 'The run broke its own rules; do not trust its figures.'),
    element('ul', {}, ...found.slice(0, 100).map((line) => element('li', {}, line))),
  );
}

function costLine({ cost }: Manifest): string {
  const phases = Object.entries(cost.phasesWallMs).map(([phase, wallMs]) => `${phase} ${humanWall(wallMs)}`);
  const memory = humanBytes(cost.peakMemoryBytes);
  const threads = cost.threads === 1 ? '1 thread' : `${cost.threads} threads`;
  return `${humanWall(cost.wallMs)} of wall time on ${threads}, ${memory} at its peak (${phases.join(', ')}).`;
}

/** Writes the page. */
export function reportPage(parts: ReportPageParts): string {
  const { outcome, summary, manifest, charts } = parts;
  const thinned = manifest.thinnedCurves;
  const body = element(
    'main',
    {},
    element('p', { class: 'kicker' }, `Relaywave · scenario ${summary.scenario}`),
    element('h1', {}, outcome.scenario.question),
    ...answerParagraphs(answeredBy(outcome.scenario, summary)),
    element('p', { class: 'answer' }, answerSentence(summary)),
    armsByKind(summary).live.length > 1 ? element('p', {}, channelsSentence(summary)) : '',
    violations(outcome),
    assertions(summary),
    chart('figure1', charts),
    // The script puts the replay here.
    element('section', { id: 'replay' }),
    chart('channels', charts),
    element('h2', {}, 'How long until a share of the network runs the fix'),
    milestones(summary),
    ratios(summary),
    chart('live-vs-manual', charts),
    classes(summary),
    chart('classes', charts),
    switches(summary),
    chart('switches', charts),
    versions(summary),
    chart('versions', charts),
    removals(outcome, summary),
    chart('membership', charts),
    survival(summary),
    chart('survival', charts),
    chart('running', charts),
    verdicts(summary),
    chart('verdicts', charts),
    attacks(summary),
    chart('attacks', charts),
    gossipAttacks(summary),
    chart('sybils', charts),
    faultSection(summary),
    chart('faults', charts),
    traffic(summary),
    chart('marks', charts),
    chart('restart-vs-swap', charts),
    chart('flood', charts),
    chart('queues', charts),
    element('h2', {}, 'What it meant and what it cost'),
    consequences(summary),
    element(
      'p',
      {},
      'Vulnerable relay hours: each relay counts from the release until it runs the fix, or to the longest ' +
        'horizon of all arms if it never does.',
    ),
    updates(outcome, summary),
    exposure(summary),
    chart('exposure', charts),
    load(summary),
    chart('load', charts),
    chart('stages', charts),
    chart('latency', charts),
    element('h2', {}, 'How to reproduce this'),
    reproduce(manifest),
    element('p', {}, `This run took ${costLine(manifest)}`),
    ...manifest.warnings.map((warning) => element('p', {}, `Note: ${warning}`)),
    thinned.length > 0
      ? element('p', {}, `curves.csv is thinned (${thinned.join('; ')}); stages.parquet has every relay.`)
      : '',
    parts.script === null ? '' : element('p', {}, THINNED_NOTE),
    element('h2', {}, 'Scenario, with every default spelled out'),
    element('pre', {}, parts.resolvedScenario),
    element('h2', {}, 'Manifest'),
    element('pre', {}, formatManifest(manifest)),
  );
  return pageOf(summary.scenario, withTableFeet(body, runsInWords(summary.seeds)), parts.script);
}

/** A whole document around what stands in it. */
export function pageOf(scenario: string, body: Markup, script: PageScript | null = null): string {
  const style = `${PAGE_CSS}${script?.bundle.style ?? ''}`;
  const head = join(
    trusted('<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'),
    element('meta', {
      'http-equiv': 'Content-Security-Policy',
      content: policyOf(style, script?.bundle.script ?? null),
    }),
    trusted('<meta name="color-scheme" content="light dark">'),
    trusted('<link rel="icon" href="data:,">'),
    element('title', {}, `${scenario} · Relaywave`),
    element('style', {}, trusted(style)),
  );
  const whole = join(body, script === null ? '' : scriptElements(script));
  const page = element('html', { lang: 'en' }, element('head', {}, head), element('body', {}, whole));
  return `<!doctype html>\n${page.markup}\n`;
}
