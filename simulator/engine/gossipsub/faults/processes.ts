/**
 * The processes of a thread's relays: which run, which stand still, and what their disks hold.
 *
 * Events of a process that stands still wait until it goes on: timers first, then what has arrived, sender by
 * sender in order. Timers of a process that has died never fire.
 */

import type { Clock, Environment } from '../../../../node/environment.ts';
import type { StageObserver } from '../../../../node/updates/stage-observer.ts';
import type { Stage } from '../../../measure/outcome.ts';
import type { FaultKind } from '../../../scenario/fault-plan.ts';
import { Call, type SimulationEvent, type VirtualClock, VirtualTimer } from '../../virtual-clock.ts';
import type { ProcessLife } from '../update-life.ts';
import type { FaultConditions } from './conditions.ts';
import { RelayDisk } from './relay-disk.ts';
import { guarded, guardedObserver, RelayProcess } from './relay-process.ts';

const DEADLY: readonly FaultKind[] = ['crash', 'publisher-lost'];
const OF_DISK: readonly FaultKind[] = ['crash', 'publisher-lost', 'disk-full', 'disk-corrupt'];

/** Something that happens to a relay and is not of its process: it takes place whatever the process does. */
export class OutsideEvent extends Call {}

export interface ProcessesParts {
  readonly clock: VirtualClock;
  readonly conditions: FaultConditions;
  readonly relays: number;
  /** Told of each effect of a fault. */
  readonly happened: (fault: number) => void;
  /** Told that an update has reached a step on a relay whose process lives. */
  readonly reached: (relay: number, step: Stage) => void;
  /** Whether a module is one of the developers' releases. */
  readonly isRelease: (sha256: string) => boolean;
}

export class Processes {
  private readonly parts: ProcessesParts;
  private readonly processes = new Map<number, RelayProcess>();
  private readonly disks = new Map<number, RelayDisk>();
  /** From when on timers of a relay count; infinite while it is down. */
  private readonly bornUs: Float64Array;
  private readonly pausedUntilUs: Float64Array;
  /** Timers that a pause has put off. */
  private readonly late = new WeakSet<VirtualTimer>();

  constructor(parts: ProcessesParts) {
    this.parts = parts;
    this.bornUs = new Float64Array(parts.relays);
    this.pausedUntilUs = new Float64Array(parts.relays);
    parts.clock.eventGate = (event, rank) => this.admits(event, rank);
  }

  /** The process ends here and now; the rest of what it does in this event has no effect. */
  kill(relay: number): void {
    const process = this.processes.get(relay);
    if (process !== undefined) process.alive = false;
    this.bornUs[relay] = Number.POSITIVE_INFINITY;
    this.pausedUntilUs[relay] = 0;
  }

  /** A process comes in place of one that was ended in good order: it does not stand still as that one did. */
  replace(relay: number): void {
    this.pausedUntilUs[relay] = 0;
  }

  /** A new process begins. */
  revive(relay: number): void {
    this.bornUs[relay] = this.parts.clock.nowUs;
  }

  /** The process stands still until then; later than a pause that is on already. */
  pause(relay: number, untilUs: number): void {
    this.pausedUntilUs[relay] = Math.max(this.pausedUntilUs[relay]!, untilUs);
  }

  /** Whether a timer fires late: then the router finds its rhythm anew, and must not sleep through that. */
  isLate(timer: VirtualTimer): boolean {
    return this.late.delete(timer);
  }

  /** The relay's own clock. */
  clockOf(relay: number): Clock {
    const { clock, conditions } = this.parts;
    if (!conditions.everHits(['clock-skew'], relay)) return clock;
    return { nowMs: () => clock.nowMs() + conditions.skewMs(relay, clock.nowUs) };
  }

  /** The ports of the relay's next process, if it can die. */
  guard(relay: number, environment: Environment): Environment {
    if (!this.parts.conditions.everHits(DEADLY, relay)) return environment;
    const process = new RelayProcess();
    this.processes.set(relay, process);
    return guarded(environment, process);
  }

  /** What the relay's present process lives on; null where neither process nor disk ever fails. */
  lifeOf(relay: number): ProcessLife | null {
    if (!this.parts.conditions.everHits(OF_DISK, relay)) return null;
    const process = this.processes.get(relay) ?? new RelayProcess();
    const reached = (step: Stage, sha256: string): void => {
      if (process.alive && this.parts.isRelease(sha256)) this.parts.reached(relay, step);
    };
    return {
      stores: this.diskOf(relay).open(() => process.alive),
      isAlive: () => process.alive,
      observer: (observer) => steppingObserver(guardedObserver(observer, process), reached),
      reached,
    };
  }

  private diskOf(relay: number): RelayDisk {
    const known = this.disks.get(relay);
    if (known !== undefined) return known;
    const { clock, conditions, happened } = this.parts;
    const isInForce = (kind: FaultKind) => (): boolean => {
      let found = false;
      for (const { index } of conditions.between(kind, relay, relay, clock.nowUs)) {
        happened(index);
        found = true;
      }
      return found;
    };
    const disk = new RelayDisk({ isFull: isInForce('disk-full'), isCorrupt: isInForce('disk-corrupt') });
    this.disks.set(relay, disk);
    return disk;
  }

  private admits(event: SimulationEvent, rank: number): boolean {
    if (event instanceof OutsideEvent) return true;
    const { clock } = this.parts;
    const { relay } = event;
    if (event instanceof VirtualTimer && event.startedUs < this.bornUs[relay]!) {
      event.cancel();
      return false;
    }
    const untilUs = this.pausedUntilUs[relay]!;
    if (!(clock.nowUs <= untilUs)) return true;
    // What the router's timers put off comes first, whichever order they were started in.
    const isTimer = event instanceof VirtualTimer;
    if (isTimer && clock.nowUs === untilUs) return true;
    if (isTimer) this.late.add(event);
    clock.scheduleRanked(isTimer ? untilUs : untilUs + 1, rank, event);
    return false;
  }
}

/** Tells of each step after it has been recorded. */
function steppingObserver(
  observer: StageObserver,
  reached: (step: Stage, sha256: string) => void,
): StageObserver {
  return {
    ...observer,
    onHeard: (target, arrival) => {
      observer.onHeard(target, arrival);
      reached('heard', target.sha256);
    },
    onVerified: (target) => {
      observer.onVerified(target);
      reached('verified', target.sha256);
    },
    onStaged: (target) => {
      observer.onStaged(target);
      reached('staged', target.sha256);
    },
  };
}
