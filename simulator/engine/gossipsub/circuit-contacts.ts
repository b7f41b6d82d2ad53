/**
 * Where relays meet because clients build circuits through them: only meetings of relays in different states.
 *
 * The network builds circuits as a Poisson process; each is three relays drawn by consensus weight, one after
 * the other, so two meetings: of the first with the second, and of the second with the third. Relays in the
 * same state have nothing to tell each other, and most circuits pass through such relays alone. So the circuits
 * that matter are drawn directly, at their own rate (a thinned Poisson process is one), and drawn again
 * whenever a relay changes its state (it has no memory): the meetings are those of all circuits, at a cost
 * that follows the meetings that matter.
 *
 * Both meetings of a circuit take place at one instant. Relays are drawn independently, so one may stand twice
 * in a circuit, which Tor excludes: in a full network that is one circuit in some hundreds, and who meets itself
 * tells nothing.
 *
 * This needs to know the state of every relay, so a network with circuits runs on one thread.
 */

import assert from 'node:assert/strict';
import { CIRCUIT_REFERENCE_RELAYS, type CircuitPlan } from '../../scenario/scenario.ts';
import { type RandomStream, randomStream } from '../random.ts';
import { Call, type VirtualClock } from '../virtual-clock.ts';
import { WeightTree } from '../weight-tree.ts';

/** Consensus weights, which sum to 1, in whole parts: fine enough for any relay, and sums stay exact. */
const WEIGHT_PARTS = 2 ** 48;

/** What relays compare when they meet, as a version; it may run ahead of a relay that is being handed it. */
export type StateKey = string | number;

/** The time of whoever runs the network, and a way to plan in nobody's name. */
export type ContactsClock = Pick<VirtualClock, 'nowUs' | 'system' | 'scheduleAs'>;

export interface CircuitContactsParts {
  readonly clock: ContactsClock;
  /** Share of the network's consensus weight for each relay. */
  readonly consensusWeight: Float64Array;
  /** Circuits that clients build through this network, whoever is online. */
  readonly circuitsPerSecond: number;
  readonly seed: number;
  /** Two relays in different states meet; called while something happens to `relay`, who extends the circuit. */
  readonly onCircuit: (relay: number, peerRelay: number) => void;
}

/** Circuits that clients build through a network of so many relays. */
export function circuitsPerSecond(plan: CircuitPlan, relays: number): number {
  return (plan.perSecond * relays) / CIRCUIT_REFERENCE_RELAYS;
}

interface Member {
  state: StateKey | null;
  online: boolean;
}

export class CircuitContacts {
  private readonly parts: CircuitContactsParts;
  private readonly stream: RandomStream;
  private readonly weights: Float64Array;
  private readonly members: Member[];
  /** Relays that take part, by state. */
  private readonly groups = new Map<StateKey, WeightTree>();
  private total = 0;
  /** When the next circuit that matters is built, in microseconds and parts of one. */
  private dueUs = Number.POSITIVE_INFINITY;
  /** The earliest event that is waiting to build it. */
  private wakesUs = Number.POSITIVE_INFINITY;

  /** Everybody is online; nobody takes part before it has a state. */
  constructor(parts: CircuitContactsParts) {
    const { consensusWeight, seed } = parts;
    this.parts = parts;
    this.stream = randomStream(seed, 'circuits');
    this.weights = consensusWeight.map((weight) => Math.round(weight * WEIGHT_PARTS));
    this.members = Array.from(consensusWeight, () => ({ state: null, online: true }));
  }

  /** The relay is in this state from now on; with null it takes no part. */
  setState(relay: number, state: StateKey | null): void {
    if (this.members[relay].state !== state) this.change(relay, { state });
  }

  /** A relay that is offline takes no part; it keeps its state. */
  setOnline(relay: number, online: boolean): void {
    if (this.members[relay].online !== online) this.change(relay, { online });
  }

  private change(relay: number, change: Partial<Member>): void {
    const member = this.members[relay];
    this.weigh(relay, member, -this.weights[relay]);
    Object.assign(member, change);
    this.weigh(relay, member, this.weights[relay]);
    this.drawNext(this.parts.clock.nowUs);
  }

