/**
 * What sybils do with a message, and what they send of their own: the attacks, each in a few lines.
 *
 * Outside the time of the attack, and beside what the attack asks for, sybils behave well: they pass each message on
 * to the relays of their mesh, and answer IWANT. They announce nothing by IHAVE, which no relay is owed.
 */

import type { SybilPlan } from '../../../scenario/sybil-plan.ts';
import type { RandomStream } from '../../random.ts';
import type { Frame } from '../frame.ts';
import {
  graftAndPruneFrame,
  idontwantFrames,
  ihaveFrame,
  iwantFrame,
  MESSAGE_ID_BYTES,
  messagesFrame,
  subscriptionFrame,
} from './sybil-frames.ts';

/** A message that is no publication is as large as a small one. */
const INVALID_MESSAGE_BYTES = 1024;

/** Attacks in which nothing is passed on and nothing is asked for. */
const SILENT: ReadonlySet<string> = new Set(['eclipse', 'cold-boot', 'covert-flash', 'attack-at-dawn']);

export function isAttacking({ fromSeconds, toSeconds }: SybilPlan, nowUs: number): boolean {
  return nowUs >= fromSeconds * 1e6 && nowUs < toSeconds * 1e6;
}

/** Whether a sybil in the middle of its attack says nothing at all. */
export function isSilent({ attack }: SybilPlan): boolean {
  return SILENT.has(attack);
}

/** Whether it keeps a message to itself. */
export function withholds(plan: SybilPlan, carriesModule: boolean, random: RandomStream): boolean {
  if (SILENT.has(plan.attack)) return true;
  if (plan.attack === 'degradation') return random.uniform() < plan.dropShare;
  return plan.attack === 'censoring' && carriesModule;
}

/** What a flood is made of. */
export interface FloodParts {
  readonly plan: SybilPlan;
  readonly topic: string;
  readonly random: RandomStream;
  /** Tells this sybil's topics from those of others. */
  readonly sybil: number;
  /** Counts the floods of this sybil. */
  readonly round: number;
  /** Ids of messages that it heard of late. */
  readonly recentIds: readonly Uint8Array[];
}

/** The frames of one flood, the same for all links of the sybil; none for attacks that are no flood. */
export function floodFrames({ plan, topic, random, sybil, round, recentIds }: FloodParts): Frame[] {
  const { attack, batch } = plan;
  const madeUp = (count: number, bytes: number) =>
    Array.from({ length: Math.max(0, count) }, () => noise(random, bytes));
  switch (attack) {
    case 'ihave-flood':
      return [ihaveFrame(topic, madeUp(batch, MESSAGE_ID_BYTES))];
    case 'iwant-flood': {
      const known = recentIds.slice(0, batch);
      return [iwantFrame([...known, ...madeUp(batch - known.length, MESSAGE_ID_BYTES)])];
    }
    case 'graft-flood':
      return [graftAndPruneFrame(topic)];
    case 'idontwant-flood':
      return idontwantFrames(madeUp(batch, MESSAGE_ID_BYTES));
    case 'subscription-flood': {
      const topics = (number: number) =>
        Array.from(
          { length: number < 0 ? 0 : batch },
          (_unused, index) => `flood/${sybil}/${number}/${index}`,
        );
      return [subscriptionFrame(topics(round), topics(round - 1))];
    }
    case 'invalid-messages':
      return [messagesFrame(topic, madeUp(batch, INVALID_MESSAGE_BYTES))];
    default:
      return [];
  }
}

function noise(random: RandomStream, bytes: number): Uint8Array {
  const words = Uint32Array.from({ length: bytes / 4 }, () => random.uint32());
  return new Uint8Array(words.buffer);
}
