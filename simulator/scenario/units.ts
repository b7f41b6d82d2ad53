/**
 * Durations, sizes, rates and shares as people write them: "10min", "20 KiB", "20 Mbit/s", "5%".
 *
 * Units are read in any case, but one letter is never guessed: "mb/s" could be megabits or megabytes, a
 * factor of eight, so a rate in bytes needs its capital B. A value is scaled by one whole ratio, so it is
 * rounded at most once, and what `format...` writes reads back as the very same number.
 */

/** What a text said: its value in the unit asked for, or why it has none and what would work. */
export type UnitReading = { readonly value: number } | { readonly problem: string; readonly hint: string };

interface Unit {
  /** As written by `format...`; the first one is canonical. */
  readonly names: readonly string[];
  /** How many of the dimension's smallest unit it holds; a whole number. */
  readonly factor: number;
}

interface Dimension {
  readonly noun: string;
  /** From small to large. */
  readonly units: readonly Unit[];
  readonly example: string;
  /** Units that `format...` writes; the others are only read. */
  readonly written: readonly string[];
}

const DURATION: Dimension = {
  noun: 'duration',
  units: [
    { names: ['us', 'µs', 'μs'], factor: 1 },
    { names: ['ms'], factor: 1e3 },
    { names: ['s', 'sec', 'second', 'seconds'], factor: 1e6 },
    { names: ['min', 'mins', 'minute', 'minutes'], factor: 60e6 },
    { names: ['h', 'hour', 'hours'], factor: 3600e6 },
    { names: ['d', 'day', 'days'], factor: 86400e6 },
  ],
  example: '250ms, 60s, 10min, 2h or 3d',
  written: ['us', 'ms', 's', 'min', 'h', 'd'],
};

const SIZE: Dimension = {
  noun: 'size',
  units: [
    { names: ['B', 'byte', 'bytes'], factor: 1 },
    { names: ['kB'], factor: 1e3 },
    { names: ['KiB'], factor: 1024 },
    { names: ['MB'], factor: 1e6 },
    { names: ['MiB'], factor: 1024 ** 2 },
    { names: ['GB'], factor: 1e9 },
    { names: ['GiB'], factor: 1024 ** 3 },
  ],
  example: '900 B, 20 KiB or 1 MB',
  written: ['B', 'KiB', 'MiB', 'GiB'],
};

const RATE: Dimension = {
  noun: 'rate',
  units: [
    { names: ['bit/s'], factor: 1 },
    { names: ['B/s'], factor: 8 },
    { names: ['kbit/s'], factor: 1e3 },
    { names: ['kB/s'], factor: 8e3 },
    { names: ['KiB/s'], factor: 8 * 1024 },
    { names: ['Mbit/s'], factor: 1e6 },
    { names: ['MB/s'], factor: 8e6 },
    { names: ['MiB/s'], factor: 8 * 1024 ** 2 },
    { names: ['Gbit/s'], factor: 1e9 },
    { names: ['GB/s'], factor: 8e9 },
    { names: ['GiB/s'], factor: 8 * 1024 ** 3 },
  ],
  example: '512 kbit/s, 20 Mbit/s or 2.5 MB/s',
  written: ['bit/s', 'kbit/s', 'Mbit/s', 'Gbit/s'],
};

/** Units that a duration is asked for in. */
export type TimeUnit = 'us' | 'ms' | 's' | 'd';

/** Longer texts are refused before any pattern looks at them. */
const LONGEST_TEXT = 64;

const TEXT = /^([+-]?(?:\d+(?:\.\d+)?|\.\d+)(?:e[+-]?\d+)?)\s*(\D.*)?$/i;

function findUnit(dimension: Dimension, name: string): Unit | undefined {
  const lower = name.toLowerCase();
  return dimension.units.find((unit) => unit.names.some((known) => known.toLowerCase() === lower));
}

function unitNames(dimension: Dimension): string {
  return dimension.units.map((unit) => unit.names[0]).join(', ');
}

function scale(number: number, unit: Unit, target: Unit): number {
  return unit.factor >= target.factor
    ? number * (unit.factor / target.factor)
    : number / (target.factor / unit.factor);
}

/** Rates whose letter b could be read as bits or as bytes: only "B/s" is taken for bytes. */
function isAmbiguousRate(name: string): boolean {
  return /^([kmg]i?)?b(\/s|ps)$/i.test(name) && !name.endsWith('B/s');
}

