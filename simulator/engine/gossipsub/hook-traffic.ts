/**
 * Traffic that reaches the hooks: a relay's cells come at a rate, and a module goes live and is tried with them.
 *
 * A relay moves `utilization` of its advertised bandwidth in cells, and each cell reaches the hook once that a module
 * waits at: the cell hook with an ordinary data cell, any other with the first of its vectors. Arrivals are taken as
 * Poisson, so the wait for the k-th cell is an Erlang draw from any instant on. Only a relay that waits for a switch,
 * or has a module on trial, needs events. A trial's first cells come one by one and later ones in growing bursts,
 * which end a trial (or a rollback) late by one burst at most.
 *
 * On the fast path bursts that decide nothing are no events: what comes of a trial whose module answers well is known
 * when it has answered once. They are counted with the first burst that may decide something, or when something else
 * happens to the slot before.
 */

import type { RelayCore } from '../../../node/core.ts';
import { CellFlag, CircuitState, cellAdmission } from '../../../node/hooks/catalogue/cell-admission.ts';
import { CELL, CELL_BYTES, RELAY } from '../../../node/hooks/catalogue/cell-commands.ts';
import type { AnyHook } from '../../../node/hooks/define-hook.ts';
import { NEVER_MS } from '../../../node/updates/activation-policy.ts';
import { randomStream } from '../random.ts';
import { Call, type VirtualClock } from '../virtual-clock.ts';
import type { Job } from './job.ts';

/** A trial of 1,000 cells takes some 25 events. */
export const BURST_CELLS_MAX = 64;

/** Cells that reach a relay's hook. */
export class CellsArrive extends Call {}

/** What cells need to know of the relay that they come to. */
export interface HookSurroundings {
  /** Whether this core is the relay's, and not that of a process that has died. */
  readonly isRunning: (relay: number, core: RelayCore) => boolean;
  /** How far the relay's clock is ahead, in milliseconds. */
  readonly skewMs: (relay: number) => number;
  /**
   * Whether nothing but these cells and the relay's own updates comes to its slots, so that bursts can be counted late.
   * Who says so tells of every slot that is rolled back.
   */
  readonly isAlone: boolean;
}

/** What of a job decides about cells. */
export interface CellJob extends Pick<Job, 'scenario' | 'policies'> {
  readonly population: Pick<Job['population'], 'advertisedBytesPerSecond'>;
}

/** A clock of virtual time or of real time. */
export type CellClock = Pick<VirtualClock, 'nowUs' | 'nowMs' | 'schedule'>;

export class HookTraffic {
  private readonly job: CellJob;
  private readonly clock: CellClock;
  /** Relays' hooks at which modules have waited, by relay and hook. */
  private readonly places = new Map<string, Place>();
  private readonly surroundings: HookSurroundings;

  constructor(job: CellJob, clock: CellClock, surroundings: HookSurroundings) {
    this.surroundings = surroundings;
    this.job = job;
    this.clock = clock;
  }

  /**
   * Brings cells to a relay with a module in line or on trial, until the trial is over.
   *
   * To be called when a module has been staged, which may switch from `notBeforeMs` of the relay's clock on. A
   * series that is under way for an earlier module gives way, so that the new one goes live with the next cell.
   */
  expectCells(relay: number, core: RelayCore, hook: AnyHook, notBeforeMs: number): void {
    const { population, scenario } = this.job;
    const { utilization } = scenario.traffic;
    const meanWaitUs = meanCellWaitUs(utilization, population.advertisedBytesPerSecond[relay]);
    if (meanWaitUs === Number.POSITIVE_INFINITY) return; // nothing ever reaches the hooks of a relay without traffic
    const place = this.placeOf(relay, hook);
    const waitMs = Math.max(0, notBeforeMs - this.clock.nowMs() - this.surroundings.skewMs(relay));
    const fromUs = this.clock.nowUs + waitMs * 1000;
    const begin = (): void => {
      this.settle(place);
      place.held = null;
      const slot = core.slot(hook);
      this.expect(
        this.series({ relay, place, core, hook, slot, args: ordinaryCell(hook), meanWaitUs }, 1),
        fromUs,
      );
    };
    if (this.job.policies === null || waitMs === 0) begin();
    else this.hold(relay, place, notBeforeMs, fromUs, begin);
  }

