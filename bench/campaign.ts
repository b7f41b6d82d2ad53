/**
 * What runs cost, each engine at several sizes: `npm run bench [-- --quick]`.
 *
 * Every row is a process of its own. Tables go to the terminal as rows are done, and with all figures to results/bench/;
 * docs/benchmarks.md says what they mean.
 */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EXIT } from '../simulator/cli/exit-code.ts';
import { readAsk } from './campaign/ask.ts';
import { machineFacts } from './campaign/machine.ts';
import { planRows } from './campaign/plan.ts';
import type { RowResult } from './campaign/ratios.ts';
import { earlierResults, formatCsv, formatJson, formatMarkdown } from './campaign/report.ts';
import { runRows } from './campaign/run-rows.ts';
import { terminalHead, terminalLine } from './campaign/terminal.ts';

const PAGE = fileURLToPath(new URL('../docs/benchmarks.md', import.meta.url));
const FOLDER = fileURLToPath(new URL('../results/bench', import.meta.url));
const [BEGIN, END] = ['<!-- tables: npm run bench -- --docs -->', '<!-- end of tables -->'];

const { axes, threads, long, resume, docs, json, out } = readAsk(process.argv.slice(2));
const folder = out ?? FOLDER;
const tell = json ? console.error : console.log;
const stopped = new AbortController();
process.once('SIGINT', () => stopped.abort());

const machine = machineFacts();
const rows = planRows(axes);
tell(terminalHead());
const results = await runRows(rows, {
  threads,
  long,
  earlier: resume ? earlier() : [],
  signal: stopped.signal,
  // After each row, so that what has been measured is kept however the campaign ends.
  onRow: (result, all) => {
    tell(terminalLine(result));
    writeFiles(all);
  },
});
const files = writeFiles(results);
if (json) process.stdout.write(files['bench.json']);
else tell(`\n${files['bench.md']}\nwritten to ${folder}`);
if (stopped.signal.aborted) process.exitCode = 130;
else if (docs) writePage(files['bench.md']);
if (results.some(({ outcome }) => outcome.outcome === 'failed')) process.exitCode ||= 1;

function earlier(): readonly RowResult[] {
  const file = join(folder, 'bench.json');
  if (!existsSync(file)) return [];
  try {
    return earlierResults(readFileSync(file, 'utf8'), machine, threads);
  } catch (error) {
    console.error(`error: ${file}: ${(error as Error).message}`);
    return process.exit(EXIT.usage);
  }
}

function writeFiles(all: readonly RowResult[]): { 'bench.md': string; 'bench.json': string } {
  const campaign = { machine, threads, results: all };
  const texts = {
    'bench.md': formatMarkdown(campaign),
    'bench.json': formatJson(campaign),
    'bench.csv': formatCsv(campaign),
  };
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(texts)) writeFileSync(join(folder, name), text);
  return texts;
}

function writePage(tables: string): void {
  const page = readFileSync(PAGE, 'utf8');
  const [from, to] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`${PAGE} has no place for the tables`);
  writeFileSync(PAGE, `${page.slice(0, from + BEGIN.length)}\n\n${tables}\n${page.slice(to)}`);
}
