/** The main thread's side of lessons: answers what the model's thread asks about relays and news. */

import { MessageChannel, type MessagePort } from 'node:worker_threads';
import type { PublicationJob } from '../../gossipsub/publisher.ts';
import type { Question } from './lesson.ts';
import type { Desk } from './lessons.ts';
import { Teacher } from './teacher.ts';

export class School {
  readonly desk: Desk;
  private readonly port: MessagePort;

  private constructor(teacher: Teacher) {
    const { port1, port2 } = new MessageChannel();
    const answers = new Int32Array(new SharedArrayBuffer(4));
    this.port = port1;
    this.desk = { answers, port: port2, freshUntilUs: teacher.freshUntilUs };
    port1.on('message', (question: Question) => {
      const tell = (message: unknown): void => {
        port1.postMessage(message);
        Atomics.add(answers, 0, 1);
        Atomics.notify(answers, 0);
      };
      teacher.answer(question).then(
        (lesson) => tell({ lesson }),
        (error: unknown) => tell({ error: (error as Error).stack ?? String(error) }),
      );
    });
  }

  static async of(job: PublicationJob): Promise<School> {
    return new School(await Teacher.of(job));
  }

  close(): void {
    this.port.close();
  }
}
