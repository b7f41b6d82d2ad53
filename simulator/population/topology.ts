/**
 * Lays the links: each relay dials half the degree, and the whole is one connected graph.
 *
 * No link joins two relays of one /24 or one operator, and no pair is linked twice. In a network too small
 * for that, a relay gets as many links as the rule leaves; only where the rule would cut the network apart
 * is a link laid that breaks it.
 */

import { type RandomStream, randomStream } from '../engine/random.ts';
import type { NetworkPlan } from '../scenario/scenario.ts';
import { uint32Column } from './column.ts';
import { latencyModel } from './latency.ts';
import type { Population, Topology } from './population.ts';
import { type RelayPicker, uniformPicker, weightedPicker } from './relay-picker.ts';
import { groupRows } from './sampling.ts';

/** Picks in vain before a relay looks through all others; a large network hardly ever gets here. */
const VAIN_PICKS = 64;
const NONE = 0xffffffff;

/**
 * The links of `population` under `seed`; with `members` only between relays that are 1 there, as if the others did
 * not exist.
 *
 * Relay i (of the members) dials floor((i + 1) degree / 2) - floor(i degree / 2) others, so that an odd degree gives every
 * second relay one more. Throws RangeError when no link at all can be laid: fewer than two relays, a degree
 * that dials nobody, or relays all of one operator.
 */
export function buildTopology(
  population: Population,
  plan: NetworkPlan,
  seed: number,
  members: Uint8Array | null = null,
): Topology {
  const taking = members ?? new Uint8Array(population.relays).fill(1);
  const rows = Uint32Array.from(taking.keys()).filter((relay) => taking[relay] === 1);
  const relays = rows.length;
  if (!(plan.degree > 0 && plan.degree < 1e6)) throw new RangeError(`degree ${plan.degree} is out of range`);
  const graph = new LinkGraph(population, taking, Math.floor((relays * plan.degree) / 2));
  const pickRow =
    plan.dialing === 'consensus-weight'
      ? weightedPicker(Float64Array.from(rows, (relay) => population.consensusWeight[relay]!))
      : uniformPicker(relays);
  const pick: RelayPicker = (from) => rows[pickRow(from)]!;
  const stream = randomStream(seed, 'topology');
  rows.forEach((relay, row) => {
    const dials = Math.floor(((row + 1) * plan.degree) / 2) - Math.floor((row * plan.degree) / 2);
    dial(graph, relay, dials, pick, stream);
  });
  if (graph.links === 0) {
    throw new RangeError(`${relays} relays of ${population.operators} operators leave no link to lay`);
  }
  joinComponents(graph, rows, stream);

  const latency = latencyModel(population, plan, seed);
  const dialer = uint32Column(graph.links);
  const listener = uint32Column(graph.links);
  const latencyUs = uint32Column(graph.links);
  for (let link = 0; link < graph.links; link++) {
    dialer[link] = graph.dialerOf(link);
    listener[link] = graph.listenerOf(link);
    latencyUs[link] = latency.oneWayUs(dialer[link]!, listener[link]!);
  }
  return { links: graph.links, dialer, listener, latencyUs };
}

/** Links under construction: every relay's list of ends, for looking up a pair, and the components. */
class LinkGraph {
  readonly population: Population;
  private readonly members: Uint8Array;
  links = 0;
  /** End 2k is link k at its dialer, end 2k + 1 at its listener; each names the relay at the other end. */
  private peerAtEnd: Uint32Array;
  private nextEnd: Uint32Array;
  private readonly firstEnd: Uint32Array;
  private readonly parent: Uint32Array;

  constructor(population: Population, members: Uint8Array, expectedLinks: number) {
    this.population = population;
    this.members = members;
    this.peerAtEnd = new Uint32Array(2 * expectedLinks + 16);
    this.nextEnd = new Uint32Array(2 * expectedLinks + 16);
    this.firstEnd = new Uint32Array(population.relays).fill(NONE);
    this.parent = new Uint32Array(population.relays).map((_, relay) => relay);
  }

