/** What a relay does with news, as its own code has shown: plain data for the model's thread. */

import type { Step } from '../rehearsal.ts';

/** The state of a relay that has the repository as it began, without any publication; 0 is that of one with nothing. */
export const STATE_OF_START = 1;

/** The state of a relay that has taken the publications up to this one, counted from 0. */
export function stateAfter(publication: number): number {
  return STATE_OF_START + 1 + publication;
}

/** What becomes of news. */
export interface Lesson {
  readonly acts: readonly Act[];
  /** Modules that did not come along, had when the news have been judged; side by side. */
  readonly modules: readonly ModuleLesson[];
  /** Releases that it then runs or has in line: what it lacks of others it wants no more. */
  readonly wanted: readonly number[];
}

export interface ModuleLesson {
  readonly release: number;
  /** Length of the module. */
  readonly bytes: number;
  /** Whoever has brought the news is asked first. */
  readonly isOfBearer: boolean;
  /** One after the other where one peer has it; any of them of any peer. */
  readonly parts: readonly FilePart[];
  /** From its arrival on. */
  readonly acts: readonly Act[];
}

/** Bytes of a question and of its answer, framing left out. */
export interface FilePart {
  readonly questionBytes: number;
  readonly answerBytes: number;
}

/** One thing after the other, each so long after the news, or the last answer, have come. */
export type Act = { readonly afterUs: number } & Doing;

export type Doing =
  | { readonly act: 'step'; readonly step: Step; readonly offer: number }
  /** News have come, the first of them with number 0: what is heard by them was heard now. */
  | { readonly act: 'arrive'; readonly offer: number }
  | TrustAct
  /** Its processor begins something that it has done by then. */
  | { readonly act: 'work'; readonly endsAfterUs: number }
  /** It asks for a file: bytes of the question and of the answer, framing left out; null for a refusal. */
  | {
      readonly act: 'ask';
      readonly questionBytes: number;
      readonly answerBytes: number | null;
      /** Whoever has brought the news is asked, and not any peer. */
      readonly isOfBearer: boolean;
      /** Whose module the file is; null for metadata. */
      readonly release: number | null;
    }
  /** The news have been judged: whether there were any, and whether it has looked at what is listed now. */
  | { readonly act: 'taken'; readonly isNews: boolean; readonly hasLooked: boolean }
  /** It cannot judge what came by gossip, and takes what it lacks from the sender: nothing more comes of the message. */
  | { readonly act: 'behind' }
  | { readonly act: 'verdict'; readonly isAccepted: boolean }
  | { readonly act: 'refused'; readonly reason: string };

/** From here on it trusts what it has taken, which brings it to a state, and says so. */
export interface TrustAct {
  readonly act: 'trust';
  readonly state: number;
  /** Delegated roles that it listens to and whose metadata it could not get, with commas between; empty for none. */
  readonly missing: string;
}

/** What somebody has who is asked. */
export interface Had {
  /** The number of a state. */
  readonly to: number;
  /** Delegated roles whose metadata it has not, as TrustAct names them. */
  readonly missing: string;
}

/** What is asked of the relay's code, in states as `stateAfter` counts them. */
export interface Question extends Had {
  /**
   * The publication as a message, all files from the developers, or what a peer or an authority in state `to` has; of a
   * sender of gossip modules are taken along with the news. An authority has what was before as well.
   */
  readonly way: 'gossip' | 'developers' | 'sender' | 'peer' | 'authority';
  readonly from: number;
  readonly atUs: number;
  /** The question for metadata that comes to nothing, counted from 0, and why; null where all are answered. */
  readonly lost: { readonly ask: number; readonly failure: 'unreachable' | 'timeout' } | null;
  /** The question from which on whoever is asked is in another state; null where it stays in this one. */
  readonly turn: ({ readonly ask: number } & Had) | null;
  /** The last news that came to nothing midway, which has left the relay with a part of them; null for none. */
  readonly before: Question | null;
  /** Whether its process has begun anew after that, and knows of it what is on its disk. */
  readonly isRestarted: boolean;
  /** Releases whose modules the sender of gossip has not. */
  readonly lacks: readonly number[];
}

/** What of a question says where the relay stands. */
export type Standing = Pick<Question, 'from' | 'before' | 'isRestarted'>;

const NOTHING: readonly number[] = [];

/** A question about news that come whole. There are many, so that it is put together at once. */
export function questionOf(
  { from, before, isRestarted }: Standing,
  way: Question['way'],
  to: number,
  atUs: number,
): Question {
  return { from, before, isRestarted, way, to, atUs, missing: '', lost: null, turn: null, lacks: NOTHING };
}

/** Of the first files that are asked for, the next root and the timestamp, a relay has nothing until both are answered. */
export const ASKS_IN_VAIN = 2;

/** Whether the relay takes from somebody whom it has asked. */
export function isTaken({ way }: Question): boolean {
  return way === 'sender' || way === 'peer' || way === 'authority';
}

/** Whether a relay has a part of news that came to nothing: files that were answered, or what a message did bring. */
export function hasLeftPart({ way, lost, turn }: Question, acts: readonly Act[]): boolean {
  if (way === 'gossip') return acts.some((act) => act.act === 'refused' && act.reason === 'not-found');
  return (lost !== null || turn !== null) && (lost?.ask ?? ASKS_IN_VAIN) >= ASKS_IN_VAIN;
}

/** What news that have come to nothing leave behind for those that come after them. */
export function leftBy(question: Question): Question {
  return { ...question, atUs: 0, before: baseOf(question.before), isRestarted: false };
}

/** The news that were taken but for what was missing of them; null where none were. */
function baseOf(question: Question | null): Question | null {
  if (question === null) return null;
  return question.missing !== '' && question.lost === null ? question : baseOf(question.before);
}

const WAYS: readonly Question['way'][] = ['gossip', 'developers', 'sender', 'peer', 'authority'];

/** Questions with the same key have the same answer: where what is trusted has expired meanwhile, it is another one. */
export function keyOf(question: Question, freshUntilUs: Float64Array): number | string {
  const { way, from, to, missing, atUs, lost, turn, before, isRestarted, lacks } = question;
  const isFresh = (state: number): number => (atUs < freshUntilUs[state] ? 1 : 0);
  const states = freshUntilUs.length;
  const ways = (from * states + to) * WAYS.length + WAYS.indexOf(way);
  const whole = 4 * ways + 2 * isFresh(from) + isFresh(to);
  // What goes as it should is what is asked for most.
  const isWhole = missing === '' && lost === null && turn === null && before === null && lacks.length === 0;
  const isTurnFresh = turn === null ? 0 : isFresh(turn.to);
  return isWhole
    ? whole
    : JSON.stringify([whole, missing, lost, turn, isTurnFresh, before, isRestarted, lacks]);
}