  private weigh(relay: number, { state, online }: Member, weight: number): void {
    if (state === null || !online) return;
    let group = this.groups.get(state);
    if (group === undefined) {
      group = new WeightTree(this.members.length);
      this.groups.set(state, group);
    }
    group.add(relay, weight);
    this.total += weight;
    if (group.total === 0) this.groups.delete(state);
  }

  /** Share of circuits whose first two relays differ, and of those where only the last two do. */
  private shares(): { early: number; late: number } {
    const { total } = this;
    let early = 0;
    let late = 0;
    for (const group of this.groups.values()) {
      const share = group.total / total;
      const otherShare = (total - group.total) / total;
      early += share * otherShare;
      late += share * share * otherShare;
    }
    return { early, late };
  }

  private drawNext(sinceUs: number): void {
    const { clock, circuitsPerSecond } = this.parts;
    const { early, late } = this.shares();
    const perSecond = circuitsPerSecond * (early + late);
    this.dueUs =
      perSecond > 0 ? sinceUs + this.stream.exponential(1e6 / perSecond) : Number.POSITIVE_INFINITY;
    if (this.dueUs >= this.wakesUs) return; // an event that comes sooner will look again
    this.wakesUs = Math.max(clock.nowUs, Math.ceil(this.dueUs));
    this.wakeAt(this.wakesUs);
  }

  private wakeAt(timeUs: number): void {
    const { clock } = this.parts;
    clock.scheduleAs(clock.system, timeUs, new Call(clock.system, () => this.wake(timeUs)));
  }

  private wake(timeUs: number): void {
    if (timeUs !== this.wakesUs) return; // another event has come sooner and looked
    this.wakesUs = Number.POSITIVE_INFINITY;
    if (Math.ceil(this.dueUs) > timeUs) {
      if (this.dueUs === Number.POSITIVE_INFINITY) return;
      this.wakesUs = Math.ceil(this.dueUs);
      this.wakeAt(this.wakesUs);
      return;
    }
    this.buildCircuit();
    this.drawNext(this.dueUs);
  }

  /** Builds a circuit on which at least two neighbours differ. */
  private buildCircuit(): void {
    const { stream, groups } = this;
    const all = [...groups.values()];
    const { total } = this;
    const others = (group: WeightTree): WeightTree[] => all.filter((other) => other !== group);
    const byWeight = ({ total: weight }: WeightTree): number => weight;
    const { early, late } = this.shares();
    let circuit: [WeightTree, WeightTree, WeightTree];
    if (stream.uniform() * (early + late) < early) {
      const first = choose(stream, all, ({ total: weight }) => (weight / total) * (total - weight));
      circuit = [first, choose(stream, others(first), byWeight), choose(stream, all, byWeight)];
    } else {
      const first = choose(stream, all, ({ total: weight }) => {
        const share = weight / total;
        return share * share * (total - weight);
      });
      circuit = [first, first, choose(stream, others(first), byWeight)];
    }
    const relays = circuit.map((group) => group.pick(stream));
    for (const hop of [0, 1]) if (circuit[hop] !== circuit[hop + 1]) this.meet(relays[hop], relays[hop + 1]);
  }

  /** As something that happens to the first of the two. */
  private meet(relay: number, peerRelay: number): void {
    const { clock, onCircuit } = this.parts;
    clock.scheduleAs(
      clock.system,
      clock.nowUs,
      new Call(relay, () => {
        if (this.members[relay].state !== this.members[peerRelay].state) onCircuit(relay, peerRelay);
      }),
    );
  }
}

/** One of the items, each with a chance in proportion to its weight. */
function choose<Item>(stream: RandomStream, items: readonly Item[], weightOf: (item: Item) => number): Item {
  const all = items.reduce((sum, item) => sum + weightOf(item), 0);
  assert(all > 0, 'there is nothing to choose from');
  let left = stream.uniform() * all;
  const chosen = items.find((item) => (left -= weightOf(item)) < 0);
  return chosen ?? (items.at(-1) as Item);
}
