/**
 * The lives of the relays of a run: when each comes into being, is up, away, restarts, and leaves for good.
 *
 * All of it is drawn before the run, from streams of each relay's own, so that one thread or two, and arms of every
 * kind, see the same network. It begins in the middle of its life: of the relays that it has at the start, each is
 * up with its class's uptime, in the middle of a session or an absence. New identities come up as they are born.
 */

import ln from '@stdlib/math-base-special-ln';
import { type RandomStream, randomStream } from '../engine/random.ts';
import { type ChurnClass, type ChurnRates, relayGroups } from './churn-rates.ts';
import { float64Column, uint8Column, uint32Column } from './column.ts';
import type { Population } from './population.ts';
import type { Presence } from './presence.ts';
import { spreadProbabilities } from './sampling.ts';
import { freshSeconds, leftSeconds, uptimeOf } from './spell-law.ts';

const DAY_SECONDS = 86_400;
/** A relay needs some seconds to make its links, so shorter spells would be nothing. */
const LEAST_SPELL_SECONDS = 1;
const LEAST_LIFE_SECONDS = 5;
/** The class of relays that neither go away nor come back. */
export const NO_CLASS = 255;

/** Presence with a memory: absences lie together relay by relay, in order of time. */
export interface Churn extends Presence {
  /** Absences of relay i are rows `firstAbsence[i]` to `firstAbsence[i + 1] - 1`. */
  readonly firstAbsence: Uint32Array;
  /** 1 where a relay restarts: what is not on its disk is lost. */
  readonly isRestart: Uint8Array;
  /** When each relay's identity came into being; 0 for those of the start. */
  readonly bornUs: Float64Array;
  /** When it left for good; Infinity for never. */
  readonly goneUs: Float64Array;
  /** Index into the classes of the churn, or NO_CLASS. */
  readonly classOf: Uint8Array;
}

/** When new identities come, virtual microseconds in rising order, within the run. */
export function arrivalTimesUs(
  { arrivalsPerDay }: ChurnRates,
  durationSeconds: number,
  seed: number,
): number[] {
  const times: number[] = [];
  if (arrivalsPerDay === 0) return times;
  const stream = randomStream(seed, 'new identities');
  const next = (after: number): number => after + stream.exponential(DAY_SECONDS / arrivalsPerDay);
  for (let at = next(0); at < durationSeconds; at = next(at)) times.push(Math.max(1, Math.round(at * 1e6)));
  return times;
}

export interface ChurnParts {
  readonly rates: ChurnRates;
  /** Those of the start, and the newcomers after them. */
  readonly population: Population;
  /** When the newcomers are born; the population ends with them. */
  readonly arrivalsUs: readonly number[];
  /** Relays that are there all the time, as those that the developers publish through. */
  readonly always: ReadonlySet<number>;
  readonly durationSeconds: number;
  /** Nobody goes before the network has started. */
  readonly startSeconds: number;
  readonly seed: number;
}

interface Spell {
  readonly relay: number;
  readonly leavesUs: number;
  /** Infinity where it does not come back in the run. */
  readonly returnsUs: number;
  readonly isRestart: boolean;
}

/** Draws every relay's life. */
export function drawChurn(parts: ChurnParts): Churn {
  const { population, arrivalsUs, always } = parts;
  const { relays } = population;
  const founders = relays - arrivalsUs.length;
  const classOf = drawClasses(parts);
  const bornUs = float64Column(relays);
  const goneUs = float64Column(relays).fill(Number.POSITIVE_INFINITY);
  const joinsUs = float64Column(relays);
  const firstAbsence = uint32Column(relays + 1);
  const spells: Spell[] = [];
  for (let relay = 0; relay < relays; relay++) {
    firstAbsence[relay] = spells.length;
    if (relay >= founders) bornUs[relay] = arrivalsUs[relay - founders]!;
    if (always.has(relay)) continue;
    goneUs[relay] = drawDeparture(parts, relay, bornUs[relay]!);
    const life = new Life(parts, relay, classOf[relay]!, bornUs[relay]!, goneUs[relay]!);
    joinsUs[relay] = life.live(spells);
  }
  firstAbsence[relays] = spells.length;
  const columns = spellColumns(spells);
  return { joinsUs, ...columns, firstAbsence, bornUs, goneUs, classOf };
}

