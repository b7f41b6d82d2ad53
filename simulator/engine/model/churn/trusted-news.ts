/**
 * What each relay trusts and has on its disk: the last publication that it has taken, what is missing of that, and what it
 * has of one that it could not take (node/trust/trusted-state.ts by events).
 */

import { leftBy, type Question, questionOf, type Standing, type TrustAct } from './lesson.ts';

export class TrustedNews {
  /** What each relay has taken, as `stateAfter` counts. */
  readonly state: Uint32Array;
  /** What each relay says that it has. */
  readonly told: Uint32Array;
  /** Delegated roles whose metadata a relay lacks of what it has taken, as Question names them. */
  private readonly missing = new Map<number, string>();
  /** The news of which relays have a part and no more: it is there the next time. */
  private readonly parts = new Map<number, Question>();
  /** Relays whose process has begun anew with such a part: their timestamp names what they have not, so they trust nothing. */
  private readonly blank = new Set<number>();

  constructor(relays: number) {
    this.state = new Uint32Array(relays);
    this.told = new Uint32Array(relays);
  }

  standingOf(relay: number): Standing {
    return {
      from: this.state[relay],
      before: this.parts.get(relay) ?? null,
      isRestarted: this.blank.has(relay),
    };
  }

  missingOf(relay: number): string {
    return this.missing.get(relay) ?? '';
  }

  /** A relay has taken what a question was about. */
  take(relay: number, { state, missing }: TrustAct, question: Question | null): void {
    if (state < this.state[relay]) return;
    const { from, before } = question === null ? this.standingOf(relay) : question;
    this.state[relay] = this.told[relay] = state;
    this.blank.delete(relay);
    this.parts.delete(relay);
    this.missing.delete(relay);
    if (missing === '') return;
    this.missing.set(relay, missing);
    // However it has come to lack them, it stands as if somebody without them had brought the rest.
    const base = before === null ? from : rootOf(before);
    const standing = { from: base, before: null, isRestarted: false };
    this.parts.set(relay, { ...questionOf(standing, 'peer', state, 0), missing });
  }

  /** News have come to nothing, and left a relay with a part of them. */
  leave(relay: number, question: Question): void {
    const isNews = question.to > question.from || question.turn !== null;
    if (isNews || !this.missing.has(relay)) this.parts.set(relay, leftBy(question));
  }

  /** A new process reads what is on the relay's disk. */
  restart(relay: number): void {
    const part = this.parts.get(relay);
    if (part === undefined || (this.missing.has(relay) && part.lost === null)) return;
    this.blank.add(relay);
    this.told[relay] = 0;
    this.missing.delete(relay);
  }
}

/** The state of the relay before all that has left it with parts. */
function rootOf(question: Question): number {
  return question.before === null ? question.from : rootOf(question.before);
}
