/**
 * Relays that meet because circuits run through them, and compare what they have: gossipsub/update-life.ts and
 * node/channels/circuit.ts by events.
 *
 * Who meets whom is drawn by the very class of the gossipsub engine, from what it is told of the relays' states, in the
 * same order.
 */

import { CIRCUIT_COMPARISONS } from '../../../../node/channels/limits.ts';
import type { CircuitPlan } from '../../../scenario/scenario.ts';
import { CircuitContacts, circuitsPerSecond } from '../../gossipsub/circuit-contacts.ts';
import { HANDOVER_US } from '../../gossipsub/update-life.ts';
import type { World } from '../world.ts';
import type { Calls } from './calls.ts';
import type { Exchange } from './exchange.ts';
import type { LivingRelay } from './living-relay.ts';

export interface CircuitsParts {
  readonly world: World;
  readonly calls: Calls;
  readonly exchange: Exchange;
  readonly relays: readonly LivingRelay[];
  readonly consensusWeight: Float64Array;
  readonly plan: CircuitPlan;
  readonly seed: number;
  /** The number behind those of all hosts. */
  readonly nobody: number;
}

export class Circuits {
  private readonly parts: CircuitsParts;
  private readonly contacts: CircuitContacts;
  /** Whether each relay has a process. */
  private readonly isRunning: Uint8Array;
  /** Whom each relay compares itself with now; null for nobody since its process began. */
  private readonly comparing: (Set<number> | null)[];

  constructor(parts: CircuitsParts) {
    const { world, calls, relays, consensusWeight, plan, seed, nobody } = parts;
    this.parts = parts;
    this.isRunning = new Uint8Array(relays.length);
    this.comparing = relays.map(() => null);
    this.contacts = new CircuitContacts({
      clock: {
        get nowUs() {
          return world.nowUs;
        },
        system: nobody,
        scheduleAs: (source, timeUs, event) => calls.at(timeUs, source, () => event.fire()),
      },
      consensusWeight,
      circuitsPerSecond: circuitsPerSecond(plan, relays.length),
      seed,
      onCircuit: (relay, peer) => this.meet(relays[relay]!, peer),
    });
  }

  /** A process of the relay has started. */
  started(relay: LivingRelay): void {
    this.isRunning[relay.index] = 1;
    this.comparing[relay.index] = null;
    this.noteState(relay);
  }

  ended({ index }: LivingRelay): void {
    this.isRunning[index] = 0;
  }

  setOnline({ index }: LivingRelay, online: boolean): void {
    this.contacts.setOnline(index, online);
  }

  /** The relay may trust something else than before. */
  noteState({ index }: LivingRelay): void {
    if (this.isRunning[index] === 1) this.contacts.setState(index, this.comparedOf(index));
  }

  /** Two relays in different states meet; they count as equal until the hand-over is over. */
  private meet(relay: LivingRelay, peer: number): void {
    const { world, calls, relays } = this.parts;
    if (this.isRunning[relay.index] === 0 || this.isRunning[peer] === 0) return;
    const [mine, theirs] = [this.comparedOf(relay.index), this.comparedOf(peer)];
    const behind = mine < theirs ? relay : relays[peer]!;
    this.contacts.setState(behind.index, Math.max(mine, theirs));
    this.compare(relay, peer);
    calls.at(world.nowUs + HANDOVER_US, relay.index, () => this.noteState(behind));
  }

  /** What of a relay's state counts when it meets others: less where something is missing of it. */
  private comparedOf(relay: number): number {
    const { exchange } = this.parts;
    return exchange.stateOf(relay) - (exchange.missingOf(relay) === '' ? 0 : 0.5);
  }

  private compare(relay: LivingRelay, peer: number): void {
    const comparing = (this.comparing[relay.index] ??= new Set());
    if (comparing.has(peer) || comparing.size >= CIRCUIT_COMPARISONS) return;
    comparing.add(peer);
    this.parts.exchange.compare(relay, peer, () => comparing.delete(peer));
  }
}
