/**
 * Figures in words that people use: 0.62 s, 4.2 min, 133 days, 5,900,000.
 *
 * Written without the locale of the machine, so that a chart is the same bytes everywhere.
 */

const MINUTE_SECONDS = 60;
const HOUR_SECONDS = 3600;
export const DAY_SECONDS = 86_400;
const YEAR_SECONDS = 365.25 * DAY_SECONDS;

/** A value that is as near as this, relatively, to its rounded one is meant to be that. */
const EXACT = 1e-9;

/**
 * A number with so many significant digits: 0.623, 1.27, 133. What was rounded keeps its zeros, since they are digits like
 * others (0.2004 is 0.200); what is exact has none (0.2, 1).
 */
export function significant(value: number, digits = 3): string {
  const rounded = Number(value.toPrecision(digits));
  const isExact = Math.abs(value - rounded) <= EXACT * Math.abs(value);
  const whole = String(Math.trunc(Math.abs(rounded)));
  const isFraction = Math.abs(rounded) >= 1 ? whole.length < digits : Math.abs(rounded) > 1e-6;
  return isExact || !isFraction ? groupThousands(rounded) : value.toPrecision(digits);
}

/** A number with a comma at every third digit before the point: 5,900,000. */
export function groupThousands(value: number): string {
  const [whole = '0', decimals] = String(value).split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return decimals === undefined ? grouped : `${grouped}.${decimals}`;
}

/** "1 relay", "7,500 relays". */
export function countOf(count: number, noun: string): string {
  return `${groupThousands(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** A span of time in the unit that suits it, 3 significant digits. */
export function humanDuration(seconds: number): string {
  if (seconds === 0) return '0 s';
  if (seconds < 0.001) return `${significant(seconds * 1e6)} µs`;
  if (seconds < 0.1) return `${significant(seconds * 1000)} ms`;
  if (seconds < 1.5 * MINUTE_SECONDS) return `${significant(seconds)} s`;
  if (seconds < 1.5 * HOUR_SECONDS) return `${significant(seconds / MINUTE_SECONDS)} min`;
  if (seconds < 2 * DAY_SECONDS) return `${significant(seconds / HOUR_SECONDS)} h`;
  if (seconds < 2 * YEAR_SECONDS) return `${significant(seconds / DAY_SECONDS)} days`;
  return `${significant(seconds / YEAR_SECONDS)} years`;
}

/** A share of 0 to 1 in percent. Only a full share reads 100 %: 0.99996 is "over 99.9 %". */
export function humanPercent(fraction: number): string {
  if (fraction === 0 || fraction === 1) return `${fraction * 100} %`;
  if (fraction > 0.999) return 'over 99.9 %';
  if (fraction < 0.001) return 'under 0.1 %';
  return `${significant(fraction * 100)} %`;
}

/** Bytes in binary units, 3 significant digits. */
export function humanBytes(bytes: number): string {
  let value = bytes;
  for (const unit of ['B', 'KiB', 'MiB', 'GiB']) {
    if (value < 1000) return `${significant(value)} ${unit}`;
    value /= 1024;
  }
  return `${significant(value)} TiB`;
}

/** A ratio as a round figure, 2 significant digits: 5,900,000. */
export function humanRatio(ratio: number): string {
  return significant(ratio, 2);
}

/** Wall time of a phase: milliseconds below 1 s, else seconds. */
export function humanWall(wallMs: number): string {
  return wallMs < 1000 ? `${Math.round(wallMs)} ms` : `${(wallMs / 1000).toFixed(1)} s`;
}
