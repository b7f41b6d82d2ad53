/** How many hosts traffic adds to a run; apart, since a thread must know before it may load anything else. */

import type { TrafficPlan } from '../../scenario/traffic-plan.ts';

/** Clients, and one that floods; they come after relays and authorities. */
export function trafficHosts({ clients, flood }: TrafficPlan): number {
  return (clients?.count ?? 0) + (flood === null ? 0 : 1);
}
