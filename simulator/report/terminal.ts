/**
 * What a run prints when it is done: the table, the ratio, a plot, and where the report lies.
 *
 * Plain lines without colour where there is none; ASCII where the locale is not UTF-8. Names come from a
 * user's file: their control characters are dropped, or a terminal would take them for commands.
 */

import Table from 'cli-table3';
import picocolors from 'picocolors';
import { RUNS_FOR_CONFIDENCE } from '../measure/bootstrap.ts';
import { isOfRuns, type RunsSummary } from '../measure/runs-summary.ts';
import type { Summary } from '../measure/summary.ts';
import { totalOf } from '../measure/trust-summary.ts';
import { foundInWords } from './assertion-words.ts';
import { type ActivationCurves, seedsInWords } from './chart-data.ts';
import { groupsOf } from './classes-table.ts';
import { allFaults, recoveryInWords } from './fault-table.ts';
import type { Answered } from './filled-answer.ts';
import {
  countOf,
  groupThousands,
  humanBytes,
  humanDuration,
  humanPercent,
  humanRatio,
  humanWall,
} from './human-units.ts';
import type { RunCost } from './manifest.ts';
import {
  type MilestoneRow,
  milestoneHeadings,
  milestoneRows,
  NOT_REACHED,
  unsaidChannels,
} from './milestone-table.ts';
import { withoutControls } from './svg-markup.ts';
import { sybilLines } from './sybil-table.ts';
import { type TerminalCurve, terminalPlot } from './terminal-plot.ts';
import { trafficLines } from './traffic-table.ts';

export interface TerminalFacts extends RunCost {
  readonly directory: string;
  readonly colour: boolean;
  /** Columns of the terminal; 80 if it is none. */
  readonly width: number;
  /** Curves for the plot, as `writeResults` returns them; without, it is drawn from the summary's times. */
  readonly curves?: readonly ActivationCurves[];
  /** What the scenario asks, and its answer with this run's figures; nothing where it has no answer. */
  readonly answered?: Answered | null;
  /** Whether characters beyond ASCII arrive; found out from the environment when left out. */
  readonly unicode?: boolean;
}

/** Whether the locale of the environment is UTF-8. */
export function speaksUtf8(env: NodeJS.ProcessEnv, platform: string = process.platform): boolean {
  if (env.TERM === 'dumb' || env.TERM === 'linux') return false;
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG;
  if (locale === undefined || locale === '') return platform === 'darwin' || env.WT_SESSION !== undefined;
  return /utf-?8/i.test(locale);
}

const WEIGHT_ROW = '  by consensus weight';
const BANDWIDTH_ROW = '  by bandwidth';
const LAW_ROW = '  the law drawn from';
const LOW_ROW = '  median at least';
const HIGH_ROW = '  median at most';
/** What the table needs beside the names, in columns of the terminal. */
const TIME_COLUMNS = 10;
const REACHED_COLUMNS = 8;

type Paint = ReturnType<typeof picocolors.createColors>;

/** No border: columns two blanks apart. */
export const PLAIN_BORDER = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
};

/** The further rows of an arm repeat neither its name nor its source. */
function cells(row: MilestoneRow, unicode: boolean, nameRoom: number): string[] {
  const words = [...row.times, row.reached].map((text) => {
    if (unicode) return text;
    return text.replace(NOT_REACHED, '-').replace('µ', 'u');
  });
  const names = {
    count: `${withoutControls(row.name)} (${row.source})`,
    weight: WEIGHT_ROW,
    bandwidth: BANDWIDTH_ROW,
    law: LAW_ROW,
    low: LOW_ROW,
    high: HIGH_ROW,
  };
  const name = names[row.weighting];
  return [name.length > nameRoom ? `${name.slice(0, nameRoom - 3)}...` : name, ...words];
}

