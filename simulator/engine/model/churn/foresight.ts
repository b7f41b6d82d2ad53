/**
 * Which questions about news the model's thread will ask next, so that they can be answered while it goes on.
 *
 * What is published reaches relays in the state of the publication before, and after them those that were further behind:
 * some publications, or as far as others have been before. A question that nobody asks has cost a millisecond.
 */

import { isTaken, type Question, questionOf, STATE_OF_START, stateAfter } from './lesson.ts';

/** So many publications back most of those are who come late. */
const BEHIND = 10;
/** So many publications beyond the last one that was asked about are foreseen. */
const AHEAD = 32;
/** The state of a relay with nothing. */
const NOTHING = 0;

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
  /** States from which relays have taken news, of those that are long over. */
  private readonly late = new Set([NOTHING]);
  /** The last state of which anything is foreseen, and the last that was asked about. */
  private foreseen = STATE_OF_START;
  private asked = STATE_OF_START;

  constructor(parts: ForesightParts) {
    this.parts = parts;
  }

  /** What may be asked about the next publication of which nothing is foreseen; null where that is far away, or there is none. */
  next(): readonly Question[] | null {
    const to = this.foreseen + 1;
    if (to > this.asked + AHEAD || this.publishedUs(to) === Number.POSITIVE_INFINITY) return null;
    this.foreseen = to;
    const before = to === stateAfter(0) ? NOTHING : to - 1;
    const late = new Set([before, ...this.late]);
    for (let from = before; from > Math.max(STATE_OF_START, before - BEHIND); from--) late.add(from);
    return [...this.ofPublication(to, before), ...this.ofLate(late, to)];
  }

  /** What may be asked after this. */
  after(question: Question): readonly Question[] {
    const { from, to } = question;
    this.asked = Math.max(this.asked, to);
    if (!isTaken(question) || this.late.has(from)) return [];
    this.late.add(from);
    const later: Question[] = [];
    for (let state = to + 1; state <= this.foreseen; state++) later.push(...this.ofLate([from], state));
    return later;
  }

  /** By those who hear of a publication at once. */
  private ofPublication(to: number, from: number): Question[] {
    const atUs = this.publishedUs(to);
    const asked: Question[] = [wholeNews('developers', from, to, atUs)];
    if (this.parts.gossips) asked.push(wholeNews('gossip', from, to, atUs));
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
      const early = wholeNews('peer', from, to, atUs);
      return staleUs > atUs && staleUs < nextUs ? [early, { ...early, atUs: staleUs }] : [early];
    });
  }

  /** When the developers publish what brings relays to a state; Infinity for never. */
  private publishedUs(state: number): number {
    return this.parts.publishedUs[state - STATE_OF_START - 1] ?? Number.POSITIVE_INFINITY;
  }
}

function wholeNews(way: Question['way'], from: number, to: number, atUs: number): Question {
  return questionOf({ from, before: null, isRestarted: false }, way, to, atUs);
}
