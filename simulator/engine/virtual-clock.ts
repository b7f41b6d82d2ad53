/**
 * The virtual clock: takes one event at a time, sets the time, and lets everything it causes settle.
 *
 * After each event the promise queue is drained before the next one is taken: an asynchronous function
 * in a relay finishes at the virtual instant at which it was called, unless it waits for another event.
 */

import { EventQueue, eventRank, eventSource, SOURCES_MAX } from './event-queue.ts';
import { EVENT_KIND, EventRandom } from './event-random.ts';
import { InvariantError } from './invariants/violation.ts';
import { atNextWallTurn, wallTurn } from './wall.ts';

/** Virtual time zero as milliseconds since 1970: the hour of the population's snapshot. */
export const EPOCH_MS = Date.UTC(2025, 10, 9, 1);

/** Something that happens to one relay at one virtual instant. */
export interface SimulationEvent {
  /** The relay it happens to; `clock.system` for none. */
  readonly relay: number;
  /** One of EVENT_KIND, for the random numbers drawn meanwhile. */
  readonly kind: number;
  fire(): void;
}

/** A handle as Node's timers give, firing in virtual time. */
export class VirtualTimer implements SimulationEvent {
  readonly relay: number;
  readonly kind = EVENT_KIND.timer;
  readonly callback: (...args: unknown[]) => void;
  /** Microseconds between two firings of an interval; 0 for a timer that fires once. */
  readonly everyUs: number;
  /** When it was started; of an interval, the first time. */
  readonly startedUs: number;
  private readonly args: readonly unknown[];
  private readonly clock: VirtualClock;
  private active = true;

  constructor(
    clock: VirtualClock,
    callback: (...args: unknown[]) => void,
    args: readonly unknown[],
    everyUs: number,
  ) {
    this.clock = clock;
    this.relay = clock.currentRelay;
    this.startedUs = clock.nowUs;
    this.callback = callback;
    this.args = args;
    this.everyUs = everyUs;
  }

  fire(): void {
    if (!this.active) return;
    if (this.everyUs === 0) this.active = false;
    if (this.clock.timerGate(this)) this.callback(...this.args);
    if (this.active) this.clock.schedule(this.clock.nowUs + this.everyUs, this);
  }

  cancel(): void {
    this.active = false;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  hasRef(): boolean {
    return true;
  }
}

/** A plain function to run at one relay; told the relay and a detail, one function can do for many calls. */
export class Call implements SimulationEvent {
  readonly relay: number;
  readonly kind = EVENT_KIND.call;
  private readonly action: (relay: number, detail: number) => void;
  private readonly detail: number;

  constructor(relay: number, action: (relay: number, detail: number) => void, detail = 0) {
    this.relay = relay;
    this.action = action;
    this.detail = detail;
  }

  fire(): void {
    this.action(this.relay, this.detail);
  }
}

const NO_ARGUMENTS: readonly unknown[] = [];

type TickCallback = () => void;

export class VirtualClock {
  nowUs = 0;
  /** Events that took place so far. */
  eventsFired = 0;
  /** The relay that the current event happens to; it is the source of what the event schedules. */
  currentRelay: number;
  /** The relay that caused the current event, which decides the order of events at one instant. */
  currentSource: number;
  /** The source of events that belong to no relay. */
  readonly system: number;
  readonly random: EventRandom;
  /** Asked before a timer's callback runs; false skips it. */
  timerGate: (timer: VirtualTimer) => boolean = () => true;
  /** Asked before an event takes place; false keeps it from that: whoever asks for it later schedules it again. */
  eventGate: ((event: SimulationEvent, rank: number) => boolean) | null = null;
  /**
   * Asked before an event takes place whether it has dealt with it: with one that causes no event, draws nothing and
   * leaves no promise.
   */
  shortcut: ((event: SimulationEvent) => boolean) | null = null;
  /** The rank of the event that takes place. */
  currentRank = 0;
  /** Ends the run after the event that set it. */
  failure: Error | null = null;
  private readonly queue = new EventQueue<SimulationEvent>();
  private readonly sequences: Uint32Array;

  constructor(hosts: number, seed: number) {
    if (hosts >= SOURCES_MAX) throw new RangeError(`at most ${SOURCES_MAX - 1} hosts, not ${hosts}`);
    this.system = hosts;
    this.currentRelay = hosts;
    this.currentSource = hosts;
    this.random = new EventRandom(seed);
    this.sequences = new Uint32Array(hosts + 1);
  }

  /** Virtual time as Date.now gives it: whole milliseconds since 1970. */
  nowMs(): number {
    return EPOCH_MS + Math.floor(this.nowUs / 1000);
  }

  get nextTimeUs(): number {
    return this.queue.nextTimeUs;
  }

