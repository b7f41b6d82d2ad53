/**
 * What is wrong with a scenario, and how it is shown: place, reason, the line itself, a value that works.
 *
 * Scenario text is untrusted: a control character in it would drive the reader's terminal, so everything
 * that is shown passes `printable` first.
 */

/** One mistake. `line` and `column` count from 1; null where the mistake has no place in a file. */
export interface Problem {
  /** The file as its user named it, or the option that brought the value: `--set network.relays=x`. */
  readonly file: string;
  readonly line: number | null;
  readonly column: number | null;
  /** The key, as in `updates[0].at`; empty for the file as a whole. */
  readonly path: string;
  readonly message: string;
  readonly hint: string | null;
  /** The line and the carets below it; null where there is no place. */
  readonly excerpt: string | null;
}

/** Refuses a scenario, with all of its problems at once. */
export class ScenarioError extends Error {
  override readonly name = 'ScenarioError';
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problems.map((problem) => formatProblem(problem)).join('\n'));
    this.problems = problems;
  }
}

/** How parts of a message are set off from each other; plain text by default. */
export interface Paint {
  readonly place: (text: string) => string;
  readonly key: (text: string) => string;
  readonly fault: (text: string) => string;
  readonly quiet: (text: string) => string;
}

const PLAIN: Paint = { place: same, key: same, fault: same, quiet: same };

function same(text: string): string {
  return text;
}

/** Replaces every character that a terminal would act on, one for one, so that columns stay in place. */
export function printable(text: string): string {
  return text.replace(/\t/g, ' ').replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '\u00b7');
}

/** A value inside quotes for a message, cut where it would flood the line. */
export function quoted(value: unknown): string {
  const text = String(value);
  return `"${text.length > 40 ? `${text.slice(0, 37)}...` : text}"`;
}

const SHOWN_COLUMNS = 100;

/**
 * The line of `text` that holds `start`, and carets below `start` to `end` (offsets) on that line. Long
 * lines are cut to a window around the place.
 */
export function excerptOf(text: string, line: number, start: number, end: number): string {
  const lineStart = text.lastIndexOf('\n', start - 1) + 1;
  const nextBreak = text.indexOf('\n', start);
  const lineEnd = nextBreak === -1 ? text.length : nextBreak;
  const column = start - lineStart;
  const windowStart = column < SHOWN_COLUMNS - 20 ? 0 : column - SHOWN_COLUMNS / 2;
  const shown = text.slice(
    lineStart + windowStart,
    Math.min(lineEnd, lineStart + windowStart + SHOWN_COLUMNS),
  );
  const carets = Math.max(1, Math.min(end, lineEnd, lineStart + windowStart + SHOWN_COLUMNS) - start);
  const number = String(line).padStart(2);
  const margin = ' '.repeat(number.length);
  const pad = ' '.repeat(column - windowStart);
  return `    ${number} | ${printable(shown.replace(/\r$/, ''))}\n    ${margin} | ${pad}${'^'.repeat(carets)}`;
}

/** The problem as shown to its author, in several lines without a final line break. */
export function formatProblem(problem: Problem, paint: Paint = PLAIN): string {
  const place = problem.line === null ? problem.file : `${problem.file}:${problem.line}:${problem.column}`;
  const key = problem.path === '' ? '' : `${paint.key(printable(problem.path))}: `;
  const lines = [`${paint.place(printable(place))}  ${key}${paint.fault(printable(problem.message))}`];
  if (problem.excerpt !== null) lines.push(paint.quiet(problem.excerpt));
  if (problem.hint !== null) lines.push(`    hint: ${printable(problem.hint)}`);
  return lines.join('\n');
}

const SHOWN_PROBLEMS = 40;

/** All problems of a file, the first ones in full; the rest is counted. */
export function formatProblems(problems: readonly Problem[], paint: Paint = PLAIN): string {
  const shown = problems.slice(0, SHOWN_PROBLEMS).map((problem) => formatProblem(problem, paint));
  if (problems.length > SHOWN_PROBLEMS)
    shown.push(`... and ${problems.length - SHOWN_PROBLEMS} more problems`);
  return shown.join('\n');
}

/** A key's path as written in a scenario: `arms.manual.lag.mixture[1].share`. */
export function pathText(path: readonly (string | number)[]): string {
  let text = '';
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`;
    else text += text === '' ? part : `.${part}`;
  }
  return text;
}
