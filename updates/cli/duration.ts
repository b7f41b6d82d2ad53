/** Lengths of time on the command line: `30s`, `10min`, `12h`, `90d`. */

const SECONDS: Readonly<Record<string, number>> = { s: 1, min: 60, h: 3600, d: 86_400 };

/** Seconds; null for what is no length of time. */
export function parseDuration(text: string): number | null {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)(s|min|h|d)$/.exec(text) ?? [];
  return unit === undefined ? null : Math.round(Number(amount) * SECONDS[unit]);
}

/** The largest unit that says it in a whole number, rounded: `3 d`, `14 h`. */
export function durationText(seconds: number): string {
  for (const [unit, length] of Object.entries(SECONDS).reverse()) {
    if (Math.abs(seconds) >= 2 * length || unit === 's') return `${Math.round(seconds / length)} ${unit}`;
  }
  return `${seconds} s`;
}
