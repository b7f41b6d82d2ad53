/** What a run makes of its scenario's assertions, in words. */

import type { AssertionResult } from '../measure/assertions.ts';
import { groupThousands, humanBytes, humanDuration, humanPercent, humanRatio } from './human-units.ts';

function figure(value: number, kind: AssertionResult['kind']): string {
  switch (kind) {
    case 'duration':
      return humanDuration(value);
    case 'share':
      return humanPercent(value);
    case 'size':
      return humanBytes(value);
    case 'ratio':
      return humanRatio(value);
    case 'relay hours':
      return `${groupThousands(value)} relay hours`;
    default:
      return groupThousands(value);
  }
}

/** "0.309 s", "0.309 s, exactly 0.30931", or why there is no figure. */
export function foundInWords({ found, limit, kind, note }: AssertionResult): string {
  if (found === null) return note ?? 'nothing was found';
  const words = figure(found, kind);
  // Rounding must not make a condition that fails look like one that holds.
  const isBlurred = limit !== null && limit !== found && figure(limit, kind) === words;
  const exact = isBlurred ? `, exactly ${found} against ${limit}` : '';
  return `${words}${exact}${note === null ? '' : `; ${note}`}`;
}
