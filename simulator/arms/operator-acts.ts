/**
 * When operators act on an update: install it by hand, or let their relays run it.
 *
 * An operator's draws depend on the seed, the update and the operator alone, never on the arm: who is slow by hand
 * is slow to approve as well. All times are virtual seconds since the start of the run; Infinity: never.
 */

import { lagQuantileDays } from '../baseline/lag-law.ts';
import { randomStream } from '../engine/random.ts';
import { drawKeepers, type Keepers } from '../population/keepers.ts';
import type { Population } from '../population/population.ts';
import type { OperatorClass, OperatorsPlan } from '../scenario/operators-plan.ts';
import { timerMoment, workingMoment } from './working-hours.ts';

const DAY_SECONDS = 86_400;
/** The largest number below 1. */
const LAST_QUANTILE = 1 - 2 ** -53;

/** An update that operators hear of: its number and when it came out. */
export interface Announcement {
  readonly number: number;
  readonly atSeconds: number;
}

export class OperatorActs {
  readonly keepers: Keepers;
  readonly plan: OperatorsPlan;
  private readonly seed: number;

  constructor(population: Population, plan: OperatorsPlan, seed: number) {
    this.keepers = drawKeepers(population, plan, seed);
    this.plan = plan;
    this.seed = seed;
  }

  /** The class of each relay, as an index into the plan's. */
  classOfRelays(): Uint8Array {
    const { keeperOf, classOf } = this.keepers;
    return Uint8Array.from(keeperOf, (keeper) => classOf[keeper]!);
  }

  /** Whether each relay embeds the runtime, 1 or 0. */
  embedsOfRelays(): Uint8Array {
    const { keeperOf, embeds } = this.keepers;
    return Uint8Array.from(keeperOf, (keeper) => embeds[keeper]!);
  }

  /** When the package of a platform is there; the release itself where there are no platforms. */
  packagedSeconds({ number, atSeconds }: Announcement): number[] {
    return this.plan.platforms.map(({ delay }, platform) => {
      if (delay === null) return atSeconds;
      const u = randomStream(this.seed, `packaging of update ${number}`, platform).uniform();
      return atSeconds + lagQuantileDays(delay, u) * DAY_SECONDS;
    });
  }

  /** When the operator of each relay installs an update by hand; the relay has still to restart. */
  installSeconds(update: Announcement): Float64Array {
    const packaged = this.packagedSeconds(update);
    return this.ofRelays((keeper, one) => {
      const fromSeconds = packaged[this.keepers.platformOf[keeper]!] ?? update.atSeconds;
      const readySeconds = fromSeconds + this.lagSeconds(keeper, one, update);
      if (one.timerSeconds === 0) return this.inWorkingHours(readySeconds, keeper, one, update);
      const phase = randomStream(this.seed, 'upgrade timer', keeper).uniform() * one.timerSeconds;
      return timerMoment(readySeconds, one.timerSeconds, phase);
    });
  }

  /** From when on each relay may run an update that it has verified. */
  mayRunSeconds(update: Announcement): Float64Array {
    return this.ofRelays((keeper, one) => {
      switch (one.policy) {
        case 'auto':
          return 0;
        case 'pinned':
          return Number.POSITIVE_INFINITY;
        case 'approve': {
          const readySeconds = update.atSeconds + this.lagSeconds(keeper, one, update);
          return this.inWorkingHours(readySeconds, keeper, one, update);
        }
        case 'delayed': {
          const u = this.draw('own delay', update, keeper).uniform();
          return update.atSeconds + (one.delay === null ? 0 : lagQuantileDays(one.delay, u) * DAY_SECONDS);
        }
      }
    });
  }

  private ofRelays(actSeconds: (keeper: number, one: OperatorClass) => number): Float64Array {
    const { keeperOf, classOf, count } = this.keepers;
    const { classes } = this.plan;
    const acts = Float64Array.from({ length: count }, (_unused, keeper) =>
      actSeconds(keeper, classes[classOf[keeper]!]!),
    );
    return Float64Array.from(keeperOf, (keeper) => acts[keeper]!);
  }

  private lagSeconds(keeper: number, one: OperatorClass, update: Announcement): number {
    return lagOfClass(one, this.draw('lag', update, keeper).uniform());
  }

  private inWorkingHours(
    seconds: number,
    keeper: number,
    { hours }: OperatorClass,
    update: Announcement,
  ): number {
    return workingMoment(seconds, hours, {
      beginsSeconds: this.plan.beginsSeconds,
      offsetSeconds: this.keepers.utcOffsetSeconds[keeper]!,
      position: this.draw('moment of the working day', update, keeper).uniform(),
    });
  }

  private draw(what: string, { number }: Announcement, keeper: number) {
    return randomStream(this.seed, `operators' ${what} for update ${number}`, keeper);
  }
}

/** The lag of the operator of a class at `u` in (0, 1), seconds: a larger `u` is a slower operator. */
export function lagOfClass({ lag, between }: OperatorClass, u: number): number {
  if (lag.law === 'never') return Number.POSITIVE_INFINITY;
  if (lag.law === 'at-once') return 0;
  const within = Math.min(between.from + u * (between.to - between.from), LAST_QUANTILE);
  return lagQuantileDays(lag, within) * DAY_SECONDS;
}
