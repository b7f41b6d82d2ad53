/**
 * The main thread's side of lessons: answers what the model's thread asks about relays and news.
 *
 * That thread stands still while it waits, so what it is likely to ask next is learnt and sent before it asks.
 */

import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { type PublicationJob, plannedOperations } from '../../gossipsub/publisher.ts';
import { Foresight } from './foresight.ts';
import { keyOf, type Question } from './lesson.ts';
import type { Desk, Taught } from './lessons.ts';
import { Teacher } from './teacher.ts';

export class School {
  readonly desk: Desk;
  private readonly port: MessagePort;
  private readonly teacher: Teacher;
  private readonly foresight: Foresight;
  /** Over when a lesson has been sent. */
  private readonly lessons = new Map<Taught['key'], Promise<void>>();
  private last: Promise<void> = Promise.resolve();
  /** Questions that are foreseen. */
  private readonly likely: Question[] = [];
  private isAhead = false;
  private isClosed = false;

  private constructor(teacher: Teacher, { arm, ...job }: PublicationJob) {
    const { port1, port2 } = new MessageChannel();
    const answers = new Int32Array(new SharedArrayBuffer(4));
    const { freshUntilUs } = teacher;
    const has = (channel: (typeof arm.channels)[number]): boolean => arm.channels.includes(channel);
    this.port = port1;
    this.desk = { answers, port: port2, freshUntilUs };
    this.teacher = teacher;
    this.foresight = new Foresight({
      publishedUs: plannedOperations({ arm, ...job }).map(({ atUs }) => atUs),
      freshUntilUs,
      gossips: has('gossip'),
      takes: has('catch-up') || has('circuit'),
    });
    port1.on('message', (question: Question) => this.answer(question));
    this.learnAhead();
  }

  static async of(job: PublicationJob): Promise<School> {
    return new School(await Teacher.of(job), job);
  }

  close(): void {
    this.isClosed = true;
    this.port.close();
  }

  /** Wakes the thread when the lesson that it waits for is there. */
  private answer(question: Question): void {
    const { answers } = this.desk;
    this.lessonOf(question).then(() => {
      Atomics.add(answers, 0, 1);
      Atomics.notify(answers, 0);
    });
    this.likely.push(...this.foresight.after(question));
    this.learnAhead();
  }

  /** Learns one lesson after the other, each of them once, and sends it, or what has gone wrong. */
  private lessonOf(question: Question): Promise<void> {
    const key = keyOf(question, this.desk.freshUntilUs);
    let sent = this.lessons.get(key);
    if (sent === undefined) {
      const send = (taught: Omit<Taught, 'key'>): void => this.port.postMessage({ key, ...taught });
      sent = this.last
        .then(() => this.teacher.answer(question))
        .then(
          (lesson) => send({ lesson }),
          (error: unknown) => send({ error: (error as Error).stack ?? String(error) }),
        );
      this.last = sent;
      this.lessons.set(key, sent);
    }
    return sent;
  }

  private async learnAhead(): Promise<void> {
    if (this.isAhead) return;
    this.isAhead = true;
    for (;;) {
      // A question that has come meanwhile comes first.
      await new Promise((resolve) => setImmediate(resolve));
      if (this.isClosed) break;
      if (this.likely.length === 0) {
        const next = this.foresight.next();
        if (next === null) break;
        this.likely.push(...next);
      }
      await this.lessonOf(this.likely.shift()!);
    }
    this.isAhead = false;
  }
}
