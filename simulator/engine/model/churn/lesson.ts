/** What a relay does with news, as its own code has shown: plain data for the model's thread. */

import type { Step } from '../rehearsal.ts';

/** One thing after the other, each so long after the news, or the last answer, have come. */
export type Act = { readonly afterUs: number } & Doing;

export type Doing =
  | { readonly act: 'step'; readonly step: Step; readonly offer: number }
  /** News have come, the first of them with number 0: what is heard by them was heard now. */
  | { readonly act: 'arrive'; readonly offer: number }
  /** From here on it trusts what it has taken, and says so. */
  | { readonly act: 'trust' }
  /** Its processor begins something that it has done by then. */
  | { readonly act: 'work'; readonly endsAfterUs: number }
  /** It asks for a file: bytes of the question and of the answer, framing left out; null for a refusal. */
  | {
      readonly act: 'ask';
      readonly questionBytes: number;
      readonly answerBytes: number | null;
      /** Any peer is asked, and not the one that brought the news. */
      readonly isOfAnybody: boolean;
    }
  | { readonly act: 'verdict'; readonly isAccepted: boolean }
  | { readonly act: 'refused'; readonly reason: string };

/** What is asked of the relay's code; publications are counted, so that a relay in state k has taken the first k. */
export interface Question {
  /** The publication as a message, all files from the developers, or what a peer in state `to` has. */
  readonly way: 'gossip' | 'developers' | 'peer';
  readonly from: number;
  readonly to: number;
  readonly atUs: number;
}
