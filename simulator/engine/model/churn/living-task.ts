/** What a relay does with news from their arrival to the last module: where it stands in that. */

import type { Act, Lesson, ModuleLesson, Question } from './lesson.ts';
import type { LivingRelay } from './living-relay.ts';
import type { Offered } from './missing-modules.ts';

/** News on their way through a relay. */
export interface Task {
  readonly relay: LivingRelay;
  readonly process: number;
  /** What was asked of the relay's code, and what it has shown; null for a module of news that are over. */
  question: Question | null;
  /** The release whose module that is; -1 for news. */
  readonly release: number;
  acts: readonly Act[];
  /** Who brought them; nobody for -1. */
  readonly bearer: number;
  /** The message that is to be passed on; -1 for none. */
  readonly message: number;
  /** Had from the bearer when the news have been judged. */
  modules: readonly ModuleLesson[];
  /** As in Lesson. */
  wanted: readonly number[];
  /** Told when the news have been judged, or cannot be; null where nobody waits. */
  readonly judged: ((isNews: boolean) => void) | null;
  /** When the news have come, offer by offer. */
  readonly arrivalsUs: number[];
  /** The next act, and the questions so far. */
  at: number;
  asked: number;
}

const NOTHING: readonly never[] = [];

/** What a relay's process is about to do with news that have come from somebody. */
export function newsTask(
  relay: LivingRelay,
  question: Question,
  { acts, modules, wanted }: Lesson,
  { bearer, message = -1, judged = null }: Pick<Task, 'bearer'> & Partial<Pick<Task, 'message' | 'judged'>>,
  arrivedUs: number,
): Task {
  return {
    relay,
    process: relay.process,
    question,
    release: -1,
    acts,
    bearer,
    message,
    modules,
    wanted,
    judged,
    arrivalsUs: [arrivedUs],
    at: 0,
    asked: 0,
  };
}

/** What it is about to do with the module of a release, for nobody in particular. */
export function moduleTask(relay: LivingRelay, release: number, acts: readonly Act[]): Task {
  return {
    relay,
    process: relay.process,
    question: null,
    release,
    acts,
    bearer: -1,
    message: -1,
    modules: NOTHING,
    wanted: NOTHING,
    judged: null,
    arrivalsUs: [],
    at: 0,
    asked: 0,
  };
}

/** A message, and who has brought it: the relay itself what it publishes. */
export interface Heard {
  readonly publication: number;
  readonly index: number;
  readonly bearer: number;
  readonly arrivedUs: number;
}

/** A relay asks somebody for what it lacks. */
export interface Refreshing {
  readonly task: Task;
  /** What it does when it has got that, or has given it up. */
  readonly waiting: (() => void)[];
}

/** What a relay takes. */
export interface Taken {
  readonly relay: LivingRelay;
  readonly peer: number;
  /** Because gossip named news that it did not bring whole. */
  readonly forGossip: boolean;
}

/** Which modules came with news; `carried` says the releases whose modules come with each message. */
export function offeredBy(
  { question, acts, message, wanted, bearer }: Task,
  gossips: boolean,
  carried: readonly (readonly number[])[],
): Offered {
  switch (question?.way) {
    case 'developers':
      return { atHand: wanted, isHashed: gossips, bearer: null };
    case 'sender': {
      const had = acts.flatMap((act) =>
        act.act === 'ask' && act.isOfBearer && act.answerBytes !== null ? (act.release ?? []) : [],
      );
      return { atHand: had, isHashed: true, bearer: null };
    }
    case 'gossip':
      return { atHand: carried[message], isHashed: true, bearer: null };
    default:
      return { atHand: [], isHashed: false, bearer };
  }
}
