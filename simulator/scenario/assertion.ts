/**
 * Assertions: what a scenario says of its own result, as `live.t99 < 30s` or `live.reached > manual.reached`.
 *
 * A measure, a comparison, and a limit with its unit or another measure of the same kind. Names are checked
 * against the scenario before it runs; mistakes carry the characters that they are about.
 */

import { ARM_MEASURES, type MeasureKind, RUN_MEASURES, updateMeasures } from './assertion-measures.ts';
import { closest } from './closest.ts';
import { quoted } from './problem.ts';
import { parseDuration, parseShare, parseSize, type UnitReading } from './units.ts';

export const COMPARISONS = ['<', '<=', '>', '>=', '==', '!='] as const;
export type Comparison = (typeof COMPARISONS)[number];

/** A measure of the run, of an arm, or of one of its updates. */
export interface AssertedMeasure {
  /** Null for the run as a whole. */
  readonly arm: string | null;
  /** Index of the update; null for the arm as a whole. */
  readonly update: number | null;
  /** As in assertion-measures.ts. */
  readonly name: string;
}

export interface AssertionPlan {
  /** As the scenario has it. */
  readonly text: string;
  readonly kind: MeasureKind;
  readonly left: AssertedMeasure;
  readonly comparison: Comparison;
  /** A number of seconds, of shares of 1, of bytes, or of what is counted. */
  readonly right: number | AssertedMeasure;
}

/** What assertions may name. */
export interface AssertionWords {
  readonly arms: readonly { readonly name: string; readonly isManual: boolean }[];
  readonly updates: number;
  /** Percents of `measure.milestones`. */
  readonly percents: readonly number[];
}

/** A mistake in the characters `from` to `to` of the text. */
export interface AssertionFault {
  readonly from: number;
  readonly to: number;
  readonly message: string;
  readonly hint: string;
}

interface Word {
  readonly text: string;
  readonly from: number;
}

const EXAMPLE = 'for example live.t99 < 30s';
const LONGEST = 200;

function fault({ text, from }: Word, message: string, hint: string): AssertionFault {
  return { from, to: from + Math.max(1, text.length), message, hint };
}

function trimmed(text: string, from: number): Word {
  const start = text.length - text.trimStart().length;
  return { text: text.trim(), from: from + start };
}

/** Reads an assertion; a fault where it says nothing that could be checked. */
export function parseAssertion(text: string, words: AssertionWords): AssertionPlan | AssertionFault {
  const whole = trimmed(text, 0);
  if (text.length > LONGEST) return fault(whole, `is longer than ${LONGEST} characters`, EXAMPLE);
  const sign = /[<>=!~]+/.exec(text);
  if (sign === null) return fault(whole, `${quoted(whole.text)} compares nothing`, EXAMPLE);
  const comparison = COMPARISONS.find((one) => one === sign[0]);
  const signWord = { text: sign[0], from: sign.index };
  if (comparison === undefined) {
    const meant = { '=': '==', '=<': '<=', '=>': '>=', '<>': '!=', '===': '==' }[sign[0]];
    const hint = meant === undefined ? `there are ${COMPARISONS.join(' ')}` : `did you mean ${meant}?`;
    return fault(signWord, `${quoted(sign[0])} is no comparison`, hint);
  }
  const left = readMeasure(trimmed(text.slice(0, sign.index), 0), words);
  if ('message' in left) return left;
  const after = sign.index + sign[0].length;
  const limit = trimmed(text.slice(after), after);
  if (limit.text === '') return fault(signWord, 'is compared with nothing', EXAMPLE);
  const right =
    /^[A-Za-z]/.test(limit.text) || isArmsMeasure(limit.text, words)
      ? readMeasure(limit, words)
      : readLimit(limit, left.kind);
  if (typeof right === 'number') {
    return { text: whole.text, kind: left.kind, left: left.measure, comparison, right };
  }
  if ('message' in right) return right;
  if (right.kind !== left.kind) {
    return fault(limit, `is of another kind: ${right.kind}, not ${left.kind}`, 'compare like with like');
  }
  return { text: whole.text, kind: left.kind, left: left.measure, comparison, right: right.measure };
}

/** Arms may have names that begin with a digit: of an arm named 0, `0.t50` is a measure and `0.5` is not. */
function isArmsMeasure(text: string, { arms }: AssertionWords): boolean {
  return arms.some(
    ({ name }) => text.startsWith(`${name}.`) && /^[A-Za-z]/.test(text.slice(name.length + 1)),
  );
}

function listed(names: Iterable<string>): string {
  return [...names].join(', ');
}

