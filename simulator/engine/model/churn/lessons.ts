/**
 * The thread's side of what relays do with news: asks the main thread, which has the relay's code, and remembers.
 *
 * The thread stands still meanwhile: virtual time does not pass by asking.
 */

import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import type { Act, Question } from './lesson.ts';

/** How the thread reaches its teacher. */
export interface Desk {
  /** Raised by one with each answer. */
  readonly answers: Int32Array;
  readonly port: MessagePort;
  /** By state: until when what a relay trusts is fresh, virtual microseconds. */
  readonly freshUntilUs: Float64Array;
}

const WAYS: readonly Question['way'][] = ['gossip', 'developers', 'peer'];
/** Longer than any lesson takes: beyond it the teacher is gone. */
const PATIENCE_WALL_MS = 60_000;

export class Lessons {
  private readonly desk: Desk;
  private readonly known = new Map<number, readonly Act[]>();

  constructor(desk: Desk) {
    this.desk = desk;
  }

  /** What becomes of news: asked anew where what is trusted has expired meanwhile. */
  of(question: Question): readonly Act[] {
    const { way, from, to, atUs } = question;
    const { freshUntilUs } = this.desk;
    const isFresh = (state: number): number => (atUs < freshUntilUs[state] ? 1 : 0);
    const states = freshUntilUs.length;
    const ways = (from * states + to) * WAYS.length + WAYS.indexOf(way);
    const key = 4 * ways + 2 * isFresh(from) + isFresh(to);
    let acts = this.known.get(key);
    if (acts === undefined) this.known.set(key, (acts = this.ask(question)));
    return acts;
  }

  private ask(question: Question): readonly Act[] {
    const { answers, port } = this.desk;
    const before = Atomics.load(answers, 0);
    port.postMessage(question);
    if (Atomics.wait(answers, 0, before, PATIENCE_WALL_MS) === 'timed-out')
      throw new Error('nobody says what a relay does with news');
    const received = receiveMessageOnPort(port) as { message: { acts: readonly Act[] } | { error: string } };
    if ('error' in received.message) throw new Error(received.message.error);
    return received.message.acts;
  }
}
