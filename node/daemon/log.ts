/**
 * The relay's log: one JSON object a line (pino), or the same as text for a person at a terminal.
 *
 * Each line names its event, so that a script need not read the words. What others can make a relay log is bounded by
 * `LogBudget`, or a flood of bad messages would fill the disk.
 */

import { type Logger, pino } from 'pino';

export type { Logger };

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export const LOG_FORMATS = ['json', 'text'] as const;
export type LogFormat = (typeof LOG_FORMATS)[number];

/** `write` takes whole lines, with the end of the line. */
export function createLog(level: LogLevel, format: LogFormat, write: (line: string) => void): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write: format === 'json' ? write : (line) => write(asText(line)) },
  );
}

/** `2026-01-01T12:00:00.000Z info  staged: a module is in line  hook=cell-admission`. */
function asText(line: string): string {
  const { level, time, event, msg, ...rest } = JSON.parse(line) as Record<string, unknown>;
  const details = Object.entries(rest).map(([name, value]) => `  ${name}=${valueText(value)}`);
  return `${time} ${String(level).padEnd(5)} ${event}: ${msg}${details.join('')}\n`;
}

/** Strangers' text goes in quotes, with what could move a terminal's cursor escaped. */
function valueText(value: unknown): string {
  const isPlain = typeof value === 'string' && /^[\w./:@+-]+$/.test(value);
  return isPlain ? value : JSON.stringify(value);
}

const WINDOW_MS = 60_000;

/** Lets so many lines of a kind through in a minute; says of the next window's first how many were left out. */
export class LogBudget {
  private readonly linesPerMinute: number;
  private readonly nowMs: () => number;
  private readonly kinds = new Map<string, { sinceMs: number; lines: number; leftOut: number }>();

  constructor(linesPerMinute: number, nowMs: () => number) {
    this.linesPerMinute = linesPerMinute;
    this.nowMs = nowMs;
  }

  /** How many lines of this kind were left out before this one; null if this one is to be left out. */
  take(kind: string): number | null {
    const nowMs = this.nowMs();
    let window = this.kinds.get(kind);
    const leftOut = window?.leftOut ?? 0;
    if (window === undefined || nowMs - window.sinceMs >= WINDOW_MS) {
      window = { sinceMs: nowMs, lines: 0, leftOut: 0 };
      this.kinds.set(kind, window);
      window.lines++;
      return leftOut;
    }
    if (window.lines >= this.linesPerMinute) {
      window.leftOut++;
      return null;
    }
    window.lines++;
    return 0;
  }
}
