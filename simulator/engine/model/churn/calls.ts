/** What is planned in words: an action of any kind as an event of the calendar. */

import { codeOf, EVENT, type World } from '../world.ts';
import type { LivingRelay } from './living-relay.ts';

export class Calls {
  private readonly world: World;
  private readonly actions: ((() => void) | null)[] = [];
  /** When each of them was planned. */
  private readonly plannedUs: number[] = [];
  private readonly free: number[] = [];

  constructor(world: World) {
    this.world = world;
  }

  /** Plans an action in the name of a host, or of the one after all of them for nobody. */
  at(timeUs: number, host: number, action: () => void): void {
    const number = this.free.pop() ?? this.actions.length;
    this.actions[number] = action;
    this.plannedUs[number] = this.world.nowUs;
    this.world.calendar.push(timeUs, host, 0, host, codeOf(EVENT.call, number));
  }

  /** Plans something for a relay as its own timers do, to the microsecond, as long as its process lives. */
  after(delayMs: number, relay: LivingRelay, action: () => void): void {
    const { process } = relay;
    this.at(this.world.nowUs + Math.round(1000 * delayMs), relay.index, () => {
      if (relay.process === process) action();
    });
  }

  /** When the action whose time has come was planned. */
  plannedAtUs(number: number): number {
    return this.plannedUs[number];
  }

  /** Its time has come. */
  fire(number: number): void {
    const action = this.actions[number];
    this.actions[number] = null;
    this.free.push(number);
    action?.();
  }
}
