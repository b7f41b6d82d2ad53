/**
 * How long circuits stay open to a mark: what share of them at each moment, and for how many hours in all.
 *
 * A RELAY_EARLY mark lives until a middle relay runs the module that closes marked circuits. Whether the middle of
 * a circuit does so at time t follows from when each relay activated the module; which relays are middles, from
 * paths drawn as clients choose them. A middle that is the marking party's own never gives it away. Marks that
 * only clients can see depend on clients, and are measured by the marks themselves.
 */

import type { MarkName } from '../scenario/traffic-plan.ts';
import type { TrafficResult } from './traffic-result.ts';

const HOPS = 3;

export interface MarkExposure {
  /** Share of circuits that can be attacked at all: guard and exit are the party's. */
  readonly attackableShare: number;
  /** When the share of those on which a mark works falls, seconds since the release, ascending, and to what. */
  readonly seconds: readonly number[];
  readonly fraction: readonly number[];
}

/** The exposure of an arm; null for marks that relays cannot see. `activated` as in UpdateOutcome. */
export function markExposure(
  traffic: TrafficResult,
  mark: MarkName,
  activated: Float64Array,
): MarkExposure | null {
  if (mark !== 'relay-early') return null;
  const { paths } = traffic;
  const party = new Set(traffic.hostileRelays);
  const count = paths.length / HOPS;
  if (count === 0) return null;
  let attackable = 0;
  const closing: number[] = [];
  for (let at = 0; at < paths.length; at += HOPS) {
    const [guard, middle, exit] = [paths[at], paths[at + 1], paths[at + 2]] as [number, number, number];
    if (party.has(guard) && party.has(exit)) attackable++;
    const seconds = activated[middle] as number;
    // Any path stands for one with hostile ends: who is in the middle does not depend on that.
    if (!party.has(middle) && !Number.isNaN(seconds)) closing.push(seconds);
  }
  closing.sort((a, b) => a - b);
  return {
    attackableShare: attackable / count,
    seconds: closing,
    fraction: closing.map((_at, index) => 1 - (index + 1) / count),
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
