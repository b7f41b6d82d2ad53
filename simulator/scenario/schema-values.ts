/**
 * The kinds of value that a scenario's keys hold, as zod types with their texts for people and editors.
 *
 * A quantity is read by units.ts and not by zod, so that "600" can be answered with "which unit?"; what an
 * editor needs to know of it stands in its metadata and ends up in the JSON schema.
 */

import { z } from 'zod';
import { asQuantity, type QuantityFacts, scaled } from './schema-facts.ts';
import {
  formatDuration,
  formatRate,
  formatSize,
  parseDuration,
  parseRate,
  parseShare,
  parseSize,
  type TimeUnit,
  type UnitReading,
  unitPattern,
} from './units.ts';

/** What a key means, and values that work for it. */
export interface KeyText {
  readonly description: string;
  readonly examples?: readonly unknown[];
}

export interface Bounds {
  /** In the number's own unit. */
  readonly min: number;
  readonly max: number;
}

/** Longest run, and so the latest moment in one: a year. */
export const RUN_SECONDS_MAX = 365 * 86_400;
const RUN_SECONDS: Bounds = { min: 0, max: RUN_SECONDS_MAX };

interface Kind {
  readonly noun: 'duration' | 'size' | 'rate';
  /** Of durations: what their numbers count. */
  readonly unit?: TimeUnit;
  readonly read: (input: unknown) => UnitReading;
  readonly write: (value: number) => string;
}

/**
 * Reports a mistake of the current value, or of the one at `path` below it; `hint` is shown below the message.
 * `orElse` is pointed at where `path` holds a default that the file does not spell out.
 */
export function report(
  context: z.RefinementCtx,
  message: string,
  hint: string,
  path: (string | number)[] = [],
  orElse: (string | number)[] = path,
): void {
  context.addIssue({ code: 'custom', message, path, params: { hint, orElse, own: path.length } });
}

function readQuantity(input: unknown, kind: Kind, bounds: Bounds, context: z.RefinementCtx): number {
  const reading = kind.read(input);
  if (input === undefined) {
    report(
      context,
      'is missing',
      `write a ${kind.noun}, between ${kind.write(bounds.min)} and ${kind.write(bounds.max)}`,
    );
    return z.NEVER;
  }
  if ('problem' in reading) {
    report(context, reading.problem, reading.hint);
    return z.NEVER;
  }
  const { min, max } = bounds;
  if (reading.value < min || reading.value > max) {
    const message =
      reading.value < min ? `must be at least ${kind.write(min)}` : `must be at most ${kind.write(max)}`;
    report(context, message, `between ${kind.write(min)} and ${kind.write(max)}`);
    return z.NEVER;
  }
  return reading.value;
}

function factsOf({ noun, unit, write }: Kind, { min, max }: Bounds): QuantityFacts {
  return { noun, range: `${write(min)} to ${write(max)}`, min, max, ...(unit !== undefined && { unit }) };
}

function quantity(kind: Kind, bounds: Bounds, text: KeyText) {
  const schema = z
    .unknown()
    .transform((input, context) => readQuantity(input, kind, bounds, context))
    .meta({ ...text, type: 'string', ...unitPattern(kind.noun) });
  return asQuantity(schema, factsOf(kind, bounds));
}

/** A quantity, or null for the word. Editors offer the word and check the rest by its pattern. */
function quantityOrWord(word: string, kind: Kind, bounds: Bounds, text: KeyText) {
  const schema = z
    .unknown()
    .transform((input, context) => (input === word ? null : readQuantity(input, kind, bounds, context)))
    .meta({ ...text, anyOf: [{ const: word }, { type: 'string', ...unitPattern(kind.noun) }] });
  return asQuantity(schema, { ...factsOf(kind, bounds), word });
}

function timeKind(unit: TimeUnit): Kind {
  return {
    noun: 'duration',
    unit,
    read: (input) => parseDuration(input, unit),
    write: (value) => formatDuration(value, unit),
  };
}

/** A duration, resolved to a number of `unit`; the bounds are in `unit` as well. */
export function duration(unit: TimeUnit, bounds: Bounds, text: KeyText) {
  return quantity(timeKind(unit), bounds, text);
}

const RATE: Kind = { noun: 'rate', read: parseRate, write: formatRate };
const SIZE: Kind = { noun: 'size', read: readWholeSize, write: formatSize };

