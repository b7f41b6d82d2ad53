/** The numbers of summary.json that an answer names (scenario/answer-template.ts), and those that it has not. */

import {
  type AnswerFault,
  type AnswerFigure,
  figuresOf,
  type Operand,
  pathsOf,
  SUM,
} from '../scenario/answer-template.ts';
import { closest } from '../scenario/closest.ts';
import { quoted } from '../scenario/problem.ts';

/** The number at a path; null where the summary says null, which for a time means never. */
export type FigureReader = (path: string) => number | null;

/** What stands at a path: a number or null, or why there is none. */
type Found = { readonly value: number | null } | { readonly message: string; readonly hint: string };

function namesIn(value: unknown): string[] {
  return typeof value === 'object' && value !== null ? Object.keys(value) : [];
}

function numberAt(value: unknown): Found {
  if (typeof value === 'number' || value === null) return { value };
  const below = namesIn(value);
  return below.length === 0
    ? { message: 'is no number', hint: 'name a number' }
    : { message: 'is no number, but has more below it', hint: `there are ${below.slice(0, 12).join(', ')}` };
}

function sumOf(value: unknown, path: string): Found {
  const values = typeof value === 'object' && value !== null ? Object.values(value) : [];
  if (typeof value !== 'object' || value === null || values.some((one) => typeof one !== 'number')) {
    return {
      message: 'is no map of numbers, and has no sum',
      hint: `leave out the last two characters of ${path}`,
    };
  }
  return { value: (values as number[]).reduce((sum, one) => sum + one, 0) };
}

/** Follows a path through a summary. Nothing comes from a prototype. */
export function findFigure(summary: object, path: string): Found {
  const names = path.split('.');
  let value: unknown = summary;
  for (const [index, name] of names.entries()) {
    if (name === SUM) return sumOf(value, path);
    const known = namesIn(value);
    if (!known.includes(name)) {
      const before = names.slice(0, index).join('.');
      const guess = closest(name, known);
      const place = before === '' ? 'summary.json' : before;
      const listed = known.length === 0 ? `${place} is no map` : `there are ${known.slice(0, 12).join(', ')}`;
      return {
        message: `${place} has no ${quoted(name)}`,
        hint: guess === null ? listed : `did you mean ${[...names.slice(0, index), guess].join('.')}?`,
      };
    }
    value = (value as Record<string, unknown>)[name];
  }
  return numberAt(value);
}

/** Every figure of a sound template that the summary does not have. */
export function missingFigures(template: string, summary: object): AnswerFault[] {
  return figuresOf(template).flatMap((figure) =>
    pathsOf(figure).flatMap((path) => {
      const found = findFigure(summary, path);
      if (!('message' in found)) return [];
      const { from, text } = figure;
      const message = found.message.startsWith('is ') ? `${path} ${found.message}` : found.message;
      return [{ from, to: from + text.length, message, hint: found.hint }];
    }),
  );
}

/** The numbers that a template names, by their paths in the order of the alphabet. All must be there. */
export function readFigures(template: string, summary: object): Record<string, number | null> {
  const paths = [...new Set(figuresOf(template).flatMap(pathsOf))].sort();
  return Object.fromEntries(
    paths.map((path) => {
      const found = findFigure(summary, path);
      if ('message' in found) throw new RangeError(`${path}: ${found.message}`);
      return [path, found.value];
    }),
  );
}

function operandValue(operand: Operand, read: FigureReader): number | null {
  return 'path' in operand ? read(operand.path) : operand.number;
}

/** What a figure comes to; null where one of its numbers is, or where it divides by 0. */
export function valueOfFigure({ left, joined }: AnswerFigure, read: FigureReader): number | null {
  const a = operandValue(left, read);
  if (joined === null || a === null) return a;
  const b = operandValue(joined.right, read);
  if (b === null) return null;
  switch (joined.operator) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    default:
      return b === 0 ? null : a / b;
  }
}
