/**
 * How a run is spread over threads: which thread runs which relay.
 *
 * Threads wait for each other the less, the longer the shortest link between two of them is (windows.ts). So
 * relays that are near each other stay together, as far as the threads' loads allow; where all links are
 * long, dealing the relays out evenly is better. The results do not depend on any of it.
 */

import { availableParallelism } from 'node:os';
import { type LatencyColumns, pairLatency } from '../../population/pair-latency.ts';
import type { Topology } from '../../population/population.ts';
import type { Scenario } from '../../scenario/scenario.ts';

export interface Partition {
  readonly threads: number;
  /** The thread of each relay, and of the authorities after them, in memory that threads share. */
  readonly threadOf: Uint8Array;
  /** Shortest latency between two threads, microseconds; Infinity where nothing crosses. */
  readonly lookAheadUs: number;
  /** The largest share of relays on one thread, 0 to 1. */
  readonly largestShare: number;
}

/** What crosses between relays besides the links. */
export interface BesideLinks {
  /** The relay at whose place each authority stands, then each sybil: they share its thread. */
  readonly places: readonly number[];
  readonly latency: LatencyColumns;
  /** Whether relays ask any other relay: then two threads would have to wait for the nearest pair. */
  readonly asksAnybody: boolean;
  /** Relays of the run, those that join it later among them; the scenario's own number when left out. */
  readonly relays?: number;
  /** Whether a link may join any two relays, as where they come and go. */
  readonly linksAnybody?: boolean;
}

const CHOSEN_THREADS_MAX = 2;
/**
 * Below this a second thread costs more processor time than it saves: at 1,000 relays two threads need 1.9
 * times the processor time of one, at 7,500 relays 1.2 times.
 */
const RELAYS_FOR_TWO_THREADS = 2000;
/**
 * A cluster of near relays may be larger than a fair share by one of these parts of all relays: the more, the longer
 * are the windows, and the longer do the other threads wait.
 */
const CLUSTER_EXCESSES = [0, 0.05, 0.1, 0.2];
/** What windows cost, as a share of the run's time on one thread, times their length (measured). */
const WINDOW_COST_US = 500;
/** Two threads are chosen only where they are expected to need at most this share of one thread's time. */
const WORTHWHILE_COST = 0.75;

/** The partition that the scenario asks for, or the one that is likely the fastest here. */
export function choosePartition(
  scenario: Scenario,
  topology: Topology,
  besides: BesideLinks | null = null,
): Partition {
  const relays = besides?.relays ?? scenario.network.relays;
  const best = (threads: number): Partition => bestPartition(relays, topology, besides, threads);
  if (besides?.asksAnybody === true) return best(1);
  if (scenario.threads !== 0) return best(Math.min(scenario.threads, relays));
  // Events of a long run with churn are few and far between: threads would wait for each other at every one.
  if (besides?.linksAnybody === true) return best(1);
  const several = Math.min(CHOSEN_THREADS_MAX, availableParallelism());
  if (several > 1 && relays >= RELAYS_FOR_TWO_THREADS) {
    const spread = best(several);
    if (expectedCost(spread) <= WORTHWHILE_COST) return spread;
  }
  return best(1);
}

/** Time that a run is expected to need, as a share of what it needs on one thread. */
function expectedCost({ largestShare, lookAheadUs }: Partition): number {
  return largestShare + WINDOW_COST_US / lookAheadUs;
}

function bestPartition(
  relays: number,
  topology: Topology,
  besides: BesideLinks | null,
  threads: number,
): Partition {
  const dealt = partition(relays, topology, besides, threads, (relay) => relay % threads);
  if (threads === 1) return dealt;
  const nearestFirst = linksByLatency(topology);
  // Where any two relays may be linked, to look at all pairs takes too long for more than one trial.
  const excesses = besides?.linksAnybody === true ? CLUSTER_EXCESSES.slice(-1) : CLUSTER_EXCESSES;
  return excesses
    .map((excess) => {
      const ofCluster = clusterThreads(relays, topology, nearestFirst, threads, excess);
      return partition(relays, topology, besides, threads, ofCluster);
    })
    .reduce((best, one) => (expectedCost(one) < expectedCost(best) ? one : best), dealt);
}

