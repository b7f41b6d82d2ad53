/**
 * The thread's side of what relays do with news: asks the main thread, which has the relay's code, and remembers.
 *
 * The thread stands still meanwhile: virtual time does not pass by asking.
 */

import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import { keyOf, type Lesson, type Question } from './lesson.ts';

/** How the thread reaches its teacher. */
export interface Desk {
  /** Raised by one with each answer. */
  readonly answers: Int32Array;
  /** Questions go out here; what is taught comes in, asked for or not. */
  readonly port: MessagePort;
  /** By state: until when what a relay trusts is fresh, virtual microseconds. */
  readonly freshUntilUs: Float64Array;
}

/** The answer to questions with a key (lesson.ts), or what has gone wrong. */
export interface Taught {
  readonly key: number | string;
  readonly lesson?: Lesson;
  readonly error?: string;
}

/** Longer than any lesson takes: beyond it the teacher is gone. */
const PATIENCE_WALL_MS = 60_000;
const POLL_WALL_MS = 1;

export class Lessons {
  private readonly desk: Desk;
  private readonly known = new Map<Taught['key'], Lesson>();
  private readonly failed = new Map<Taught['key'], string>();

  constructor(desk: Desk) {
    this.desk = desk;
  }

  /** What becomes of news. */
  of(question: Question): Lesson {
    const key = keyOf(question, this.desk.freshUntilUs);
    let lesson = this.known.get(key);
    if (lesson !== undefined) return lesson;
    this.take();
    if (!this.known.has(key)) this.ask(question, key);
    lesson = this.known.get(key);
    if (lesson === undefined) throw new Error(this.failed.get(key) ?? 'no lesson');
    return lesson;
  }

  private ask(question: Question, key: Taught['key']): void {
    const { answers, port } = this.desk;
    const before = Atomics.load(answers, 0);
    port.postMessage(question);
    let isInTime = Atomics.wait(answers, 0, before, PATIENCE_WALL_MS) !== 'timed-out';
    this.take();
    // On a busy machine the thread may wake before the lesson has come through the port.
    for (let waits = 0; isInTime && !this.known.has(key) && !this.failed.has(key); waits++) {
      Atomics.wait(answers, 0, before + 1, POLL_WALL_MS);
      isInTime = waits < PATIENCE_WALL_MS / POLL_WALL_MS;
      this.take();
    }
    if (!isInTime) throw new Error('nobody says what a relay does with news');
  }

  /** Takes what has been taught. */
  private take(): void {
    for (;;) {
      const received = receiveMessageOnPort(this.desk.port) as { readonly message: Taught } | undefined;
      if (received === undefined) return;
      const { key, lesson, error } = received.message;
      if (lesson !== undefined) this.known.set(key, lesson);
      else this.failed.set(key, error ?? '');
    }
  }
}
