/** The chances of one seed: every choice of a drawn scenario comes from one stream, in the order in which it is made. */

import type { RandomStream } from '../../engine/random.ts';

export class Dice {
  private readonly stream: RandomStream;

  constructor(stream: RandomStream) {
    this.stream = stream;
  }

  /** True with this chance, 0 to 1. */
  chance(share: number): boolean {
    return this.stream.uniform() < share;
  }

  /** A whole number between two, both included. */
  whole(least: number, most: number): number {
    return least + this.stream.integer(most - least + 1);
  }

  /** A number between two with so many digits behind the point. */
  number(least: number, most: number, digits = 2): number {
    const steps = 10 ** digits;
    return Math.round((least + (most - least) * this.stream.uniform()) * steps) / steps;
  }

  /** One of them. */
  pick<Item>(items: readonly Item[]): Item {
    return items[this.stream.integer(items.length)]!;
  }

  /** So many of them, in their own order. */
  some<Item>(items: readonly Item[], count: number): Item[] {
    const places = this.stream.shuffle(items.map((_item, place) => place)).slice(0, count);
    return places.sort((a, b) => a - b).map((place) => items[place]!);
  }

  /** A length of time as a scenario writes it. */
  seconds(least: number, most: number): string {
    return `${this.number(least, most, 1)}s`;
  }

  /** A share as a scenario writes it. */
  percent(least: number, most: number): string {
    return `${this.whole(least, most)}%`;
  }
}

/** The seconds of a length of time that `Dice.seconds` wrote. */
export function secondsOf(text: unknown): number {
  return Number(String(text).slice(0, -1));
}

/** A part of a scenario as YAML has it. */
export type Tree = Record<string, unknown>;
