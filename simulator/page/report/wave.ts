/**
 * The wave of one arm as a list of events in order of time, and a head that moves along it in both directions.
 *
 * Moving applies the events in between and no others, so a frame costs what happens in it, not what there is.
 */

import { codeSeconds, NEVER_CODE } from '../../report/time-codes.ts';
import { RELAY_STATES, type RelayState, stateCode } from '../parts/relay-states.ts';

/** Codes of moments (time-codes.ts), a row a relay; a state that nobody comes to is missing. */
export type StateTimes = Readonly<Partial<Record<RelayState, Uint16Array>>>;

const WAITING = stateCode('waiting');

export class Wave {
  /** When each event happens, seconds since the release; ascending. */
  readonly seconds: Float64Array;
  /** Events that have happened, at the moment of the head. */
  private position = 0;
  private readonly relay: Uint32Array;
  private readonly before: Uint8Array;
  private readonly after: Uint8Array;
  private readonly first: Uint8Array;

  /** States at equal moments follow in the order of RELAY_STATES; `isBornLater`: relays start as `away`. */
  constructor(relays: number, times: StateTimes, isBornLater = false) {
    const columns = RELAY_STATES.flatMap((state, code) => {
      const codes = times[state];
      return codes === undefined ? [] : [{ code, codes }];
    });
    // Sorted as one number each: moment, then state, then relay.
    const keys: number[] = [];
    for (const { code, codes } of columns) {
      for (let relay = 0; relay < relays; relay++) {
        if (codes[relay] !== NEVER_CODE) keys.push((codes[relay]! * 16 + orderOf(code)) * 2 ** 24 + relay);
      }
    }
    const sorted = Float64Array.from(keys).sort();
    const count = sorted.length;
    this.seconds = new Float64Array(count);
    this.relay = new Uint32Array(count);
    this.before = new Uint8Array(count);
    this.after = new Uint8Array(count);
    this.first = new Uint8Array(relays).fill(isBornLater ? stateCode('away') : WAITING);
    const now = Uint8Array.from(this.first);
    for (let event = 0; event < count; event++) {
      const relay = sorted[event]! % 2 ** 24;
      const rest = Math.floor(sorted[event]! / 2 ** 24);
      const code = codeOf(rest % 16);
      this.seconds[event] = codeSeconds(Math.floor(rest / 16));
      this.relay[event] = relay;
      this.before[event] = now[relay]!;
      now[relay] = code;
      this.after[event] = code;
    }
  }

  /** Puts the head before everything, and the states with it. */
  rewind(states: Uint8Array): void {
    this.position = 0;
    states.set(this.first);
  }

  /** Moves the head to a moment and changes the states that change; true if any did. */
  seek(seconds: number, states: Uint8Array): boolean {
    const from = this.position;
    while (this.position < this.seconds.length && this.seconds[this.position]! <= seconds) {
      states[this.relay[this.position]!] = this.after[this.position]!;
      this.position++;
    }
    while (this.position > 0 && this.seconds[this.position - 1]! > seconds) {
      this.position--;
      states[this.relay[this.position]!] = this.before[this.position]!;
    }
    return this.position !== from;
  }
}

/** Relays that leave do so after all else at that moment, so `away` comes last. */
function orderOf(code: number): number {
  return code === 0 ? RELAY_STATES.length : code;
}

function codeOf(order: number): number {
  return order === RELAY_STATES.length ? 0 : order;
}
