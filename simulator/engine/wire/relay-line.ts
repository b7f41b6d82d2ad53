/**
 * A relay's line to the others: an uplink with a queue, then the latency of the link, as the gossipsub engine has it.
 *
 * What a relay writes on any of its connections leaves in order at the uplink's rate; it is written to the socket when it
 * would arrive, since loopback takes no time. A cut holds everything up, in order, as TCP does that sends again what was
 * lost; a connection that outlives its peers' patience is closed by them, and what it holds is lost.
 */

import type { FaultConditions } from '../gossipsub/faults/conditions.ts';
import { Uplink } from '../gossipsub/uplink.ts';
import type { Deadlines } from './deadlines.ts';
import type { RunClock } from './run-clock.ts';

/** TCP waits at least so long before it sends again (Linux). */
const RETRANSMIT_US = 200_000;
const CUT_LOOK_EVERY_US = 60_000_000;

export interface LineParts {
  readonly relay: number;
  readonly uplinkBitsPerSecond: number;
  /** One way to any relay, microseconds. */
  readonly latencyUs: (peer: number) => number;
  readonly deadlines: Deadlines;
  readonly clock: RunClock;
  /** Faults of the network; null in a run without. */
  readonly conditions: FaultConditions | null;
  /** Told of each effect of a fault. */
  readonly happened: (fault: number) => void;
}

export class RelayLine {
  /** Everything that was put on the uplink. */
  sentBytes = 0;
  private readonly parts: LineParts;
  private readonly uplink: Uplink;
  /** Whether the uplink knows what faults do to its rate; when that is follows from when the run has begun. */
  private isPlanned = false;

  constructor(parts: LineParts) {
    this.parts = parts;
    this.uplink = new Uplink(parts.uplinkBitsPerSecond);
  }

  get relay(): number {
    return this.parts.relay;
  }

  /** The way of one connection to a peer. */
  to(peer: number): LinkQueue {
    return new LinkQueue(this, this.parts, peer);
  }

  /** Queues so many bytes; answers when the last of them arrives. */
  arrivesUs(peer: number, bytes: number): number {
    const { conditions, clock, deadlines, relay, latencyUs, happened } = this.parts;
    this.sentBytes += bytes;
    let oneWayUs = latencyUs(peer);
    if (conditions !== null && clock.hasBegun) {
      const { nowUs } = clock;
      if (!this.isPlanned) this.plan(conditions);
      for (const { index, fault } of conditions.between('latency', relay, peer, nowUs)) {
        oneWayUs += (fault.plan.factor - 1) * latencyUs(peer) + fault.plan.bySeconds * 1e6;
        happened(index);
      }
    }
    return this.uplink.send(deadlines.nowUs, bytes) + oneWayUs;
  }

  private plan(conditions: FaultConditions): void {
    const { clock, relay } = this.parts;
    this.isPlanned = true;
    this.uplink.plan(
      conditions
        .rateChanges(relay)
        .map(({ fromUs, factor }) => ({ fromUs: clock.deadlineOf(fromUs), factor })),
    );
  }

  /** When a cut between this relay and a peer that holds now is over; 0 for none. */
  heldUntilUs(peer: number): number {
    const { conditions, clock, relay, happened } = this.parts;
    if (conditions === null || !clock.hasBegun) return 0;
    const { nowUs } = clock;
    const cut = conditions.cut(relay, peer, nowUs);
    if (cut === null) return 0;
    happened(cut.index);
    const untilUs = Math.min(cut.fault.untilUs + RETRANSMIT_US, nowUs + CUT_LOOK_EVERY_US);
    return clock.deadlineOf(untilUs);
  }
}

interface Waiting {
  readonly dueUs: number;
  readonly action: () => void;
}

/** What is on its way on one connection, first in first out. */
export class LinkQueue {
  private readonly line: RelayLine;
  private readonly parts: LineParts;
  private readonly peer: number;
  private readonly waiting: Waiting[] = [];
  private isClosed = false;

  constructor(line: RelayLine, parts: LineParts, peer: number) {
    this.line = line;
    this.parts = parts;
    this.peer = peer;
  }

  /** Has something done when so many bytes have arrived. */
  send(bytes: number, action: () => void): void {
    if (this.isClosed) return;
    const dueUs = Math.max(this.line.arrivesUs(this.peer, bytes), this.waiting.at(-1)?.dueUs ?? 0);
    this.waiting.push({ dueUs, action });
    if (this.waiting.length === 1) this.parts.deadlines.at(dueUs, this.deliver);
  }

  /** Resolves when what has been sent so far has arrived. */
  emptied(): Promise<void> {
    return new Promise((resolve) => {
      if (this.isClosed) resolve();
      else this.send(0, resolve);
    });
  }

  /** What is on its way is lost. */
  close(): void {
    this.isClosed = true;
    this.waiting.length = 0;
  }

  /** The first is due. The deadline said so, which may be early by half a grain. */
  private readonly deliver = (): void => {
    const first = this.waiting[0];
    if (first === undefined) return;
    const heldUs = this.line.heldUntilUs(this.peer);
    if (heldUs > 0) {
      this.parts.deadlines.at(heldUs, this.deliver);
      return;
    }
    this.waiting.shift();
    first.action();
    const next = this.waiting[0];
    if (next !== undefined) this.parts.deadlines.at(next.dueUs, this.deliver);
  };
}
