/**
 * What faults do to everything on its way, decided where and when it would arrive.
 *
 * Links are TCP. What is cut off or lost is sent again, so it comes late and in order, with all that follows it from
 * the same sender; a cut that outlasts TCP's patience loses it, and the connections with it (fault-driver.ts). Three
 * faults are of frames above TCP, as a router or a middlebox would cause them: loss that nobody makes good,
 * reordering, duplication. They spare the opening and closing of links and streams.
 *
 * A decision at the receiver needs nothing from another thread, and may only delay: what threads may look ahead stays.
 */

import { EventRandom } from '../../event-random.ts';
import { ARRIVAL, type Arrival } from '../arrival.ts';
import type { FaultConditions } from './conditions.ts';

/** TCP's shortest wait before it sends again (Linux), and how often it doubles here. */
const RETRANSMIT_US = 200_000;
const RETRANSMISSIONS_MAX = 6;
/** A connection that hears nothing for so long is given up, and what it holds is lost. */
export const PATIENCE_US = 15_000_000;
/** The second copy of a frame comes so much later. */
const COPY_AFTER_US = 1000;

/** Round trips are in a request's time of travel already: one for its stream, three more for a new connection. */
const REQUEST_CROSSINGS = 3;
const REQUEST_ON_NEW_CONNECTION_CROSSINGS = 9;

export type PathVerdict = 'arrives' | 'dropped' | 'held';

export interface RoughPathParts {
  readonly conditions: FaultConditions;
  readonly seed: number;
  readonly hosts: number;
  readonly nowUs: () => number;
  /** One way between two hosts. */
  readonly latencyUs: (from: number, to: number) => number;
  /** Has it arrive again later, in the same order among its equals. */
  readonly hold: (arrival: Arrival, rank: number, untilUs: number) => void;
  /** Has a second one like it arrive, and answers it. */
  readonly copy: (arrival: Arrival, atUs: number) => Arrival;
  /** Told of each effect of a fault. */
  readonly happened: (fault: number) => void;
}

export class RoughPath {
  private readonly parts: RoughPathParts;
  private readonly random: EventRandom;
  /** Until when everything from a sender waits behind something held, by sender and receiver. */
  private readonly behindUs = new Map<number, number>();
  /** What has been judged before, and until when it was held. */
  private readonly held = new Map<Arrival, number>();
  /** Copies, which are not copied again. */
  private readonly copies = new WeakSet<Arrival>();

  constructor(parts: RoughPathParts) {
    this.parts = parts;
    this.random = new EventRandom(parts.seed ^ 0x5bd1e995);
  }

  /** What becomes of an arrival that is due now. */
  judge(arrival: Arrival, rank: number): PathVerdict {
    const { conditions, nowUs: clock, happened } = this.parts;
    const nowUs = clock();
    const { from, relay: to } = arrival;
    for (const { index } of conditions.between('authority-lost', from, to, nowUs)) {
      this.held.delete(arrival);
      happened(index);
      return 'dropped';
    }
    const heldUs = this.held.get(arrival);
    if (heldUs === undefined) {
      const verdict = this.meet(arrival, rank, nowUs);
      if (verdict !== 'arrives') return verdict;
    }
    this.held.delete(arrival);
    const cut = conditions.cut(from, to, nowUs);
    if (cut !== null) {
      happened(cut.index);
      if (cut.fault.untilUs - nowUs > PATIENCE_US) return 'dropped';
      return this.holdBack(arrival, rank, cut.fault.untilUs + RETRANSMIT_US);
    }
    const behindUs = this.behindUs.get(this.lane(from, to)) ?? 0;
    return behindUs > nowUs && heldUs !== nowUs ? this.holdBack(arrival, rank, behindUs) : 'arrives';
  }

  /** Loss, copies and delays: once for each arrival. */
  private meet(arrival: Arrival, rank: number, nowUs: number): PathVerdict {
    const { conditions, happened, copy, hold } = this.parts;
    const { from, relay: to, what } = arrival;
    const isFrame = what === ARRIVAL.frame || what >= ARRIVAL.request;
    let delayUs = 0;
    if (isFrame) {
      for (const { index, fault } of conditions.between('loss', from, to, nowUs)) {
        const { ratio, retransmitted } = fault.plan;
        this.reseed(arrival, nowUs, index);
        for (let lost = 0; lost < RETRANSMISSIONS_MAX && this.random.random() < ratio; lost++) {
          happened(index);
          if (!retransmitted) return 'dropped';
          delayUs += RETRANSMIT_US * 2 ** lost;
        }
      }
    }
    if (what === ARRIVAL.frame && !this.copies.has(arrival)) {
      for (const { index, fault } of conditions.between('duplication', from, to, nowUs)) {
        this.reseed(arrival, nowUs, index);
        if (this.random.random() >= fault.plan.ratio) continue;
        happened(index);
        this.copies.add(copy(arrival, nowUs + COPY_AFTER_US));
      }
    }
    for (const { index, fault } of conditions.between('latency', from, to, nowUs)) {
      const { factor, bySeconds } = fault.plan;
      const oneWayUs = Math.round((factor - 1) * this.parts.latencyUs(from, to) + bySeconds * 1e6);
      delayUs += oneWayUs * crossings(arrival);
      happened(index);
    }
    if (delayUs > 0) return this.holdBack(arrival, rank, nowUs + delayUs);
    if (what !== ARRIVAL.frame) return 'arrives';
    for (const { index, fault } of conditions.between('reordering', from, to, nowUs)) {
      this.reseed(arrival, nowUs, index);
      if (this.random.random() >= fault.plan.ratio || fault.plan.bySeconds === 0) continue;
      happened(index);
      const untilUs = nowUs + Math.max(1, Math.round(fault.plan.bySeconds * 1e6));
      this.held.set(arrival, untilUs);
      hold(arrival, rank, untilUs); // and nothing waits behind it
      return 'held';
    }
    return 'arrives';
  }

  private holdBack(arrival: Arrival, rank: number, untilUs: number): PathVerdict {
    const lane = this.lane(arrival.from, arrival.relay);
    const inOrderUs = Math.max(untilUs, this.behindUs.get(lane) ?? 0);
    this.behindUs.set(lane, inOrderUs);
    this.held.set(arrival, inOrderUs);
    this.parts.hold(arrival, rank, inOrderUs);
    return 'held';
  }

  private lane(from: number, to: number): number {
    return from * this.parts.hosts + to;
  }

  private reseed({ relay, kind, detail }: Arrival, nowUs: number, fault: number): void {
    this.random.reseed(relay, nowUs, kind * 64 + fault + detail);
  }
}

/** How often an arrival has crossed the distance, with the round trips that came before it. */
function crossings({ what, detail }: Arrival): number {
  if (what !== ARRIVAL.request) return 1;
  return detail % 2 === 1 ? REQUEST_ON_NEW_CONNECTION_CROSSINGS : REQUEST_CROSSINGS;
}