function parse(input: unknown, dimension: Dimension, target: Unit): UnitReading {
  const example = `write a ${dimension.noun} with its unit, such as ${dimension.example}`;
  if (typeof input === 'number') return { problem: `the number ${input} has no unit`, hint: example };
  if (typeof input !== 'string') return { problem: `must be a ${dimension.noun}`, hint: example };
  const text = input.trim();
  const parts = text.length > LONGEST_TEXT ? null : TEXT.exec(text);
  if (parts === null) return { problem: `"${text}" is not a ${dimension.noun}`, hint: example };
  const number = Number(parts[1]);
  const name = (parts[2] ?? '').replace(/\s+/g, '');
  if (name === '') return { problem: `"${text}" has no unit`, hint: example };
  if (dimension === RATE && isAmbiguousRate(name)) {
    return { problem: `"${name}" could mean bits or bytes`, hint: 'write Mbit/s for bits or MB/s for bytes' };
  }
  const unit = findUnit(dimension, name);
  if (unit === undefined) {
    return {
      problem: `"${name}" is not a unit of ${dimension.noun}`,
      hint: `the units are ${unitNames(dimension)}`,
    };
  }
  if (number < 0) return { problem: `${text} is negative`, hint: example };
  const value = scale(number, unit, target);
  if (!Number.isFinite(value)) return { problem: `${text} is too large`, hint: example };
  return { value };
}

/** The shortest text that reads back as exactly `value` of the target unit. */
function format(value: number, dimension: Dimension, target: Unit, separator: string): string {
  for (const name of [...dimension.written].reverse()) {
    const unit = findUnit(dimension, name)!;
    const number = scale(value, target, unit);
    const text = String(number);
    if (number < 1 || text.length > 6 || text.includes('e')) continue;
    if (scale(number, unit, target) === value) return `${text}${separator}${name}`;
  }
  return `${value}${separator}${target.names[0]}`;
}

/** Reads a duration into `target` units, at least 0. */
export function parseDuration(input: unknown, target: TimeUnit): UnitReading {
  return parse(input, DURATION, findUnit(DURATION, target)!);
}

/** Reads a size into bytes; may be a fraction when the text says so ("0.3 B"). */
export function parseSize(input: unknown): UnitReading {
  return parse(input, SIZE, SIZE.units[0]);
}

/** Reads a rate into bits per second. */
export function parseRate(input: unknown): UnitReading {
  return parse(input, RATE, RATE.units[0]);
}

const PERCENT = /^(\d+(?:\.\d+)?|\.\d+)\s*%$/;

/** Reads a share of a whole: a number as it is, or a text in percent; `5%` is exactly 0.05. */
export function parseShare(input: unknown): UnitReading {
  const example = 'write a share such as 5% or 0.05';
  if (typeof input === 'number' && Number.isFinite(input)) return { value: input };
  if (typeof input !== 'string') return { problem: 'must be a share', hint: example };
  const text = input.trim();
  const parts = text.length > LONGEST_TEXT ? null : PERCENT.exec(text);
  if (parts === null) return { problem: `"${text}" is not a share`, hint: example };
  // As a decimal text, not divided by 100: 0.1/100 is not 0.001.
  return { value: Number(`${parts[1]}e-2`) };
}

/** Writes a duration given in `unit`; `parseDuration` reads back the same number. */
export function formatDuration(value: number, unit: TimeUnit): string {
  return format(value, DURATION, findUnit(DURATION, unit)!, '');
}

/** Writes a size; `parseSize` reads back the same number. */
export function formatSize(bytes: number): string {
  return format(bytes, SIZE, SIZE.units[0], ' ');
}

/** Writes a rate; `parseRate` reads back the same number. */
export function formatRate(bitsPerSecond: number): string {
  return format(bitsPerSecond, RATE, RATE.units[0], ' ');
}

/** What an editor is told about a text of this kind; it is laxer than the reader, which has the last word. */
export function unitPattern(noun: 'duration' | 'size' | 'rate'): {
  pattern: string;
  patternErrorMessage: string;
} {
  const dimension = [DURATION, SIZE, RATE].find((one) => one.noun === noun)!;
  return {
    pattern: '^ *[0-9.]+([eE][+-]?[0-9]+)? *[A-Za-zµμ]+( */ *[Ss])? *$',
    patternErrorMessage: `a ${noun} has a unit, such as ${dimension.example}`,
  };
}
