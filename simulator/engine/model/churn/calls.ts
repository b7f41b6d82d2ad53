/** What is planned in words: an action of any kind as an event of the calendar. */

import { codeOf, EVENT, type World } from '../world.ts';
import type { LivingRelay } from './living-relay.ts';

/** Called with the numbers that it was planned with, so that what is planned often is one function and not many. */
type Action = (first: number, second: number) => void;
type RelayAction = (relay: LivingRelay, number: number) => void;

/** What is planned lies together in one column: two numbers, and when it was planned. */
const PLAN = 4;
const FIRST = 0;
const SECOND = 1;
const PLANNED_US = 2;
const FIRST_PLANS = 1024;

export class Calls {
  private readonly world: World;
  private readonly actions: (Action | RelayAction | null)[] = [];
  /** Whose process each of them is of; null for those that wait for nobody. */
  private readonly relays: (LivingRelay | null)[] = [];
  private numbers = new Float64Array(FIRST_PLANS * PLAN);
  private readonly free: number[] = [];

  constructor(world: World) {
    this.world = world;
  }

  /** Plans an action in the name of a host, or of the one after all of them for nobody. */
  at(timeUs: number, host: number, action: Action, first = 0, second = 0): void {
    this.plan(timeUs, host, null, action, first, second);
  }

  /** Plans something for a relay as its own timers do, to the microsecond, as long as its process lives. */
  after(delayMs: number, relay: LivingRelay, action: RelayAction, number = 0): void {
    const timeUs = this.world.nowUs + Math.round(1000 * delayMs);
    this.plan(timeUs, relay.index, relay, action, relay.process, number);
  }

  /** When the action whose time has come was planned. */
  plannedAtUs(number: number): number {
    return this.numbers[number * PLAN + PLANNED_US];
  }

  /** Its time has come. */
  fire(number: number): void {
    const action = this.actions[number];
    const relay = this.relays[number];
    const first = this.numbers[number * PLAN + FIRST];
    const second = this.numbers[number * PLAN + SECOND];
    this.actions[number] = this.relays[number] = null;
    this.free.push(number);
    if (relay === null) (action as Action)(first, second);
    else if (relay.process === first) (action as RelayAction)(relay, second);
  }

  private plan(
    timeUs: number,
    host: number,
    relay: LivingRelay | null,
    action: Action | RelayAction,
    first: number,
    second: number,
  ): void {
    const number = this.free.pop() ?? this.actions.length;
    this.actions[number] = action;
    this.relays[number] = relay;
    const at = number * PLAN;
    if (at >= this.numbers.length) this.grow();
    const { numbers, world } = this;
    numbers[at + FIRST] = first;
    numbers[at + SECOND] = second;
    numbers[at + PLANNED_US] = world.nowUs;
    world.calendar.push(timeUs, host, 0, host, codeOf(EVENT.call, number));
  }

  private grow(): void {
    const larger = new Float64Array(2 * this.numbers.length);
    larger.set(this.numbers);
    this.numbers = larger;
  }
}
