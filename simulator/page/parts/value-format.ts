/** How the values of a chart read: on its axis, short, and under the cursor. */

import {
  groupThousands,
  humanBytes,
  humanDuration,
  humanPercent,
  significant,
} from '../../report/human-units.ts';

/** What a chart counts; a name, since it comes to a page as data. */
export type ValueUnit = 'share' | 'seconds' | 'count' | 'bytes-per-second' | 'per-second';

/** A tick of the value axis. */
export function tickOf(value: number, unit: ValueUnit): string {
  switch (unit) {
    case 'share':
      return `${Number((value * 100).toPrecision(4))} %`;
    case 'seconds':
      return humanDuration(value);
    case 'bytes-per-second':
      return value < 1e6 ? `${significant(value / 1000)} kB/s` : `${significant(value / 1e6)} MB/s`;
    case 'per-second':
    case 'count':
      return groupThousands(Number(value.toPrecision(6)));
  }
}

/** A value as it is read off; a dash where there is none. */
export function readingOf(value: number | null, unit: ValueUnit): string {
  if (value === null) return '–';
  switch (unit) {
    case 'share':
      return humanPercent(value);
    case 'seconds':
      return humanDuration(value);
    case 'bytes-per-second':
      return `${humanBytes(value)}/s`;
    case 'per-second':
      return `${significant(value)} a second`;
    case 'count':
      return significant(value, 6);
  }
}

/** A moment in words; what is before the release is negative. */
export function momentInWords(seconds: number): string {
  return seconds < 0 ? `−${humanDuration(-seconds)}` : humanDuration(seconds);
}
