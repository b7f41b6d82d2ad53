/**
 * Carries out the faults of a scenario on the relays of one thread.
 *
 * What lies on the way between two relays follows from the schedule by itself (rough-path.ts); here stands what
 * happens to a relay at a moment: it crashes and comes back, stands still, or finds its links dead.
 */

import type { Stage } from '../../../measure/outcome.ts';
import { randomStream } from '../../random.ts';
import type { VirtualClock } from '../../virtual-clock.ts';
import type { FaultConditions } from './conditions.ts';
import { OutsideEvent, Processes } from './processes.ts';
import { PATIENCE_US } from './rough-path.ts';

/**
 * When an end of a link notices that nothing comes back: a ping every ten seconds (js-libp2p's connection monitor)
 * that is given five.
 */
const NOTICE_AFTER_US = 5_000_000;
const NOTICE_WITHIN_US = PATIENCE_US - NOTICE_AFTER_US;
/** Once more for links that were being made when the cut began. */
const NOTICE_AGAIN_US = 30_000_000;

/** What the driver does to relays of its thread. */
export interface FaultyNetwork {
  readonly relays: number;
  readonly isLocal: (relay: number) => boolean;
  /** Whether the relay has ever started. */
  readonly hasStarted: (relay: number) => boolean;
  readonly crash: (relay: number) => void;
  readonly restart: (relay: number) => void;
  /** Readies the relay's router for standing still. */
  readonly wake: (relay: number) => void;
  /** Closes the relay's links that a condition is true of; answers how many. */
  readonly dropLinks: (relay: number, isLost: (peer: number) => boolean) => number;
  /** The relay's clock has been set: what waits for a time of that clock waits anew. */
  readonly clockSet: (relay: number) => void;
}

export interface FaultDriverParts {
  readonly clock: VirtualClock;
  readonly conditions: FaultConditions;
  readonly network: FaultyNetwork;
  readonly seed: number;
  readonly isRelease: (sha256: string) => boolean;
}

export class FaultDriver {
  /** How often each fault had an effect here. */
  readonly effects: number[];
  readonly conditions: FaultConditions;
  readonly processes: Processes;
  private readonly parts: FaultDriverParts;
  /** Faults that keep each relay down now. */
  private readonly down: Uint32Array;
  /** How often each relay has died at a step, by fault. */
  private readonly deaths = new Map<string, number>();

  constructor(parts: FaultDriverParts) {
    const { clock, conditions, network, isRelease } = parts;
    this.parts = parts;
    this.conditions = conditions;
    this.effects = conditions.faults.map(() => 0);
    this.down = new Uint32Array(network.relays);
    this.processes = new Processes({
      clock,
      conditions,
      relays: network.relays,
      happened: this.happened,
      reached: (relay, step) => this.reached(relay, step),
      isRelease,
    });
  }

  readonly happened = (fault: number): void => {
    this.effects[fault]!++;
  };

  isDown(relay: number): boolean {
    return this.down[relay]! > 0;
  }

  /** Schedules everything that the plan gives a time to. */
  plan(): void {
    const { network } = this.parts;
    for (const [index, { plan, hits }] of this.conditions.faults.entries()) {
      if (plan.kind === 'partition') this.planNotice(index);
      for (let relay = 0; relay < network.relays; relay++) {
        if (hits[relay] === 1 && network.isLocal(relay)) this.planOn(relay, index);
      }
    }
  }

  private planOn(relay: number, index: number): void {
    const { clock, network } = this.parts;
    const { plan, fromUs, untilUs } = this.conditions.faults[index]!;
    const at = (timeUs: number, action: () => void): void => {
      if (Number.isFinite(timeUs)) clock.plan(timeUs, new OutsideEvent(relay, action));
    };
    switch (plan.kind) {
      case 'crash':
      case 'publisher-lost':
        if (plan.step !== null) return;
        at(fromUs, () => {
          if (this.crash(relay, index)) this.restartAt(relay, untilUs);
        });
        return;
      case 'pause':
        at(fromUs, () => {
          if (!network.hasStarted(relay) || this.isDown(relay)) return;
          this.happened(index);
          network.wake(relay);
          this.processes.pause(relay, untilUs);
        });
        return;
      case 'bandwidth': // the uplink has known it from the start
        at(fromUs, () => this.happened(index));
        return;
      case 'clock-skew':
        at(fromUs, () => {
          this.happened(index);
          network.clockSet(relay);
        });
        at(untilUs, () => network.clockSet(relay));
        return;
      default:
    }
  }

  /** A relay on either side finds out that its links across the cut are dead, at a time of its own. */
  private planNotice(index: number): void {
    const { clock, network, seed } = this.parts;
    const { fromUs, untilUs } = this.conditions.faults[index]!;
    const isLost = (relay: number) => (peer: number) =>
      this.conditions.cut(relay, peer, clock.nowUs) !== null ||
      this.conditions.cut(peer, relay, clock.nowUs) !== null;
    for (let relay = 0; relay < network.relays; relay++) {
      if (!network.isLocal(relay)) continue;
      const ownUs = randomStream(seed, `notices cut ${index}`, relay).integer(NOTICE_WITHIN_US);
      const notice = (): void => {
        const lost = network.dropLinks(relay, isLost(relay));
        this.effects[index]! += lost;
      };
      const firstUs = fromUs + NOTICE_AFTER_US + ownUs;
      for (const atUs of [firstUs, firstUs + NOTICE_AGAIN_US]) {
        if (atUs < untilUs) clock.plan(atUs, new OutsideEvent(relay, notice));
      }
    }
  }

  /** An update has reached a step: relays that are to die of it do, at once. */
  private reached(relay: number, step: Stage): void {
    const { clock } = this.parts;
    for (const [index, { plan, fromUs, hits }] of this.conditions.faults.entries()) {
      if (plan.kind !== 'crash' || plan.step !== step || hits[relay] !== 1 || clock.nowUs < fromUs) continue;
      const key = `${index}/${relay}`;
      const deaths = this.deaths.get(key) ?? 0;
      if (deaths >= plan.times) continue;
      this.deaths.set(key, deaths + 1);
      this.processes.kill(relay);
      const { nowUs } = clock;
      const die = (): void => {
        if (this.crash(relay, index))
          this.restartAt(relay, nowUs + Math.max(1, Math.round(plan.forSeconds * 1e6)));
      };
      clock.schedule(nowUs, new OutsideEvent(relay, die));
      return;
    }
  }

  /** False for a relay that has not begun. */
  private crash(relay: number, index: number): boolean {
    const { network } = this.parts;
    if (!network.hasStarted(relay)) return false;
    this.happened(index);
    this.down[relay]!++;
    if (this.down[relay] !== 1) return true;
    this.processes.kill(relay);
    network.crash(relay);
    return true;
  }

  private restartAt(relay: number, timeUs: number): void {
    const { clock, network } = this.parts;
    if (!Number.isFinite(timeUs)) return;
    const restart = (): void => {
      this.down[relay]!--;
      if (this.isDown(relay)) return;
      this.processes.revive(relay);
      network.restart(relay);
    };
    clock.schedule(timeUs, new OutsideEvent(relay, restart));
  }
}
