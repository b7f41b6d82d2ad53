/** Writes what a campaign found: tables as Markdown, every figure as JSON and CSV. */

import { isDeepStrictEqual } from 'node:util';
import { cellsOf, isMeasured, NAIVE_COLUMNS, PHASE_CELL, PHASE_COLUMNS, SUMMARY_COLUMNS } from './columns.ts';
import type { MachineFacts } from './machine.ts';
import { naiveOver, overFloor, type RowResult, totalsOf } from './ratios.ts';
import { ENGINE_WORDS, rowCommand, rowName } from './row.ts';

export interface Campaign {
  readonly machine: MachineFacts;
  /** Null leaves it to the simulator. */
  readonly threads: number | null;
  readonly results: readonly RowResult[];
}

function markdownTable(names: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [
    line(names),
    line(names.map((name, index) => (index === 0 || name === 'why' ? '---' : '--:'))),
    ...rows.map(line),
  ];
}

function tableOf(
  columns: typeof SUMMARY_COLUMNS,
  rows: readonly RowResult[],
  all: readonly RowResult[],
): string[] {
  const names = columns.map(([name]) => name);
  return markdownTable(
    names,
    rows.filter(isMeasured).map((row) => cellsOf(columns, row, all)),
  );
}

/** Rows without figures, those of one engine and reason together. */
export function unmeasured(results: readonly RowResult[]): { what: string; why: string }[] {
  const sizes = new Map<string, { engine: string; condition: string; why: string; rows: string[] }>();
  for (const { row, outcome } of results) {
    if (outcome.outcome === 'measured') continue;
    const engine = row.kind === 'naive' ? 'plain js-libp2p' : ENGINE_WORDS[row.engine!];
    const why = `${outcome.outcome}: ${outcome.reason}`;
    // Numbers in the reason are those of the row.
    const key = JSON.stringify([engine, row.condition, why.replace(/\d[\d,]*/g, '#')]);
    const group = sizes.get(key) ?? { engine, condition: row.condition, why, rows: [] };
    group.rows.push(row.messages === 1 ? String(row.relays) : `${row.relays} with ${row.messages} messages`);
    sizes.set(key, group);
  }
  return [...sizes.values()].map(({ engine, condition, why, rows }) => ({
    what: `${engine}, ${condition}: ${rows.join(', ')} relays`,
    why,
  }));
}

/** The tables, with what machine they are of. */
export function formatMarkdown({ machine, results }: Campaign): string {
  const { date, relaywave, node, gossipsub, platform, cpu, cores, memoryBytes } = machine;
  const loads = results.map(({ loadAverage }) => loadAverage);
  const beside = results.filter(({ row }) => row.kind === 'naive' || row.kind === 'size');
  const runs = results.filter((result) => !beside.includes(result));
  const least = loads.length === 0 ? 0 : Math.min(...loads);
  const most = loads.length === 0 ? 0 : Math.max(...loads);
  const lines = [
    `Taken on ${date}: relaywave ${relaywave}, gossipsub ${gossipsub}, Node ${node}, ${platform}, ${cores} cores ` +
      `(${cpu}), ${(memoryBytes / 2 ** 30).toFixed(0)} GiB. The load average when rows began was ${least.toFixed(1)} to ` +
      `${most.toFixed(1)}${most > 1.5 ? ': others used the machine, so wall times are too long' : ''}.`,
    '',
    ...tableOf(SUMMARY_COLUMNS, runs, results),
    '',
    `By phase, each cell ${PHASE_CELL}:`,
    '',
    ...tableOf(PHASE_COLUMNS, results, results),
  ];
  if (beside.length > 0) {
    lines.push('', 'Beside plain js-libp2p in real time:', '', ...tableOf(NAIVE_COLUMNS, beside, results));
  }
  const missing = unmeasured(results);
  if (missing.length > 0) {
    lines.push('', 'Without figures:', '');
    lines.push(
      ...markdownTable(
        ['row', 'why'],
        missing.map(({ what, why }) => [what, why]),
      ),
    );
  }
  return `${lines.join('\n')}\n`;
}

/** Everything that was measured, and what follows from it. */
export function formatJson({ machine, threads, results }: Campaign): string {
  const rows = results.map((result) => ({
    name: rowName(result.row),
    ...(result.row.kind !== 'naive' && { command: rowCommand(result.row, threads) }),
    ...result,
    ...(isMeasured(result) && {
      totals: totalsOf(result.outcome),
      overFloor: overFloor(result),
      naiveOver: naiveOver(result, results),
    }),
  }));
  return `${JSON.stringify({ machine, threads, rows }, null, 2)}\n`;
}

/**
 * The results of a campaign out of its JSON. Throws where it was of another machine or version, or had other threads:
 * such rows do not belong into one table.
 */
export function earlierResults(json: string, machine: MachineFacts, threads: number | null): RowResult[] {
  const before = JSON.parse(json) as Pick<Campaign, 'machine' | 'threads'> & { rows: RowResult[] };
  const of = (facts: MachineFacts) => ({ ...facts, date: '' });
  if (!isDeepStrictEqual(of(before.machine), of(machine)) || before.threads !== threads) {
    throw new Error(
      'the campaign to go on with is of another machine, version or number of threads: leave out --resume, or give another --out',
    );
  }
  const isKept = ({ outcome }: RowResult): boolean =>
    outcome.outcome === 'measured' || outcome.outcome === 'refused';
  return before.rows.filter(isKept).map(({ row, outcome, floor, loadAverage, startedAt }) => ({
    row,
    outcome,
    floor,
    loadAverage,
    startedAt,
  }));
}

const CSV_COLUMNS =
  'kind,engine,relays,messages,condition,duration_s,phase,wall_s,cpu_s,peak_bytes,events,load_average';

/** Long format: one line for each phase of each row that was measured. */
export function formatCsv({ results }: Campaign): string {
  const lines = results
    .filter(isMeasured)
    .flatMap(({ row, outcome, loadAverage }) =>
      outcome.phases.map(({ phase, wallSeconds, cpuSeconds, peakBytes, events }) =>
        [
          row.kind,
          row.engine ?? '',
          row.relays,
          row.messages,
          row.condition,
          row.durationSeconds,
          phase,
          wallSeconds.toFixed(4),
          cpuSeconds.toFixed(4),
          peakBytes,
          events,
          loadAverage,
        ].join(','),
      ),
    );
  return `${[CSV_COLUMNS, ...lines].join('\n')}\n`;
}