function readMeasure(
  word: Word,
  words: AssertionWords,
): { measure: AssertedMeasure; kind: MeasureKind } | AssertionFault {
  const { text, from } = word;
  const armNames = words.arms.map(({ name }) => name);
  const dot = text.indexOf('.');
  const first = { text: dot < 0 ? text : text.slice(0, dot), from };
  const arm = words.arms.find(({ name }) => name === first.text);
  if (arm === undefined) {
    const ofRun = RUN_MEASURES.get(text);
    if (ofRun !== undefined) {
      const kinds = new Set(words.arms.map(({ isManual }) => isManual));
      if (ofRun.kind === 'ratio' && kinds.size < 2) {
        return fault(word, 'there is no ratio without a manual and a live arm', 'add one, or remove this');
      }
      return { measure: { arm: null, update: null, name: text }, kind: ofRun.kind };
    }
    const isRatio = first.text === 'ratio' && dot > 0;
    const known = isRatio ? [...RUN_MEASURES.keys()].slice(1) : [...armNames, 'violations', 'ratio'];
    const guess = closest(isRatio ? text : first.text, known);
    const message =
      first.text === '' ? 'nothing stands before the comparison' : `there is no arm ${quoted(first.text)}`;
    const hint = guess === null ? `there are ${listed(known)}` : `did you mean ${guess}?`;
    return fault(isRatio ? word : first, isRatio ? `there is no measure ${quoted(text)}` : message, hint);
  }
  return readArmMeasure({ text: dot < 0 ? '' : text.slice(dot + 1), from: from + dot + 1 }, word, arm, words);
}

function readArmMeasure(
  rest: Word,
  word: Word,
  { name: arm, isManual }: AssertionWords['arms'][number],
  { updates, percents }: AssertionWords,
): { measure: AssertedMeasure; kind: MeasureKind } | AssertionFault {
  const indexed = /^updates\[(\d{1,4})\]\.?/.exec(rest.text);
  const update = indexed === null ? 0 : Number(indexed[1]);
  if (indexed !== null && update >= updates) {
    const hint = `they are numbered from [0]; there ${updates === 1 ? 'is 1' : `are ${updates}`}`;
    return fault({ text: indexed[0].replace(/\.$/, ''), from: rest.from }, 'there is no such update', hint);
  }
  const skipped = indexed?.[0].length ?? 0;
  const name: Word = { text: rest.text.slice(skipped), from: rest.from + skipped };
  const ofUpdate = updateMeasures(percents);
  const isOfArm = indexed === null && ARM_MEASURES.has(name.text);
  const facts = isOfArm ? ARM_MEASURES.get(name.text) : ofUpdate.get(name.text);
  if (facts === undefined) {
    const known = [...ofUpdate.keys(), ...(indexed === null ? ARM_MEASURES.keys() : [])];
    if (name.text === '') return fault(word, 'names no measure', `for example ${arm}.t50`);
    const percent = /^t(\d+)$/.exec(name.text)?.[1];
    if (percent !== undefined && Number(percent) >= 1 && Number(percent) <= 100) {
      const hint = `add ${percent}% to measure.milestones, or take one of ${listed([...ofUpdate.keys()].filter((one) => /^t\d+$/.test(one)))}`;
      return fault(name, `the time until ${percent} % is not measured`, hint);
    }
    const guess = closest(name.text, known);
    const hint = guess === null ? `there are ${listed(known)}` : `did you mean ${guess}?`;
    return fault(name, `there is no measure ${quoted(name.text)}`, hint);
  }
  if (isManual && !facts.manual) {
    const hint = `relays upgraded by hand have ${listed(['t50', 'reached', 'vulnerableRelayHours'])} and others`;
    return fault(name, `${arm} is a manual arm, which has no ${name.text}`, hint);
  }
  return { measure: { arm, update: isOfArm ? null : update, name: name.text }, kind: facts.kind };
}

function readNumber(text: string): number | null {
  return /^(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : null;
}

function readLimit(word: Word, kind: MeasureKind): number | AssertionFault {
  const { text } = word;
  const number = readNumber(text);
  const read = (reading: UnitReading) =>
    'problem' in reading ? fault(word, reading.problem, reading.hint) : reading.value;
  switch (kind) {
    case 'duration':
      return read(parseDuration(text, 's'));
    case 'size':
      return read(parseSize(text));
    case 'share': {
      const value = read(parseShare(number ?? text));
      if (typeof value !== 'number' || value <= 1) return value;
      return fault(
        word,
        `${text} is more than the whole`,
        number === null ? 'at most 100%' : `did you mean ${number}%?`,
      );
    }
    default: {
      const noun = { count: 'a whole number', 'relay hours': 'a number of relay hours', ratio: 'a number' }[
        kind
      ];
      const isFit = number !== null && (kind !== 'count' || Number.isSafeInteger(number));
      return isFit
        ? number
        : fault(word, `${quoted(text)} is not ${noun}`, 'write it without a unit, such as 12');
    }
  }
}