  dialerOf(link: number): number {
    return this.peerAtEnd[2 * link + 1]!;
  }

  listenerOf(link: number): number {
    return this.peerAtEnd[2 * link]!;
  }

  isLinked(a: number, b: number): boolean {
    for (let end = this.firstEnd[a]!; end !== NONE; end = this.nextEnd[end]!) {
      if (this.peerAtEnd[end] === b) return true;
    }
    return false;
  }

  /** Whether the rule leaves the pair: two members, of two operators and two /24s. */
  isAllowed(a: number, b: number): boolean {
    const { operator, subnet } = this.population;
    if (this.members[a] !== 1 || this.members[b] !== 1) return false;
    return a !== b && operator[a] !== operator[b] && subnet[a] !== subnet[b];
  }

  isMember(relay: number): boolean {
    return this.members[relay] === 1;
  }

  add(dialer: number, listener: number): void {
    const end = 2 * this.links;
    if (end + 2 > this.peerAtEnd.length) {
      this.peerAtEnd = grown(this.peerAtEnd);
      this.nextEnd = grown(this.nextEnd);
    }
    this.hang(end, dialer, listener);
    this.hang(end + 1, listener, dialer);
    this.links++;
    this.parent[this.rootOf(dialer)] = this.rootOf(listener);
  }

  private hang(end: number, relay: number, peer: number): void {
    this.peerAtEnd[end] = peer;
    this.nextEnd[end] = this.firstEnd[relay]!;
    this.firstEnd[relay] = end;
  }

  /** The relay that stands for the component (union-find with path halving). */
  rootOf(relay: number): number {
    let at = relay;
    while (this.parent[at] !== at) at = this.parent[at] = this.parent[this.parent[at]!]!;
    return at;
  }
}

function grown(column: Uint32Array): Uint32Array {
  const larger = new Uint32Array(2 * column.length);
  larger.set(column);
  return larger;
}

function dial(graph: LinkGraph, relay: number, dials: number, pick: RelayPicker, stream: RandomStream): void {
  const isFree = (peer: number) => graph.isAllowed(relay, peer) && !graph.isLinked(relay, peer);
  let left = dials;
  for (let vain = 0; left > 0 && vain < VAIN_PICKS; ) {
    const peer = pick(stream);
    if (isFree(peer)) {
      graph.add(relay, peer);
      left--;
      vain = 0;
    } else vain++;
  }
  if (left === 0) return;
  const { relays } = graph.population;
  const start = stream.integer(relays);
  for (let i = 0; left > 0 && i < relays; i++) {
    const peer = (start + i) % relays;
    if (!isFree(peer)) continue;
    graph.add(relay, peer);
    left--;
  }
}

/** Links every component to that of the first member, by a pair that the rule allows wherever there is one. */
function joinComponents(graph: LinkGraph, rows: Uint32Array, stream: RandomStream): void {
  const first = rows[0]!;
  const { relays } = graph.population;
  const roots = new Uint32Array(relays).map((_, relay) => graph.rootOf(relay));
  const components = groupRows(roots, relays);
  for (let root = 0; root < relays; root++) {
    const component = components.rows.subarray(components.starts[root], components.starts[root + 1]);
    if (component.length === 0 || !graph.isMember(component[0]!)) continue;
    if (graph.rootOf(root) === graph.rootOf(first)) continue;
    const [relay, peer] = joiningPair(graph, component, first, stream.integer(relays));
    graph.add(relay, peer);
  }
}

/** A relay of the component and one of the first member's; the search for the latter goes round from `start`. */
function joiningPair(
  graph: LinkGraph,
  component: Uint32Array,
  first: number,
  start: number,
): [number, number] {
  const { relays } = graph.population;
  for (const relay of component) {
    for (let i = 0; i < relays; i++) {
      const peer = (start + i) % relays;
      if (graph.rootOf(peer) === graph.rootOf(first) && graph.isAllowed(relay, peer)) return [relay, peer];
    }
  }
  return [component[0]!, first];
}
