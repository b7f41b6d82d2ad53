/**
 * Who is not there all the time: relays that join late, and relays that go away and come back.
 *
 * The draws have streams of their own, so that a scenario's relays, links and publishers stay the same when
 * its presence changes.
 */

import { type RandomStream, randomStream } from '../engine/random.ts';
import type { PresencePlan } from '../scenario/scenario.ts';
import { float64Column, uint32Column } from './column.ts';

export interface Presence {
  /** When each relay joins, virtual microseconds; 0 for one that is there from the start. */
  readonly joinsUs: Float64Array;
  /** Absences as columns, in no particular order; those of one relay must not touch. */
  readonly absences: number;
  readonly absentRelay: Uint32Array;
  readonly leavesUs: Float64Array;
  /** Above `leavesUs`. */
  readonly returnsUs: Float64Array;
}

/**
 * Draws late relays, and from the rest those that go away once.
 *
 * Nobody goes before the network has started, after `startSeconds`. Shares are of all relays, rounded to whole ones.
 * `always` names relays that are neither, as those that the developers publish through.
 */
export function drawPresence(
  relays: number,
  plan: PresencePlan,
  always: ReadonlySet<number>,
  seed: number,
  startSeconds: number,
): Presence {
  const joinsUs = float64Column(relays);
  const { late, away } = plan;
  const candidates = Array.from({ length: relays }, (_unused, relay) => relay);
  randomStream(seed, 'who is late or away').shuffle(candidates);
  const chosen = candidates.filter((relay) => !always.has(relay));
  const take = (share: number): number[] => chosen.splice(0, Math.round(share * relays));

  if (late !== null) {
    const stream = randomStream(seed, 'late relays join');
    for (const relay of take(late.share)) {
      joinsUs[relay] = Math.max(1, within(stream, late.fromSeconds, late.toSeconds));
    }
  }
  const leaving = away === null ? [] : take(away.share);
  const absentRelay = uint32Column(leaving.length);
  const leavesUs = float64Column(leaving.length);
  const returnsUs = float64Column(leaving.length);
  if (away !== null) {
    const stream = randomStream(seed, 'relays go away');
    const fromSeconds = Math.max(startSeconds, away.fromSeconds);
    leaving.forEach((relay, absence) => {
      absentRelay[absence] = relay;
      leavesUs[absence] = within(stream, fromSeconds, Math.max(fromSeconds, away.toSeconds));
      returnsUs[absence] = leavesUs[absence]! + Math.max(1, Math.round(away.forSeconds * 1e6));
    });
  }
  return { joinsUs, absences: leaving.length, absentRelay, leavesUs, returnsUs };
}

function within(stream: RandomStream, fromSeconds: number, toSeconds: number): number {
  return Math.round((fromSeconds + (toSeconds - fromSeconds) * stream.uniform()) * 1e6);
}