  private placeOf(relay: number, { id }: AnyHook): Place {
    const name = `${relay}/${id}`;
    let place = this.places.get(name);
    if (place === undefined) this.places.set(name, (place = { series: 0, held: null, uncounted: null }));
    return place;
  }

  /** Until the operator agrees, the trial of the module before goes on. */
  private hold(relay: number, place: Place, notBeforeMs: number, fromUs: number, begin: () => void): void {
    const hold = Symbol();
    place.held = hold;
    if (notBeforeMs >= NEVER_MS) return;
    const end = (): void => {
      if (place.held === hold) begin(); // else another module has come in line since
    };
    this.clock.schedule(fromUs, new CellsArrive(relay, end));
  }

  /** The series of cells that is the valid one from now on, with so many at first. */
  private series(parts: SeriesParts, cells: number): Burst {
    const series = ++parts.place.series;
    const event = new CellsArrive(parts.relay, () => this.arrive(burst));
    const burst: Burst = { ...parts, series, event, cells, dueUs: this.clock.nowUs };
    return burst;
  }

  private expect(burst: Burst, fromUs: number): void {
    burst.dueUs = this.arriveUs(burst, fromUs);
    if (this.surroundings.isAlone) this.skipUndecided(burst, fromUs);
    this.clock.schedule(burst.dueUs, burst.event);
  }

  private arriveUs({ relay, hook, cells, meanWaitUs }: Cells, fromUs: number): number {
    return cellsArriveUs(this.job.scenario.seed, relay, hook.id, fromUs, cells, meanWaitUs);
  }

  /**
   * Goes on from a burst to the last but one that decides nothing: the last is scheduled when the one before it has come,
   * as ever, and so keeps its place among the events of its instant.
   */
  private skipUndecided(burst: Burst, fromUs: number): void {
    const { place, slot, args, cells } = burst;
    let left = slot.undecidedCalls(...args);
    let calls = 0;
    for (let next = cellsAfter(burst.cells); burst.cells + next <= left; next = cellsAfter(next)) {
      left -= burst.cells;
      calls += burst.cells;
      burst.cells = next;
      burst.dueUs = this.arriveUs(burst, burst.dueUs);
    }
    if (calls > 0) place.uncounted = { burst, fromUs, cells, calls };
  }

  /** Counts those of the bursts which were left out that have come by now. The others are void: a new series begins. */
  private settle(place: Place): void {
    const { uncounted } = place;
    if (uncounted === null) return;
    uncounted.burst.slot.countUndecided(this.cellsTillNow(uncounted).came);
    place.uncounted = null;
  }

  /**
   * A slot has been rolled back from outside of its calls. With that a trial is over, and nobody asks any more for what
   * has been left out of it; but the next burst comes to whatever answers now.
   */
  rolledBack(relay: number, hook: AnyHook): void {
    const place = this.placeOf(relay, hook);
    const { uncounted } = place;
    if (uncounted === null) return;
    place.uncounted = null;
    const { burst, calls } = uncounted;
    const { came, next, nextUs } = this.cellsTillNow(uncounted);
    if (came === calls) return; // the next one is scheduled
    const own = this.series(burst, next);
    own.dueUs = nextUs;
    this.clock.schedule(nextUs, own.event);
  }

  /** How many cells of those bursts have come by now, and the next burst: how many, and when. */
  private cellsTillNow({ burst, fromUs, cells, calls }: Uncounted): {
    readonly came: number;
    readonly next: number;
    readonly nextUs: number;
  } {
    const { nowUs } = this.clock;
    let came = 0;
    let next = cells;
    let nextUs = this.arriveUs({ ...burst, cells: next }, fromUs);
    while (came < calls && nextUs <= nowUs) {
      came += next;
      next = cellsAfter(next);
      nextUs = this.arriveUs({ ...burst, cells: next }, nextUs);
    }
    return { came, next, nextUs };
  }

