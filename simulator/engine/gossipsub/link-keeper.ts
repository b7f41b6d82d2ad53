/**
 * How a relay keeps its links where relays come and go: it dials a number of others, and another for each it loses.
 *
 * As a real node's connection manager does, each relay sees to the links that it has dialled and lets others see to
 * theirs. All of them together have the network's mean degree then, however many are away. Whom it dials, it
 * takes from the consensus of the last full hour, which lists the relays that were up: some have gone since, and do
 * not answer. A relay that comes back dials those it had dialled before, as far as they are listed.
 */

import type { Churn } from '../../population/churn.ts';
import type { Population } from '../../population/population.ts';
import { type RelayPicker, uniformPicker, weightedPicker } from '../../population/relay-picker.ts';
import { isUpAt } from '../../population/running-relays.ts';
import { type RandomStream, randomStream } from '../random.ts';

export const CONSENSUS_US = 3_600_000_000;
/** A lost link is replaced within so long: connection managers look at their links every few seconds. */
export const REDIAL_WITHIN_US = 5_000_000;
/** With nobody left to dial, a relay looks again after this. */
const LOOK_AGAIN_US = 60_000_000;
/** Picks in vain before all relays are looked through. */
const VAIN_PICKS = 64;

/** The time of whoever runs the network, and a way to plan for it. */
export interface KeepersClock {
  readonly nowUs: number;
  /** Plans an action in the name of a relay; it is called with two numbers, so that it can be the same every time. */
  at(timeUs: number, relay: number, action: KeepersAction, first?: number, second?: number): void;
}

export type KeepersAction = (first: number, second: number) => void;

/** What the keepers of all relays of a thread share. */
export interface KeepingParts {
  readonly clock: KeepersClock;
  /** Whether a relay is in the consensus that is valid now. */
  readonly isListed: (relay: number) => boolean;
  readonly population: Population;
  readonly pick: RelayPicker;
  readonly degree: number;
  readonly seed: number;
  readonly latencyUs: (a: number, b: number) => number;
  /** What passes between the wish for a link and the question for it, round trips. */
  readonly setupRoundTrips: number;
  /** Relays that were dialled in the topology that the run begins with. */
  readonly dialledAtStart: (relay: number) => readonly number[];
}

/** Whether a relay is in the consensus that is valid at a moment: that of the last full hour. */
export function isListedAt(churn: Churn, relay: number, timeUs: number): boolean {
  return isUpAt(churn, relay, timeUs - (timeUs % CONSENSUS_US));
}

/** How the network's relays find others to dial. */
export function relayPicker(population: Population, dialing: 'uniform' | 'consensus-weight'): RelayPicker {
  return dialing === 'uniform'
    ? uniformPicker(population.relays)
    : weightedPicker(population.consensusWeight);
}

/** What a keeper sees and does at its relay. */
export interface KeptRelay {
  readonly index: number;
  readonly online: boolean;
  /** Links that are open, those that it dialled among them, and those that are being dialled. */
  isLinked(peer: number): boolean;
  countDialled(): number;
  /** Asks for a link now. */
  dial(peer: number): void;
}

export class LinkKeeper {
  private readonly parts: KeepingParts;
  private relay: KeptRelay;
  private readonly target: number;
  private stream: RandomStream | null = null;
  /** Peers that are about to be dialled: so few that a list is looked through at once. */
  private readonly intended: number[] = [];
  /** Peers to dial first on coming back. */
  private known: readonly number[];
  /** Counts absences, so that what was planned before one comes to nothing. */
  private absences = 0;
  private readonly meet: KeepersAction = (peer, absences) => {
    if (!this.isThereSince(absences)) return;
    this.forget(peer);
    if (this.relay.isLinked(peer)) this.fill(REDIAL_WITHIN_US);
    else this.relay.dial(peer);
  };
  private readonly lookAgain: KeepersAction = (_nobody, absences) => {
    if (this.isThereSince(absences)) this.fill(REDIAL_WITHIN_US);
  };

  constructor(parts: KeepingParts, relay: KeptRelay) {
    const { degree } = parts;
    this.parts = parts;
    this.relay = relay;
    const { index } = relay;
    this.target = Math.floor(((index + 1) * degree) / 2) - Math.floor((index * degree) / 2);
    this.known = parts.dialledAtStart(index);
  }

  /** The keeper of a relay: that of its last process, if there was one, goes on for the new one. */
  static of(parts: KeepingParts, relay: KeptRelay, before: LinkKeeper | null): LinkKeeper {
    if (before === null) return new LinkKeeper(parts, relay);
    before.relay = relay;
    return before;
  }

  /** The relay has come up: links are made one by one, within `withinUs` and the time that each takes to set up. */
  cameOnline(withinUs: number): void {
    for (const peer of this.known) {
      if (this.lacks() <= 0) break;
      if (this.parts.isListed(peer)) this.intend(peer, withinUs);
    }
    this.fill(withinUs);
  }

  wentOffline(dialled: readonly number[]): void {
    this.known = dialled;
    this.intended.length = 0;
    this.absences++;
  }

  /** Looks for as many others to dial as it has lost. */
  fill(withinUs: number): void {
    for (let lacking = this.lacks(); lacking > 0; lacking--) {
      const peer = this.find();
      if (peer === null) {
        this.later(LOOK_AGAIN_US, this.lookAgain);
        return;
      }
      this.intend(peer, withinUs);
    }
  }

  private lacks(): number {
    return this.target - this.relay.countDialled() - this.intended.length;
  }

  private intend(peer: number, withinUs: number): void {
    const { latencyUs, setupRoundTrips } = this.parts;
    this.intended.push(peer);
    const setupUs = 2 * setupRoundTrips * latencyUs(this.relay.index, peer);
    this.later(this.random().integer(withinUs) + setupUs, this.meet, peer);
  }

  /** A peer is not about to be dialled any more. */
  private forget(peer: number): void {
    const { intended } = this;
    const last = intended.pop()!;
    if (last !== peer) intended[intended.indexOf(peer)] = last;
  }

  /** Plans something of this presence of the relay. */
  private later(afterUs: number, action: KeepersAction, peer = 0): void {
    const { clock } = this.parts;
    clock.at(clock.nowUs + afterUs, this.relay.index, action, peer, this.absences);
  }

  /** Whether the relay has not gone away since it had been away so often. */
  private isThereSince(absences: number): boolean {
    return this.relay.online && this.absences === absences;
  }

  /** A relay to dial: listed, of another operator and /24, not linked yet. Null where there is none. */
  private find(): number | null {
    const { pick, population } = this.parts;
    const stream = this.random();
    for (let vain = 0; vain < VAIN_PICKS; vain++) {
      const peer = pick(stream);
      if (this.isFree(peer)) return peer;
    }
    const { relays } = population;
    const start = stream.integer(relays);
    for (let step = 0; step < relays; step++) {
      const peer = (start + step) % relays;
      if (this.isFree(peer)) return peer;
    }
    return null;
  }

  private isFree(peer: number): boolean {
    const { isListed, population } = this.parts;
    const { operator, subnet } = population;
    const { index } = this.relay;
    if (operator[peer] === operator[index] || subnet[peer] === subnet[index]) return false;
    return isListed(peer) && !this.intended.includes(peer) && !this.relay.isLinked(peer);
  }

  private random(): RandomStream {
    this.stream ??= randomStream(this.parts.seed, 'whom a relay dials', this.relay.index);
    return this.stream;
  }
}
