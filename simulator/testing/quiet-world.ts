/** A world of the engine model in quiet times, and small meshes for it, so that few relays fill them. */

import { loadColumns } from '../engine/gossipsub/load-counter.ts';
import { Calendar } from '../engine/model/calendar.ts';
import type { ChangingLinks } from '../engine/model/churn/changing-links.ts';
import { frameShapes } from '../engine/model/rpc-sizes.ts';
import { World } from '../engine/model/world.ts';
import { Trace } from '../engine/trace.ts';

export const SMALL_MESH = {
  D: 3,
  Dlo: 2,
  Dhi: 4,
  Dscore: 2,
  Dout: 1,
  Dlazy: 3,
  heartbeatMs: 1000,
  floodPublish: false,
};

export interface QuietWorldParts {
  readonly links: ChangingLinks;
  readonly firstBeatUs: (relay: number) => number;
  readonly endUs: number;
  readonly seed: number;
}

export function quietWorld({ links, firstBeatUs, endUs, seed }: QuietWorldParts): World {
  const { relays } = links;
  const world = new World({
    calendar: new Calendar(relays),
    links,
    shapes: frameShapes(),
    load: loadColumns(relays),
    uplinkBitsPerSecond: new Float64Array(relays).fill(1e7),
    firstBeatUs: Float64Array.from({ length: relays }, (_unused, relay) => firstBeatUs(relay)),
    heartbeatMs: SMALL_MESH.heartbeatMs,
    endUs,
    seed,
    trace: Trace.forRelays(relays),
  });
  world.isQuiet = true;
  return world;
}