function readWholeSize(input: unknown): UnitReading {
  const reading = parseSize(input);
  if ('problem' in reading || Number.isSafeInteger(reading.value)) return reading;
  return { problem: `${input} is not a whole number of bytes`, hint: 'write a size such as 20 KiB' };
}

/** A size in bytes, or null for the word. */
export function sizeOrWord(word: string, bounds: Bounds, text: KeyText) {
  return quantityOrWord(word, SIZE, bounds, text);
}

/** A size in whole bytes. */
export function size(bounds: Bounds, text: KeyText) {
  return quantity(SIZE, bounds, text);
}

/** A duration, or null for the word. */
export function durationOrWord(word: string, unit: TimeUnit, bounds: Bounds, text: KeyText) {
  return quantityOrWord(word, timeKind(unit), bounds, text);
}

/** A moment of the run in virtual seconds from its start, or null for the word. */
export function momentOrWord(word: string, text: KeyText) {
  return scaled('moment', durationOrWord(word, 's', RUN_SECONDS, text));
}

/** A moment of the run in virtual seconds from its start. */
export function moment(text: KeyText) {
  return scaled('moment', duration('s', RUN_SECONDS, text));
}

/** A rate in bits per second. */
export function rate(bounds: Bounds, text: KeyText) {
  return quantity(RATE, bounds, text);
}

/** A rate in bits per second, or null for the word. */
export function rateOrWord(word: string, bounds: Bounds, text: KeyText) {
  return quantityOrWord(word, RATE, bounds, text);
}

/** A whole number within the bounds. */
export function whole(bounds: Bounds, text: KeyText) {
  return z
    .int()
    .min(bounds.min)
    .max(bounds.max)
    .meta({ ...text });
}

/** Which of its ends a share may have. */
export interface ShareEnds {
  readonly aboveZero?: boolean;
  readonly belowOne?: boolean;
}

/** A share of a whole from 0 to 1, written as a number or in percent. */
export function share(text: KeyText, { aboveZero = false, belowOne = false }: ShareEnds = {}) {
  const low = aboveZero ? 'above 0' : 'at least 0';
  const high = belowOne ? 'below 1' : 'at most 1';
  const numbers = {
    type: 'number',
    [aboveZero ? 'exclusiveMinimum' : 'minimum']: 0,
    [belowOne ? 'exclusiveMaximum' : 'maximum']: 1,
  };
  const percents = {
    type: 'string',
    pattern: '^ *[0-9.]+ *%$',
    patternErrorMessage: 'a share is a number from 0 to 1, or in percent: 5%',
  };
  const schema = z
    .unknown()
    .transform((input, context): number => {
      if (input === undefined) report(context, 'is missing', 'write a share such as 5% or 0.05');
      const reading = parseShare(input);
      if ('problem' in reading) {
        if (input !== undefined) report(context, reading.problem, reading.hint);
        return z.NEVER;
      }
      const { value } = reading;
      const isLow = aboveZero ? value <= 0 : value < 0;
      if (isLow || (belowOne ? value >= 1 : value > 1)) {
        const isPercent = typeof input === 'number' && value > 1 && value <= 100;
        const hint = isPercent ? `did you mean ${value}%?` : `a share is ${low} and ${high}`;
        report(context, `must be ${isLow ? low : high}, not ${input}`, hint);
        return z.NEVER;
      }
      return value;
    })
    .meta({ ...text, anyOf: [numbers, percents] });
  const range = `${aboveZero ? 'above 0' : '0'} to ${belowOne ? 'below 1' : '1'}`;
  return asQuantity(schema, { noun: 'share', range });
}

/** Names become folders and columns, so they stay short and free of separators. */
export const NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;

/** Says what is wrong unless exactly one of the keys is present. */
export function checkOneOf(value: object, keys: readonly string[], context: z.RefinementCtx): void {
  const given = keys.filter((key) => (value as Record<string, unknown>)[key] !== undefined);
  if (given.length === 1) return;
  const found = given.length === 0 ? 'none is given' : `${given.join(' and ')} are given`;
  report(context, `must have exactly one of ${keys.join(', ')}; ${found}`, `write ${keys[0]} or ${keys[1]}`);
}
