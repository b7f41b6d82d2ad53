/**
 * How long circuits stay open to a mark: what share of them at each moment, and for how many hours in all.
 *
 * A circuit can be attacked where its guard and exit are the marking party's. Where its middle is too, the party
 * knows who talks to whom without a mark and no update ends that: such circuits are not counted. On the others a
 * RELAY_EARLY mark works until the middle runs the module that closes marked circuits, and a mark of dropped or
 * unknown cells, which only the client can read, until the client runs it. So the share at time t follows from when
 * each relay, or client, took the module, and from paths drawn as clients choose them.
 */

import type { MarkName } from '../scenario/traffic-plan.ts';
import type { TrafficResult } from './traffic-result.ts';

const HOPS = 3;

export interface MarkExposure {
  /** Share of all circuits that can be attacked: guard and exit are the party's, the middle is not. */
  readonly attackableShare: number;
  /** When the share of those on which a mark works falls, seconds since the release, ascending, and to what. */
  readonly seconds: readonly number[];
  readonly fraction: readonly number[];
}

/**
 * The exposure of an arm; null where no path is known. `activated` as in UpdateOutcome, `releaseSeconds` from the
 * start of the run.
 */
export function markExposure(
  traffic: TrafficResult,
  mark: MarkName,
  activated: Float64Array,
  releaseSeconds: number,
): MarkExposure | null {
  const { paths, clientUpdatedSeconds } = traffic;
  const party = new Set(traffic.hostileRelays);
  const count = paths.length / HOPS;
  if (count === 0) return null;
  let attackable = 0;
  const middles: number[] = [];
  for (let at = 0; at < paths.length; at += HOPS) {
    const [guard, middle, exit] = [paths[at], paths[at + 1], paths[at + 2]] as [number, number, number];
    if (party.has(middle)) continue;
    if (party.has(guard) && party.has(exit)) attackable++;
    // Any path stands for one with hostile ends: who is in the middle does not depend on that.
    middles.push(activated[middle] as number);
  }
  const closing =
    mark === 'relay-early'
      ? middles
      : Array.from(clientUpdatedSeconds, (seconds) => Math.max(0, seconds - releaseSeconds));
  const seconds = closing.filter((at) => !Number.isNaN(at)).sort((a, b) => a - b);
  return {
    attackableShare: attackable / count,
    seconds,
    fraction: seconds.map((_at, index) => 1 - (index + 1) / closing.length),
  };
}

/** The share of attackable circuits on which a mark works, integrated from the release to the horizon, in seconds. */
export function exposedSeconds({ seconds, fraction }: MarkExposure, horizonSeconds: number): number {
  let sum = 0;
  let level = 1;
  let from = 0;
  for (const [index, at] of seconds.entries()) {
    if (at >= horizonSeconds) break;
    sum += level * (at - from);
    from = at;
    level = fraction[index] as number;
  }
  return sum + level * (horizonSeconds - from);
}

/** Hours that attackable circuits were open to marks, over `circuits` circuits of which each may be attacked. */
export function vulnerableCircuitHours(
  exposure: MarkExposure,
  circuits: number,
  horizonSeconds: number,
): number {
  return (exposure.attackableShare * circuits * exposedSeconds(exposure, horizonSeconds)) / 3600;
}