function partition(
  relays: number,
  { links, dialer, listener, latencyUs }: Topology,
  besides: BesideLinks | null,
  threads: number,
  threadOfRelay: (relay: number) => number,
): Partition {
  const places = besides?.places ?? [];
  const threadOf = new Uint8Array(new SharedArrayBuffer(relays + places.length));
  const loads = new Array<number>(threads).fill(0);
  for (let relay = 0; relay < relays; relay++) {
    threadOf[relay] = threadOfRelay(relay);
    loads[threadOf[relay]]++;
  }
  places.forEach((place, authority) => {
    threadOf[relays + authority] = threadOf[place];
  });
  let lookAheadUs =
    threads === 1
      ? Number.POSITIVE_INFINITY
      : Math.min(
          authorityLookAheadUs(relays, threadOf, besides),
          anyPairLookAheadUs(relays, threadOf, besides),
        );
  for (let link = 0; link < links; link++) {
    const crosses = threadOf[dialer[link]] !== threadOf[listener[link]];
    if (crosses && latencyUs[link] < lookAheadUs) lookAheadUs = latencyUs[link];
  }
  return { threads, threadOf, lookAheadUs, largestShare: Math.max(...loads) / relays };
}

/** Shortest latency between any two relays of two threads, where any two may have a link; else Infinity. */
function anyPairLookAheadUs(relays: number, threadOf: Uint8Array, besides: BesideLinks | null): number {
  let leastUs = Number.POSITIVE_INFINITY;
  if (besides?.linksAnybody !== true) return leastUs;
  const { oneWayUs } = pairLatency(besides.latency);
  for (let relay = 0; relay < relays; relay++) {
    for (let other = 0; other < relay; other++) {
      if (threadOf[relay] !== threadOf[other]) leastUs = Math.min(leastUs, oneWayUs(other, relay));
    }
  }
  return leastUs;
}

/** Shortest latency between an authority and a host of another thread. */
function authorityLookAheadUs(relays: number, threadOf: Uint8Array, besides: BesideLinks | null): number {
  let leastUs = Number.POSITIVE_INFINITY;
  if (besides === null) return leastUs;
  const { places, latency } = besides;
  const { oneWayUs } = pairLatency(latency);
  places.forEach((place, authority) => {
    for (let host = 0; host < relays + authority; host++) {
      if (threadOf[host] === threadOf[relays + authority]) continue;
      leastUs = Math.min(leastUs, oneWayUs(host < relays ? host : places[host - relays], place));
    }
  });
  return leastUs;
}

function linksByLatency({ links, latencyUs }: Topology): Uint32Array {
  return Uint32Array.from({ length: links }, (_unused, link) => link).sort(
    (a, b) => latencyUs[a] - latencyUs[b] || a - b,
  );
}

/**
 * Joins relays into clusters, shortest links first, until a cluster would outgrow a thread; then deals the
 * clusters out, the largest first, each to the thread with the fewest relays.
 */
function clusterThreads(
  relays: number,
  { dialer, listener }: Topology,
  nearestFirst: Uint32Array,
  threads: number,
  excess: number,
): (relay: number) => number {
  const cap = relays * Math.min(1, 1 / threads + excess);
  const clusters = new Clusters(relays);
  for (const link of nearestFirst) if (!clusters.join(dialer[link], listener[link], cap)) break;

  const loads = new Array<number>(threads).fill(0);
  const threadOfCluster = new Map<number, number>();
  for (const [cluster, size] of clusters.bySize()) {
    const thread = loads.indexOf(Math.min(...loads));
    loads[thread] += size;
    threadOfCluster.set(cluster, thread);
  }
  return (relay) => threadOfCluster.get(clusters.of(relay)) as number;
}

/** Disjoint sets of relays, each named by one of them. */
class Clusters {
  private readonly parent: Uint32Array;
  private readonly size: Uint32Array;

  constructor(relays: number) {
    this.parent = Uint32Array.from({ length: relays }, (_unused, relay) => relay);
    this.size = new Uint32Array(relays).fill(1);
  }

  of(relay: number): number {
    const { parent } = this;
    let root = relay;
    while (parent[root] !== root) {
      parent[root] = parent[parent[root]];
      root = parent[root];
    }
    return root;
  }

  /** Makes one cluster of two; false, and nothing is done, if it would be larger than `cap`. */
  join(a: number, b: number, cap: number): boolean {
    const [one, other] = [this.of(a), this.of(b)];
    if (one === other) return true;
    const together = this.size[one] + this.size[other];
    if (together > cap) return false;
    const [large, small] = this.size[one] >= this.size[other] ? [one, other] : [other, one];
    this.parent[small] = large;
    this.size[large] = together;
    return true;
  }

  /** Clusters and their sizes, the largest first. */
  bySize(): [cluster: number, size: number][] {
    const found: [number, number][] = [];
    this.parent.forEach((parent, relay) => {
      if (parent === relay) found.push([relay, this.size[relay]]);
    });
    return found.sort((a, b) => b[1] - a[1] || a[0] - b[0]);
  }
}
