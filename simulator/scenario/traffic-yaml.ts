/** Traffic: from the keys of the YAML to the numbers of a scenario, and back. */

import { NONE } from './presence-schema.ts';
import type { ClientsPlan, FloodPlan, TrafficPlan, UsePlan } from './traffic-plan.ts';
import type { TrafficInput } from './traffic-schema.ts';
import { formatDuration, formatSize } from './units.ts';

/** What a file's values say of traffic; a flood without an end lasts as long as the run. */
export function toTraffic(input: TrafficInput, durationSeconds: number): TrafficPlan {
  const { utilization, clients, marking, flood } = input;
  return {
    utilization,
    clients: clients === NONE ? null : toClients(clients),
    marking: marking === NONE ? null : marking,
    flood:
      flood === NONE
        ? null
        : {
            fromSeconds: flood.from,
            toSeconds: flood.to ?? durationSeconds,
            guards: flood.guards,
            circuitsPerSecond: flood.circuitsPerSecond,
            addresses: flood.addresses,
          },
  };
}

function toClients(input: Exclude<TrafficInput['clients'], typeof NONE>): ClientsPlan {
  const { circuitLife, from, to, web, bulk, handshake, ...same } = input;
  return {
    ...same,
    circuitSeconds: circuitLife,
    fromSeconds: from,
    toSeconds: to,
    web: { meanBytes: web.size, meanThinkSeconds: web.think },
    bulk: { meanBytes: bulk.size, meanThinkSeconds: bulk.think },
    handshakeUs: handshake,
  };
}

/** The same in the language of the file. */
export function trafficYaml({ utilization, clients, marking, flood }: TrafficPlan): object {
  return {
    utilization,
    clients: clients === null ? NONE : clientsYaml(clients),
    marking: marking ?? NONE,
    flood: flood === null ? NONE : floodYaml(flood),
  };
}

function useYaml({ meanBytes, meanThinkSeconds }: UsePlan): object {
  return { size: formatSize(meanBytes), think: formatDuration(meanThinkSeconds, 's') };
}

function clientsYaml(plan: ClientsPlan): object {
  return {
    count: plan.count,
    circuits: plan.circuits,
    circuitLife: formatDuration(plan.circuitSeconds, 's'),
    from: formatDuration(plan.fromSeconds, 's'),
    to: formatDuration(plan.toSeconds, 's'),
    bulkShare: plan.bulkShare,
    web: useYaml(plan.web),
    bulk: useYaml(plan.bulk),
    scale: plan.scale,
    exitShare: plan.exitShare,
    flow: plan.flow,
    handshake: formatDuration(plan.handshakeUs, 'us'),
    updates: plan.updates,
  };
}

function floodYaml(plan: FloodPlan): object {
  return {
    from: formatDuration(plan.fromSeconds, 's'),
    to: formatDuration(plan.toSeconds, 's'),
    guards: plan.guards,
    circuitsPerSecond: plan.circuitsPerSecond,
    addresses: plan.addresses,
  };
}
