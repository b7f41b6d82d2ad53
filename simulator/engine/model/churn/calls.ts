/** What is planned in words: an action of any kind as an event of the calendar. */

import { codeOf, EVENT, type World } from '../world.ts';

export class Calls {
  private readonly world: World;
  private readonly actions: ((() => void) | null)[] = [];
  private readonly free: number[] = [];

  constructor(world: World) {
    this.world = world;
  }

  /** Plans an action in the name of a relay. */
  at(timeUs: number, relay: number, action: () => void): void {
    const number = this.free.pop() ?? this.actions.length;
    this.actions[number] = action;
    this.world.calendar.push(timeUs, relay, 0, relay, codeOf(EVENT.call, number));
  }

  /** Its time has come. */
  fire(number: number): void {
    const action = this.actions[number];
    this.actions[number] = null;
    this.free.push(number);
    action?.();
  }
}
