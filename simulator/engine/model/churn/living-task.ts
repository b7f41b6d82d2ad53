/** What a relay does with news from their arrival to the last module: where it stands in that. */

import type { Act, ModuleLesson, Question } from './lesson.ts';
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

/** What a relay's process is about to do, for nobody in particular. */
export function taskOf(relay: LivingRelay, acts: readonly Act[], arrivalsUs: number[] = []): Task {
  const { process } = relay;
  const nothing = {
    question: null,
    release: -1,
    modules: [],
    wanted: [],
    bearer: -1,
    message: -1,
    judged: null,
  };
  return { relay, process, acts, arrivalsUs, at: 0, asked: 0, ...nothing };
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

/** Which modules came with news; `carriedBy` tells the releases whose modules come with a message. */
export function offeredBy(
  { question, acts, message, wanted, bearer }: Task,
  gossips: boolean,
  carriedBy: (message: number) => readonly number[],
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
      return { atHand: carriedBy(message), isHashed: true, bearer: null };
    default:
      return { atHand: [], isHashed: false, bearer };
  }
}
