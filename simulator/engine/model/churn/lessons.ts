/**
 * The thread's side of what relays do with news: asks the main thread, which has the relay's code, and remembers.
 *
 * The thread stands still meanwhile: virtual time does not pass by asking.
 */

import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import type { Lesson, Question } from './lesson.ts';

/** How the thread reaches its teacher. */
export interface Desk {
  /** Raised by one with each answer. */
  readonly answers: Int32Array;
  readonly port: MessagePort;
  /** By state: until when what a relay trusts is fresh, virtual microseconds. */
  readonly freshUntilUs: Float64Array;
}

const WAYS: readonly Question['way'][] = ['gossip', 'developers', 'sender', 'peer', 'authority'];
/** Longer than any lesson takes: beyond it the teacher is gone. */
const PATIENCE_WALL_MS = 60_000;

export class Lessons {
  private readonly desk: Desk;
  private readonly known = new Map<number | string, Lesson>();

  constructor(desk: Desk) {
    this.desk = desk;
  }

  /** What becomes of news: asked anew where what is trusted has expired meanwhile. */
  of(question: Question): Lesson {
    const { way, from, to, atUs, lost, turn, before, lacks } = question;
    const { freshUntilUs } = this.desk;
    const isFresh = (state: number): number => (atUs < freshUntilUs[state] ? 1 : 0);
    const states = freshUntilUs.length;
    const ways = (from * states + to) * WAYS.length + WAYS.indexOf(way);
    const whole = 4 * ways + 2 * isFresh(from) + isFresh(to);
    // What goes as it should is what is asked for most.
    const isWhole = lost === null && turn === null && before === null && lacks.length === 0;
    const key = isWhole ? whole : JSON.stringify([whole, lost, turn, before, lacks]);
    let lesson = this.known.get(key);
    if (lesson === undefined) this.known.set(key, (lesson = this.ask(question)));
    return lesson;
  }

  private ask(question: Question): Lesson {
    const { answers, port } = this.desk;
    const before = Atomics.load(answers, 0);
    port.postMessage(question);
    if (Atomics.wait(answers, 0, before, PATIENCE_WALL_MS) === 'timed-out')
      throw new Error('nobody says what a relay does with news');
    const received = receiveMessageOnPort(port) as { message: { lesson: Lesson } | { error: string } };
    if ('error' in received.message) throw new Error(received.message.error);
    return received.message.lesson;
  }
}
