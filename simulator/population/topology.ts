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
import { countUp } from './draw-parts.ts';
import { latencyModel } from './latency.ts';
import type { Population, Topology } from './population.ts';
import { type RelayPicker, uniformPicker, weightedPicker } from './relay-picker.ts';
import { groupRows } from './sampling.ts';

/** Picks in vain before a relay looks through all others; a large network hardly ever gets here. */
const VAIN_PICKS = 64;

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
  const everybody = countUp(new Uint32Array(population.relays));
  const rows = members === null ? everybody : everybody.filter((relay) => members[relay] === 1);
  const relays = rows.length;
  if (!(plan.degree > 0 && plan.degree < 1e6)) throw new RangeError(`degree ${plan.degree} is out of range`);
  const graph = new LinkGraph(population, members, Math.floor((relays * plan.degree) / 2));
  const pickRow =
    plan.dialing === 'consensus-weight'
      ? weightedPicker(Float64Array.from(rows, (relay) => population.consensusWeight[relay]!))
      : uniformPicker(relays);
  const pick: RelayPicker = members === null ? pickRow : (from) => rows[pickRow(from)]!;
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
  const { links, dialer, listener } = graph.columns();
  const latencyUs = uint32Column(links);
  for (let link = 0; link < links; link++) latencyUs[link] = latency.oneWayUs(dialer[link]!, listener[link]!);
  return { links, dialer, listener, latencyUs };
}

/** What a pick looks at of a relay lies together, since in a large network each look elsewhere waits for memory. */
const FIELDS = 4;
const OPERATOR = 0;
const SUBNET = 1;
/** The links that the relay has dialled, from the first to before the last. */
const DIALLED_FROM = 2;
const DIALLED_TO = 3;

/**
 * Links under construction.
 *
 * Relays dial in rising order, each all of its links in one go. So whom a relay has dialled is one run of `listener`,
 * and whether two are linked is looked up in two such runs.
 */
class LinkGraph {
  readonly relays: number;
  links = 0;
  private readonly members: Uint8Array | null;
  private readonly ofRelays: Uint32Array;
  private dialer: Uint32Array;
  private listener: Uint32Array;

  constructor({ relays, operator, subnet }: Population, members: Uint8Array | null, expectedLinks: number) {
    this.relays = relays;
    this.members = members;
    this.ofRelays = new Uint32Array(FIELDS * relays);
    for (let relay = 0; relay < relays; relay++) {
      this.ofRelays[FIELDS * relay + OPERATOR] = operator[relay]!;
      this.ofRelays[FIELDS * relay + SUBNET] = subnet[relay]!;
    }
    this.dialer = uint32Column(expectedLinks);
    this.listener = uint32Column(expectedLinks);
  }

  /** The links as columns of their own length. */
  columns(): Pick<Topology, 'links' | 'dialer' | 'listener'> {
    const { links, dialer, listener } = this;
    return { links, dialer: resized(dialer, links), listener: resized(listener, links) };
  }

  isMember(relay: number): boolean {
    return this.members === null || this.members[relay] === 1;
  }

  /** Whether the rule leaves the pair: two members, of two operators and two /24s. */
  isAllowed(a: number, b: number): boolean {
    if (a === b || !this.isMember(a) || !this.isMember(b)) return false;
    const { ofRelays } = this;
    return (
      ofRelays[FIELDS * a + OPERATOR] !== ofRelays[FIELDS * b + OPERATOR] &&
      ofRelays[FIELDS * a + SUBNET] !== ofRelays[FIELDS * b + SUBNET]
    );
  }

  /** Whether a link may be laid between the two: it is allowed, and neither has dialled the other. */
  isFree(a: number, b: number): boolean {
    return this.isAllowed(a, b) && !this.hasDialled(a, b) && !this.hasDialled(b, a);
  }

  private hasDialled(dialer: number, listener: number): boolean {
    const to = this.ofRelays[FIELDS * dialer + DIALLED_TO]!;
    for (let link = this.ofRelays[FIELDS * dialer + DIALLED_FROM]!; link < to; link++) {
      if (this.listener[link] === listener) return true;
    }
    return false;
  }

