/**
 * The answer of a scenario: a text whose figures stand in braces and name numbers of summary.json.
 *
 * `{arms.live.t50Seconds}` is one number, `{1 - arms.live.reachedFraction}` a sum, difference, product or quotient of
 * two, `{arms.live.trust.attempts.*}` the sum of a map of counts. How a number is written follows from the end of its
 * name; `{relays * arms.live.everRanFraction:count}` says it. Whether a summary has the number is known after a run only
 * (measure/answer-figures.ts).
 */

import { closest } from './closest.ts';
import { quoted } from './problem.ts';

/** How a figure is written. The last names of paths decide where the template does not. */
export const FIGURE_FORMATS = [
  /** Of seconds, in the unit that suits. */
  'duration',
  /** Of days, in the unit that suits. */
  'days',
  /** Of a share of 1. */
  'percent',
  'bytes',
  /** Of bytes a second. */
  'rate',
  /** A whole number. */
  'count',
  /** 3 significant digits. */
  'number',
  /** 2 significant digits. */
  'ratio',
] as const;
export type FigureFormat = (typeof FIGURE_FORMATS)[number];

export const OPERATORS = ['+', '-', '*', '/'] as const;
export type Operator = (typeof OPERATORS)[number];

/** A number of summary.json by its path, or one written out. */
export type Operand = { readonly path: string } | { readonly number: number };

export interface AnswerFigure {
  /** As the template has it, braces included. */
  readonly text: string;
  /** Where it stands in the template. */
  readonly from: number;
  readonly left: Operand;
  readonly joined: { readonly operator: Operator; readonly right: Operand } | null;
  readonly format: FigureFormat;
}

/** Words as they stand, and figures between them. */
export type AnswerPart = string | AnswerFigure;

/** A mistake in the characters `from` to `to` of the template. */
export interface AnswerFault {
  readonly from: number;
  readonly to: number;
  readonly message: string;
  readonly hint: string;
}

/** The end of a path that sums up what is below it. */
export const SUM = '*';
const PATH = /^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*(\.\*)?$/;
const NUMBER = /^\d+(\.\d+)?$/;
const EXAMPLE = 'for example {arms.live.t50Seconds}';

/** How a number is written that stands at this path. */
export function formatOfPath(path: string): FigureFormat {
  const names = path.split('.').filter((name) => name !== SUM && !/^\d+$/.test(name));
  const last = names.at(-1) ?? '';
  if (names[0] === 'ratio' || names[0] === 'ratios') return 'ratio';
  if (/Seconds$/.test(last)) return 'duration';
  if (/Days$/.test(last)) return 'days';
  if (/(Fraction|Share)$/.test(last)) return 'percent';
  if (/bytesPerSecond$/i.test(last)) return 'rate';
  if (/bytes$/i.test(last)) return 'bytes';
  return /Hours$|^mean/.test(last) ? 'number' : 'count';
}

function readOperand(text: string): Operand | null {
  if (NUMBER.test(text)) return { number: Number(text) };
  return PATH.test(text) ? { path: text } : null;
}

function usualFormat(left: Operand, joined: AnswerFigure['joined']): FigureFormat | null {
  if (joined !== null && joined.operator === '/') return 'ratio';
  if (joined !== null && joined.operator === '*') return null;
  if ('path' in left) return formatOfPath(left.path);
  return joined !== null && 'path' in joined.right ? formatOfPath(joined.right.path) : null;
}

/** Reads what stands between two braces; `from` is the place of the first one. */
function readFigure(text: string, from: number): AnswerFigure | AnswerFault {
  const fault = (message: string, hint: string): AnswerFault => ({
    from,
    to: from + text.length,
    message,
    hint,
  });
  const [expression = '', formatText, ...rest] = text.slice(1, -1).split(':');
  if (rest.length > 0) return fault(`${quoted(text)} has two colons`, 'one, before the format');
  const words = expression.trim().split(/\s+/);
  const [leftText = '', operatorText, rightText = ''] = words;
  if (leftText === '') return fault('the braces name no figure', EXAMPLE);
  const operator = OPERATORS.find((sign) => sign === operatorText);
  if (words.length !== 1 && (words.length !== 3 || operator === undefined)) {
    return fault(
      `${quoted(text)} is no figure`,
      `one path, or two with ${OPERATORS.join(' ')} and blanks between`,
    );
  }
  const left = readOperand(leftText);
  const right = readOperand(rightText);
  if (left === null || (operator !== undefined && right === null)) {
    return fault(
      `${quoted(left === null ? leftText : rightText)} is no path of summary.json`,
      `names with dots between, ${EXAMPLE}`,
    );
  }
  if (!('path' in left) && !(right !== null && 'path' in right)) {
    return fault(
      `${quoted(text)} names no figure of the run`,
      'write numbers that do not change outside braces',
    );
  }
  const joined = operator === undefined || right === null ? null : { operator, right };
  const named = formatText?.trim();
  const format =
    named === undefined ? usualFormat(left, joined) : FIGURE_FORMATS.find((known) => known === named);
  if (format === null) return fault('a product needs a format', `such as {${expression.trim()}:count}`);
  if (format === undefined) {
    const guess = closest(named ?? '', FIGURE_FORMATS);
    const hint = guess === null ? `there are ${FIGURE_FORMATS.join(', ')}` : `did you mean ${guess}?`;
    return fault(`there is no format ${quoted(named)}`, hint);
  }
  return { text, from, left, joined, format };
}

/** The parts of a template in their order, and all that is wrong with it. */
export function parseAnswer(template: string): { parts: AnswerPart[]; faults: AnswerFault[] } {
  const parts: AnswerPart[] = [];
  const faults: AnswerFault[] = [];
  // A brace, whatever is before the next one, and that one if it closes.
  for (const match of template.matchAll(/[^{}]+|\{[^{}]*\}|[{}]/g)) {
    const [text] = match;
    if (!/[{}]/.test(text)) parts.push(text);
    else if (text.length === 1) {
      const message = text === '{' ? 'this brace is not closed' : 'this brace was not opened';
      faults.push({ from: match.index, to: match.index + 1, message, hint: EXAMPLE });
    } else {
      const figure = readFigure(text, match.index);
      if ('message' in figure) faults.push(figure);
      else parts.push(figure);
    }
  }
  return { parts, faults };
}

/** The figures of a template that is sound. */
export function figuresOf(template: string): AnswerFigure[] {
  return parseAnswer(template).parts.filter((part) => typeof part !== 'string');
}

/** Every path that a figure names. */
export function pathsOf({ left, joined }: AnswerFigure): string[] {
  const operands = joined === null ? [left] : [left, joined.right];
  return operands.flatMap((operand) => ('path' in operand ? [operand.path] : []));
}