function table(summary: Summary, paint: Paint, unicode: boolean, width: number): string {
  const headings = milestoneHeadings(summary);
  const nameRoom = Math.max(WEIGHT_ROW.length + 2, width - TIME_COLUMNS * headings.length - REACHED_COLUMNS);
  const grid = new Table({
    head: ['time until', ...headings, 'reached'].map((text) => paint.bold(text)),
    colAligns: ['left', ...Array(headings.length + 1).fill('right')],
    chars: PLAIN_BORDER,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  for (const row of milestoneRows(summary)) {
    const [name = '', ...rest] = cells(row, unicode, nameRoom);
    const isCount = row.weighting === 'count';
    grid.push([isCount ? paint.bold(name) : name, ...rest].map((text) => (isCount ? text : paint.dim(text))));
  }
  return grid.toString();
}

/** "live travels by gossip+catch-up", for arms whose names do not say it. */
function channelLines(summary: Summary): string[] {
  return Object.entries(summary.arms).flatMap(([name, arm]) => {
    const channels = unsaidChannels(name, arm);
    return channels === null ? [] : [`${withoutControls(name)} travels by ${channels}`];
  });
}

/** "manual is 21,000,000 x slower than live at t50 (5,900,000 x at t25)". */
function ratioLines(summary: Summary, paint: Paint): string[] {
  const several = summary.ratios.length > 1;
  return summary.ratios.map(({ t25, t50, ...names }) => {
    const [manual, live] = [withoutControls(names.manual), withoutControls(names.live)];
    const name = several || live !== 'live' ? `${manual} is %s than ${live}` : `${manual} is %s`;
    const words = (ratio: number) =>
      ratio >= 1 ? `${humanRatio(ratio)} x slower` : `${humanRatio(1 / ratio)} x faster`;
    if (t50 !== null) {
      const also = t25 === null ? '' : ` (${words(t25)} at t25)`;
      return `${name.replace('%s', paint.bold(words(t50)))} at t50${also}`;
    }
    if (t25 !== null) return `${name.replace('%s', paint.bold(words(t25)))} at t25; one of them has no t50`;
    return `${manual} over ${live}: no ratio, one of them never reached a quarter of the relays`;
  });
}

/** "live, bad-trap: 0.9 % of the relays ever ran it, 0 % in the end; halted after 2.1 min". */
function removalLines(summary: Summary): string[] {
  return Object.entries(summary.arms).flatMap(([arm, { updates }]) =>
    updates.flatMap((update) => {
      const { module, everRanFraction, runningFraction, haltedSeconds, revokedSeconds } = update;
      if (revokedSeconds === null && everRanFraction === runningFraction) return [];
      const shares = `${humanPercent(everRanFraction)} of the relays ever ran it, ${humanPercent(runningFraction)} in the end`;
      const fate =
        haltedSeconds !== null
          ? `; halted after ${humanDuration(haltedSeconds)}`
          : revokedSeconds !== null
            ? `; revoked after ${humanDuration(revokedSeconds)}`
            : '';
      const gone =
        update.t99RemovedSeconds === null
          ? ''
          : `, 99 % gone ${humanDuration(update.t99RemovedSeconds)} later`;
      return [`${withoutControls(arm)}, ${withoutControls(module)}: ${shares}${fate}${gone}`];
    }),
  );
}

/** "then: 380 relays (12 % of consensus weight) taken out after 9 days, 0 % of all relays listed again". */
function rejectionLines(summary: Summary): string[] {
  return Object.entries(summary.arms).flatMap(([arm, { updates }]) =>
    updates.flatMap(({ rejection }) => {
      if (rejection === undefined) return [];
      const { relays, rejectedWeightFraction, afterSeconds, readmittedFraction } = rejection;
      const taken = `${countOf(relays, 'relay')} (${humanPercent(rejectedWeightFraction)} of consensus weight) taken out`;
      const back = `${humanPercent(readmittedFraction)} of all relays listed again`;
      return [`${withoutControls(arm)}: ${taken} after ${humanDuration(afterSeconds)}, ${back}`];
    }),
  );
}

/** "live: attentive 124 relays, half after 2 days; ...", for arms with operators. */
function classLines(summary: Summary): string[] {
  return Object.entries(summary.arms).flatMap(([arm, figures]) => {
    const groups = groupsOf(figures).map(([name, { relays, t50Seconds, reachedFraction }]) => {
      const half =
        t50Seconds === null
          ? `${humanPercent(reachedFraction)} in the end`
          : `half after ${humanDuration(t50Seconds)}`;
      return `${withoutControls(name)} (${groupThousands(relays)}) ${half}`;
    });
    return groups.length === 0 ? [] : [`${withoutControls(arm)}: ${groups.join(', ')}`];
  });
}

/** "assert live.t99 < 30s: holds (0.309 s)". */
function assertionLines({ assertions = [] }: Summary, paint: Paint, unicode: boolean): string[] {
  return assertions.map((result) => {
    const line = `assert ${withoutControls(result.assert)}: ${result.holds ? 'holds' : 'does not hold'} (${foundInWords(result)})`;
    const spelled = unicode ? line : line.replaceAll('µ', 'u');
    return result.holds ? spelled : paint.red(spelled);
  });
}

const REASONS_SHOWN = 3;

/** "live: 1,250 attempts, 4,210 refusals (rollback 4,000, ...), 0 wrong activations". */
function trustLines(summary: Summary, paint: Paint): string[] {
  return Object.entries(summary.arms).flatMap(([name, { trust }]) => {
    if (trust === null) return [];
    const [attempts, refused] = [totalOf(trust.attempts), totalOf(trust.refusals)];
    if (attempts + refused + trust.wrongActivations === 0) return [];
    const reasons = Object.entries(trust.refusals).sort(([, a], [, b]) => b - a);
    const shown = reasons
      .slice(0, REASONS_SHOWN)
      .map(([reason, count]) => `${reason} ${groupThousands(count)}`);
    if (reasons.length > REASONS_SHOWN) shown.push('...');
    const why = shown.length === 0 ? '' : ` (${shown.join(', ')})`;
    const wrong = countOf(trust.wrongActivations, 'wrong activation');
    return [
      `${withoutControls(name)}: ${countOf(attempts, 'attempt')}, ${countOf(refused, 'refusal')}${why}, ` +
        (trust.wrongActivations === 0 ? wrong : paint.bold(wrong)),
    ];
  });
}

/** "live: partition of 300 relays from 50 s to 2.8 min: recovered 4.2 s after its end (1,204 effects)". */
function faultLines(summary: Summary): string[] {
  return allFaults(summary).map(({ arm, fault }) => {
    const end = fault.endSeconds === null ? 'on' : `to ${humanDuration(fault.endSeconds)}`;
    const span = `from ${humanDuration(fault.fromSeconds)} ${end}`;
    const what = `${fault.kind} of ${countOf(fault.relays, 'relay')} ${span}`;
    return `${withoutControls(arm)}: ${what}: ${recoveryInWords(fault)} (${countOf(fault.effects, 'effect')})`;
  });
}

/** The question and its answer, broken to the width of the terminal. */
function answerLines({ answered, width }: TerminalFacts, paint: Paint, unicode: boolean): string[] {
  if (answered == null) return [];
  const { question, answer } = answered;
  const broken = (text: string) => wordsInLines(shown(text, unicode), Math.max(40, width));
  return [...broken(question).map(paint.bold), ...broken(answer)];
}

/** Words in lines of at most so many characters; a longer word has a line to itself. */
function wordsInLines(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** A line of words; a user's names may hold anything, and not every terminal has every character. */
function shown(line: string, unicode: boolean): string {
  const plain = withoutControls(line);
  return unicode ? plain : plain.replaceAll(NOT_REACHED, '-').replaceAll('−', '-').replaceAll('µ', 'u');
}

/** The name at the end of a curve; a long one would leave no room for the curve. */
function plotName(name: string): string {
  const plain = withoutControls(name);
  return plain.length > 24 ? `${plain.slice(0, 21)}...` : plain;
}

/** The steps that the summary knows of: its five times. */
function curvesOfSummary(summary: Summary): TerminalCurve[] {
  const levels = [0.25, 0.5, 0.75, 0.9, 0.99];
  return Object.entries(summary.arms).map(([name, arm]) => {
    const times = [arm.t25Seconds, arm.t50Seconds, arm.t75Seconds, arm.t90Seconds, arm.t99Seconds];
    const reached = times.filter((seconds) => seconds !== null);
    return {
      name,
      seconds: reached,
      fraction: levels.slice(0, reached.length),
      untilSeconds: arm.horizonSeconds,
    };
  });
}

function curvesOf(summary: Summary, curves: TerminalFacts['curves']): TerminalCurve[] {
  if (curves === undefined) return curvesOfSummary(summary);
  return curves.map(({ name, stages, horizonSeconds }) => ({
    name: plotName(name),
    seconds: stages.activated.seconds,
    fraction: stages.activated.fractionOfRelays,
    untilSeconds: horizonSeconds,
  }));
}

function phasesLine(facts: TerminalFacts): string {
  const phases = Object.entries(facts.phasesWallMs).map(([phase, wallMs]) => `${phase} ${humanWall(wallMs)}`);
  return phases.length === 0 ? '' : `phases: ${phases.join(', ')}`;
}

function mediansInWords({ runs, interval }: RunsSummary): string {
  const intervals = `${humanPercent(interval.confidence)} intervals`;
  return runs < RUNS_FOR_CONFIDENCE
    ? `medians; too few runs for ${intervals}: at least ${RUNS_FOR_CONFIDENCE} are needed`
    : `medians with ${intervals}`;
}

/** Renders the closing report of a run; ends without a newline. */
export function renderTerminalReport(summary: Summary, facts: TerminalFacts): string {
  const paint = picocolors.createColors(facts.colour);
  const unicode = facts.unicode ?? speaksUtf8(process.env);
  const painters = [paint.cyan, paint.yellow, paint.green, paint.magenta];
  const plot = terminalPlot(curvesOf(summary, facts.curves), {
    width: facts.width,
    unicode,
    paint: (text, curve) => (painters[curve % painters.length] as (text: string) => string)(text),
  });
  const head =
    `${paint.bold(withoutControls(summary.scenario))}: ${countOf(summary.relays, 'relay')}, engine ${summary.engine}, ` +
    (isOfRuns(summary)
      ? `seeds ${seedsInWords(summary.seeds)}, ${mediansInWords(summary)}`
      : `seed ${summary.seeds.join(', ')}, one run: no interval is known`);
  const threads = facts.threads === 1 ? '1 thread' : `${facts.threads} threads`;
  const cost = `wall time ${humanWall(facts.wallMs)} (processor ${humanWall(facts.cpuMs)}) on ${threads}, peak memory ${humanBytes(facts.peakMemoryBytes)}`;
  const violations =
    summary.violations === 0
      ? []
      : [paint.red(`${groupThousands(summary.violations)} broken invariants: do not trust these figures`)];
  const blocks = [
    [head],
    answerLines(facts, paint, unicode),
    [table(summary, paint, unicode, facts.width)],
    channelLines(summary),
    ratioLines(summary, paint),
    violations,
    classLines(summary),
    assertionLines(summary, paint, unicode),
    removalLines(summary),
    rejectionLines(summary),
    trustLines(summary, paint),
    sybilLines(summary),
    faultLines(summary),
    trafficLines(summary).map((line) => shown(line, unicode)),
    plot,
    [`report: ${facts.directory}/report.html`, paint.dim(cost), paint.dim(phasesLine(facts))],
  ];
  return blocks
    .map((lines) => lines.filter((line) => line !== '').join('\n'))
    .filter((block) => block !== '')
    .join('\n\n');
}