  /** From here on it is this relay that dials. */
  beginDials(dialer: number): void {
    this.ofRelays[FIELDS * dialer + DIALLED_FROM] = this.links;
    this.ofRelays[FIELDS * dialer + DIALLED_TO] = this.links;
  }

  /** Lays a link of the relay that dials. */
  dial(dialer: number, listener: number): void {
    this.join(dialer, listener);
    this.ofRelays[FIELDS * dialer + DIALLED_TO] = this.links;
  }

  /** Lays a link that nobody dials; `isFree` does not see it. */
  join(dialer: number, listener: number): void {
    if (this.links === this.dialer.length) {
      this.dialer = resized(this.dialer, 2 * this.links + 16);
      this.listener = resized(this.listener, 2 * this.links + 16);
    }
    this.dialer[this.links] = dialer;
    this.listener[this.links] = listener;
    this.links++;
  }

  components(): Components {
    const components = new Components(this.relays);
    for (let link = 0; link < this.links; link++) {
      components.join(this.dialer[link]!, this.listener[link]!);
    }
    return components;
  }
}

/** Which relays are connected (union-find with path halving). */
class Components {
  private readonly parent: Uint32Array;

  constructor(relays: number) {
    this.parent = countUp(new Uint32Array(relays));
  }

  /** The relay that stands for the component. */
  rootOf(relay: number): number {
    let at = relay;
    while (this.parent[at] !== at) at = this.parent[at] = this.parent[this.parent[at]!]!;
    return at;
  }

  join(a: number, b: number): void {
    this.parent[this.rootOf(a)] = this.rootOf(b);
  }
}

/** The column itself, where it is as long already. */
function resized(column: Uint32Array, length: number): Uint32Array {
  if (column.length === length) return column;
  const other = uint32Column(length);
  other.set(column.length > length ? column.subarray(0, length) : column);
  return other;
}

function dial(graph: LinkGraph, relay: number, dials: number, pick: RelayPicker, stream: RandomStream): void {
  graph.beginDials(relay);
  let left = dials;
  for (let vain = 0; left > 0 && vain < VAIN_PICKS; ) {
    const peer = pick(stream);
    if (graph.isFree(relay, peer)) {
      graph.dial(relay, peer);
      left--;
      vain = 0;
    } else vain++;
  }
  if (left === 0) return;
  const { relays } = graph;
  const start = stream.integer(relays);
  for (let i = 0; left > 0 && i < relays; i++) {
    const peer = (start + i) % relays;
    if (!graph.isFree(relay, peer)) continue;
    graph.dial(relay, peer);
    left--;
  }
}

/** Links every component to that of the first member, by a pair that the rule allows wherever there is one. */
function joinComponents(graph: LinkGraph, rows: Uint32Array, stream: RandomStream): void {
  const first = rows[0]!;
  const { relays } = graph;
  const connected = graph.components();
  const roots = new Uint32Array(relays);
  for (let relay = 0; relay < relays; relay++) roots[relay] = connected.rootOf(relay);
  const components = groupRows(roots, relays);
  for (let root = 0; root < relays; root++) {
    const component = components.rows.subarray(components.starts[root], components.starts[root + 1]);
    if (component.length === 0 || !graph.isMember(component[0]!)) continue;
    if (connected.rootOf(root) === connected.rootOf(first)) continue;
    const [relay, peer] = joiningPair(graph, connected, component, first, stream.integer(relays));
    graph.join(relay, peer);
    connected.join(relay, peer);
  }
}

/** A relay of the component and one of the first member's; the search for the latter goes round from `start`. */
function joiningPair(
  graph: LinkGraph,
  connected: Components,
  component: Uint32Array,
  first: number,
  start: number,
): [number, number] {
  const { relays } = graph;
  for (const relay of component) {
    for (let i = 0; i < relays; i++) {
      const peer = (start + i) % relays;
      if (connected.rootOf(peer) === connected.rootOf(first) && graph.isAllowed(relay, peer)) {
        return [relay, peer];
      }
    }
  }
  return [component[0]!, first];
}
