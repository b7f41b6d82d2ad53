/** Which span of time a replay plays: that of one arm, or one that all arms share, so that they keep one clock. */

import type { TimeScaleName } from '../parts/time-scale.ts';
import type { PlayedSpan } from './replay-player.ts';

const SHORTEST_SECONDS = 1e-4;
/** The publisher alone must not stretch a logarithmic span: it begins where this share of events has happened. */
const EARLY_SHARE = 0.01;
/** Room before the first relays and after the last. */
const ROOM = 1.25;

/** From a little before the first events to a little after the last of any of these waves. */
export function spanOfEvents(waves: readonly ArrayLike<number>[], scale: TimeScaleName): PlayedSpan {
  let fromSeconds = Number.POSITIVE_INFINITY;
  let toSeconds = 0;
  for (const seconds of waves) {
    if (seconds.length === 0) continue;
    const early = seconds[Math.floor((seconds.length - 1) * EARLY_SHARE)]!;
    if (early > 0) fromSeconds = Math.min(fromSeconds, early);
    toSeconds = Math.max(toSeconds, seconds[seconds.length - 1]!);
  }
  if (!(toSeconds > 0)) return { scale, fromSeconds: scale === 'log' ? 0.01 : 0, toSeconds: 1 };
  const last = scale === 'log' ? toSeconds * ROOM : toSeconds * 1.03;
  if (scale === 'linear') return { scale, fromSeconds: 0, toSeconds: last };
  const first = Math.max(SHORTEST_SECONDS, Math.min(fromSeconds, toSeconds / 2) / ROOM);
  return { scale, fromSeconds: Math.min(first, last / 2), toSeconds: last };
}