  /** The rank of the next event that the current relay causes; used up by the call. */
  takeRank(): number {
    return this.rankOf(this.currentRelay);
  }

  schedule(timeUs: number, event: SimulationEvent): void {
    this.queue.push(timeUs, this.takeRank(), event);
  }

  /** Schedules in the name of `source` instead of the current relay. */
  scheduleAs(source: number, timeUs: number, event: SimulationEvent): void {
    this.queue.push(timeUs, this.rankOf(source), event);
  }

  /** Starts a timer of the current relay; an interval's later firings are `everyUs` apart. */
  startTimer(
    callback: (...args: unknown[]) => void,
    delayUs: number,
    everyUs = 0,
    args: readonly unknown[] = NO_ARGUMENTS,
  ): VirtualTimer {
    const timer = new VirtualTimer(this, callback, args, everyUs);
    this.schedule(this.nowUs + delayUs, timer);
    return timer;
  }

  /** Adds an event that another thread ranked. */
  scheduleRanked(timeUs: number, rank: number, event: SimulationEvent): void {
    this.queue.push(timeUs, rank, event);
  }

  /** Adds an event of the plan, as if `relay` itself had scheduled it. */
  plan(timeUs: number, event: SimulationEvent): void {
    this.queue.plan(timeUs, this.rankOf(event.relay), event);
  }

  /** Events that have not taken place. */
  waiting(): IterableIterator<SimulationEvent> {
    return this.queue.waiting();
  }

  /** Forgets the events that have not taken place but for those that `isKept` names. */
  forgetAllBut(isKept: (event: SimulationEvent) => boolean): void {
    const { queue } = this;
    const kept: [timeUs: number, rank: number, event: SimulationEvent][] = [];
    while (queue.size > 0) {
      const [timeUs, rank] = [queue.nextTimeUs, queue.nextRank];
      const event = queue.pop();
      if (isKept(event)) kept.push([timeUs, rank, event]);
    }
    for (const [timeUs, rank, event] of kept) queue.push(timeUs, rank, event);
  }

  /** Runs every event before `endUs`, or until `interrupted` (asked every 1,024 events) says so. */
  runUntil(endUs: number, drain: TickCallback, interrupted: () => boolean): void {
    const { queue } = this;
    for (let taken = 1; queue.nextTimeUs < endUs; taken++) {
      if (this.fireNext()) drain();
      if (this.failure !== null) throw this.failure;
      if ((taken & 1023) === 0 && interrupted()) return;
    }
  }

  /** The same on the event loop's own turns: some thirty times slower an event, for engines without `drain`. */
  async runUntilByTurns(endUs: number, interrupted: () => boolean): Promise<void> {
    for (let taken = 1; this.queue.nextTimeUs < endUs; taken++) {
      if (this.fireNext()) await wallTurn();
      if (this.failure !== null) throw this.failure;
      if ((taken & 1023) === 0 && interrupted()) return;
    }
  }

  /** The rank of the next event that a source causes. */
  private rankOf(source: number): number {
    return eventRank(source, this.sequences[source]++);
  }

  /** Whether it may have left promises. */
  private fireNext(): boolean {
    const { queue } = this;
    const timeUs = queue.nextTimeUs;
    if (timeUs < this.nowUs) {
      const { nowUs } = this;
      const what = `virtual time ran backwards, from ${nowUs} to ${timeUs} us`;
      throw new InvariantError({ invariant: 'time-rises', timeUs: nowUs, relay: null, what });
    }
    this.nowUs = timeUs;
    const rank = queue.nextRank;
    const event = queue.pop();
    if (this.eventGate !== null && !this.eventGate(event, rank)) return true;
    this.eventsFired++;
    if (this.shortcut?.(event) === true) return false;
    this.currentRank = rank;
    this.currentSource = eventSource(rank);
    this.currentRelay = event.relay;
    this.random.reseed(event.relay, timeUs, event.kind);
    event.fire();
    return true;
  }
}

/**
 * Node's own way to drain ticks and promises, or null where this Node has none that works.
 *
 * It is not a public API, so it is tried out first. It works only outside of promise callbacks, which is
 * why the trial and every run start from a turn of the event loop.
 */
export function findDrain(): Promise<TickCallback | null> {
  const candidate = (process as unknown as { _tickCallback?: TickCallback })._tickCallback;
  if (typeof candidate !== 'function') return Promise.resolve(null);
  const drain = candidate.bind(process);
  return new Promise((resolve) => {
    atNextWallTurn(() => {
      let settled = 0;
      const chain = async (): Promise<void> => {
        await null;
        settled++;
        await new Promise<void>((next) => process.nextTick(next));
        settled++;
      };
      chain();
      drain();
      const works = settled === 2;
      atNextWallTurn(() => resolve(works ? drain : null));
    });
  });
}