/** The lives of relays that are there all the time. */
export function nobodyGoes(relays: number): Churn {
  return {
    ...spellColumns([]),
    joinsUs: float64Column(relays),
    firstAbsence: uint32Column(relays + 1),
    bornUs: float64Column(relays),
    goneUs: float64Column(relays).fill(Number.POSITIVE_INFINITY),
    classOf: uint8Column(relays).fill(NO_CLASS),
  };
}

/** The lives of relays that come late or go away, their processes all the same. */
export function livesOf(
  { joinsUs, absences, absentRelay, leavesUs, returnsUs }: Presence,
  relays: number,
): Churn {
  const rows = Array.from({ length: absences }, (_unused, row) => row);
  rows.sort((a, b) => absentRelay[a]! - absentRelay[b]! || leavesUs[a]! - leavesUs[b]!);
  const spells = rows.map((row) => ({
    relay: absentRelay[row]!,
    leavesUs: leavesUs[row]!,
    returnsUs: returnsUs[row]!,
    isRestart: false,
  }));
  const firstAbsence = uint32Column(relays + 1);
  for (const { relay } of spells) firstAbsence[relay + 1]!++;
  for (let relay = 0; relay < relays; relay++) firstAbsence[relay + 1]! += firstAbsence[relay]!;
  return { ...nobodyGoes(relays), ...spellColumns(spells), joinsUs, firstAbsence };
}

function spellColumns(spells: readonly Spell[]) {
  const absentRelay = uint32Column(spells.length);
  const leavesUs = float64Column(spells.length);
  const returnsUs = float64Column(spells.length);
  const isRestart = uint8Column(spells.length);
  spells.forEach((spell, row) => {
    absentRelay[row] = spell.relay;
    leavesUs[row] = spell.leavesUs;
    returnsUs[row] = spell.returnsUs;
    isRestart[row] = spell.isRestart ? 1 : 0;
  });
  return { absences: spells.length, absentRelay, leavesUs, returnsUs, isRestart };
}

function drawClasses({ rates, population, seed }: ChurnParts): Uint8Array {
  const classOf = uint8Column(population.relays).fill(NO_CLASS);
  const bounds = rates.shares.map((shares) => {
    let upTo = 0;
    return shares.map((share) => (upTo += share));
  });
  const stream = randomStream(seed, 'churn classes');
  spreadProbabilities(relayGroups(rates, population), stream, (relay, probability, group) => {
    const found = bounds[group]!.findIndex((bound) => probability < bound);
    if (found >= 0) classOf[relay] = found;
    // The last bound is 1 but for rounding where nobody stays up.
    else if (rates.isByUptime) classOf[relay] = rates.classes.length - 1;
  });
  return classOf;
}

function drawDeparture({ rates, startSeconds, seed }: ChurnParts, relay: number, bornUs: number): number {
  const { departuresPerRelayDay, survival } = rates;
  const stream = randomStream(seed, 'departures', relay);
  const days =
    bornUs > 0 && survival !== null
      ? lifetimeDays(survival, stream.uniform())
      : departuresPerRelayDay > 0
        ? -ln(stream.uniform()) / departuresPerRelayDay
        : Number.POSITIVE_INFINITY;
  const lifeUs = Math.max(LEAST_LIFE_SECONDS * 1e6, Math.round(days * DAY_SECONDS * 1e6));
  return Math.max(startSeconds * 1e6, bornUs + lifeUs);
}

/** After how many days a share `left` of the newcomers is left; Infinity beyond what was observed. */
function lifetimeDays(survival: readonly (readonly [days: number, share: number])[], left: number): number {
  let [day, share] = [0, 1];
  for (const [nextDay, nextShare] of survival) {
    if (left > nextShare) return day + ((share - left) / (share - nextShare)) * (nextDay - day);
    [day, share] = [nextDay, nextShare];
  }
  return Number.POSITIVE_INFINITY;
}

