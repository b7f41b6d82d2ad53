/**
 * Which questions about news the model's thread will ask next, so that they can be answered while it goes on.
 *
 * What is published reaches relays in the state of the publication before, and after them those that were further behind:
 * much the same as were behind the last time. A question that nobody asks has cost a few milliseconds.
 */

import { asItShould, isTaken, type Question, STATE_OF_START, stateAfter } from './lesson.ts';

export interface ForesightParts {
  /** When the developers publish, in the order of time. */
  readonly publishedUs: readonly number[];
  /** By state: until when what a relay trusts is fresh. */
  readonly freshUntilUs: Float64Array;
  /** Whether relays hear of news by gossip, and whether they take from peers. */
  readonly gossips: boolean;
  readonly takes: boolean;
}

export class Foresight {
  private readonly parts: ForesightParts;
  /** States from which relays have taken the news of each state. */
  private readonly behind = new Map<number, Set<number>>();
  /** The last state of which anything is foreseen. */
  private foreseen = 0;

  constructor(parts: ForesightParts) {
    this.parts = parts;
  }

  /** What may be asked before anything has been. */
  atStart(): Question[] {
    const [first, second] = [stateAfter(0), stateAfter(1)];
    return [
      ...this.ofPublication(first, 0),
      ...this.ofLate([0], first),
      ...this.ofPublication(second, first),
    ];
  }

  /** What may be asked after this. */
  after(question: Question): Question[] {
    const { from, to } = question;
    const behind = this.behind.get(to) ?? new Set([from]);
    this.behind.set(to, behind.add(from));
    if (to <= this.foreseen || isTaken(question)) return [];
    this.foreseen = to;
    const late = new Set([from, ...(this.behind.get(to - 1) ?? [])]);
    return [...this.ofLate(late, to), ...this.ofPublication(to + 1, to)];
  }

  /** By those who hear of a publication at once. */
  private ofPublication(to: number, from: number): Question[] {
    const atUs = this.publishedUs(to);
    if (atUs === Number.POSITIVE_INFINITY) return [];
    const asked: Question[] = [questionOf('developers', from, to, atUs)];
    if (this.parts.gossips) asked.push(questionOf('gossip', from, to, atUs));
    return asked;
  }

  /** By those who hear of it until the next one: as long as what they trust is fresh, and after it. */
  private ofLate(late: Iterable<number>, to: number): Question[] {
    const { freshUntilUs, takes } = this.parts;
    if (!takes) return [];
    const atUs = this.publishedUs(to);
    const nextUs = this.publishedUs(to + 1);
    return [...late].flatMap((from) => {
      const staleUs = freshUntilUs[from];
      const early = questionOf('peer', from, to, atUs);
      return staleUs > atUs && staleUs < nextUs ? [early, { ...early, atUs: staleUs }] : [early];
    });
  }

  /** When the developers publish what brings relays to a state; Infinity for never. */
  private publishedUs(state: number): number {
    return this.parts.publishedUs[state - STATE_OF_START - 1] ?? Number.POSITIVE_INFINITY;
  }
}

function questionOf(way: Question['way'], from: number, to: number, atUs: number): Question {
  return { from, before: null, isRestarted: false, ...asItShould(way, to, atUs) };
}