  /** Cells reach the hook; more will if it still has a module on trial, or in line and not held back. */
  private arrive(burst: Burst): void {
    const { relay, place, core, slot, args, series, cells } = burst;
    if (place.series !== series || !this.surroundings.isRunning(relay, core)) return;
    if (place.uncounted !== null) slot.countUndecided(place.uncounted.calls);
    place.uncounted = null;
    if (this.job.scenario.fidelity === 'fast') slot.repeat(cells, ...(args as []));
    else for (let cell = 0; cell < cells; cell++) slot.call(...(args as []));
    const isAwaited = (slot.pendingHash !== null && place.held === null) || slot.phase === 'trial';
    if (!isAwaited) return;
    burst.cells = cellsAfter(cells);
    // A process that has stood still meanwhile meets them late.
    this.expect(burst, Math.max(burst.dueUs, this.clock.nowUs));
  }
}

/** How many cells the burst after one of so many brings. */
function cellsAfter(cells: number): number {
  return Math.min(cells * 2, BURST_CELLS_MAX);
}

/** A hook of a relay. */
interface Place {
  /** Which series of cells is the valid one: the latest. */
  series: number;
  /** While a module waits for its operator, no cell is to be brought to it. */
  held: symbol | null;
  /** Bursts of the valid series that were left out, and come before the one that is scheduled; null without any. */
  uncounted: Uncounted | null;
}

interface SeriesParts {
  readonly relay: number;
  readonly place: Place;
  readonly core: RelayCore;
  readonly hook: AnyHook;
  readonly slot: ReturnType<RelayCore['slot']>;
  /** What each cell brings. */
  readonly args: readonly (number | bigint | Uint8Array)[];
  readonly meanWaitUs: number;
}

/** The next cells of a series. */
interface Burst extends SeriesParts {
  readonly series: number;
  readonly event: CellsArrive;
  cells: number;
  dueUs: number;
}

/** What of a burst decides how long it takes. */
type Cells = Pick<Burst, 'relay' | 'hook' | 'cells' | 'meanWaitUs'>;

/** Bursts that decide nothing, in a row. */
interface Uncounted {
  /** The one after them. */
  readonly burst: Burst;
  /** When the wait for the first of them began, and its cells. */
  readonly fromUs: number;
  readonly cells: number;
  /** Cells of all of them. */
  readonly calls: number;
}

/** What reaches a hook with each cell. */
const ORDINARY: ReadonlyMap<string, readonly (number | bigint | Uint8Array)[]> = new Map([
  [
    cellAdmission.id,
    [
      CELL.relay,
      RELAY.data,
      CircuitState.open,
      CellFlag.recognized | CellFlag.fromClient | CellFlag.knownStream,
    ],
  ],
]);

/** The arguments that an ordinary cell brings to a hook. */
export function ordinaryCell(hook: AnyHook): readonly (number | bigint | Uint8Array)[] {
  return ORDINARY.get(hook.id) ?? (hook.vectors[0]!.args as readonly (number | bigint | Uint8Array)[]);
}

/** How long it takes on average until the next cell reaches a relay's hooks, microseconds; Infinity for never. */
export function meanCellWaitUs(utilization: number, advertisedBytesPerSecond: number): number {
  return (1e6 * CELL_BYTES) / (utilization * advertisedBytesPerSecond);
}

/** When the next so many cells have come after a moment. Whoever asks gets the same answer. */
export function cellsArriveUs(
  seed: number,
  relay: number,
  hook: string,
  fromUs: number,
  cells: number,
  meanWaitUs: number,
): number {
  const stream = randomStream(seed, `next cells after ${fromUs} at ${hook}`, relay);
  return fromUs + Math.ceil(stream.erlang(cells, meanWaitUs));
}