/** One relay's sessions and absences. */
class Life {
  private readonly relay: number;
  private readonly rates: ChurnRates;
  private readonly law: ChurnClass | null;
  private readonly bornUs: number;
  private readonly goneUs: number;
  /** When the network stands. */
  private readonly startUs: number;
  /** The life that the run sees ends here. */
  private readonly endUs: number;
  private readonly stream: RandomStream;
  private readonly restarts: RandomStream;

  constructor(
    { rates, durationSeconds, startSeconds, seed }: ChurnParts,
    relay: number,
    lawIndex: number,
    bornUs: number,
    goneUs: number,
  ) {
    this.relay = relay;
    this.rates = rates;
    this.law = rates.classes[lawIndex] ?? null;
    this.bornUs = bornUs;
    this.goneUs = goneUs;
    this.startUs = startSeconds * 1e6;
    this.endUs = Math.min(goneUs, durationSeconds * 1e6);
    this.stream = randomStream(seed, 'sessions and absences', relay);
    this.restarts = randomStream(seed, 'restarts', relay);
  }

  /** Adds its absences in order of time, and answers when it is first up; Infinity for never. */
  live(spells: Spell[]): number {
    const { bornUs, endUs, law, stream } = this;
    let fromUs = bornUs;
    let isMet = bornUs === 0;
    if (isMet && law !== null && stream.uniform() >= uptimeOf(law)) {
      fromUs += spellUs(leftSeconds(law.absence, stream));
      isMet = false;
      if (fromUs >= endUs) return Number.POSITIVE_INFINITY;
    }
    const joinsUs = fromUs;
    for (;;) {
      const leavesUs = this.leaves(fromUs, isMet);
      isMet = false;
      this.restart(fromUs, Math.min(leavesUs, endUs), spells);
      if (leavesUs >= endUs || law === null) break;
      const awayUs = spellUs(freshSeconds(law.absence, stream));
      const returnsUs = leavesUs + awayUs;
      const isRestart = awayUs < this.rates.restartBelowSeconds * 1e6;
      const isLast = returnsUs >= endUs;
      this.add(spells, leavesUs, isLast ? Number.POSITIVE_INFINITY : returnsUs, isRestart && !isLast);
      if (isLast) return joinsUs;
      fromUs = returnsUs;
    }
    if (endUs === this.goneUs) this.add(spells, endUs, Number.POSITIVE_INFINITY, false);
    return joinsUs;
  }

  private leaves(fromUs: number, isMet: boolean): number {
    const { law, stream } = this;
    if (law === null) return Number.POSITIVE_INFINITY;
    const seconds = isMet ? leftSeconds(law.session, stream) : freshSeconds(law.session, stream);
    return Math.max(this.startUs, fromUs + spellUs(seconds));
  }

  /** Restarts of a session, which goes on through them. */
  private restart(fromUs: number, toUs: number, spells: Spell[]): void {
    const { restarts } = this.rates;
    if (restarts === null) return;
    const next = (): number => spellUs(this.restarts.exponential(restarts.everySeconds));
    const forUs = spellUs(restarts.forSeconds);
    const firstUs = Math.max(fromUs, this.startUs);
    for (
      let atUs = firstUs + next();
      atUs + forUs + LEAST_SPELL_SECONDS * 1e6 < toUs;
      atUs += forUs + next()
    ) {
      this.add(spells, atUs, atUs + forUs, true);
    }
  }

  private add(spells: Spell[], leavesUs: number, returnsUs: number, isRestart: boolean): void {
    spells.push({ relay: this.relay, leavesUs, returnsUs, isRestart });
  }
}

function spellUs(seconds: number): number {
  return Math.round(Math.max(LEAST_SPELL_SECONDS, seconds) * 1e6);
}
