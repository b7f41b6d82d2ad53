/** The unit in which a linear axis of time is read. */

import { DAY_SECONDS } from './human-units.ts';

export interface TimeUnit {
  /** As ticks have it. */
  readonly name: string;
  /** As the label of the axis has it. */
  readonly word: string;
  readonly seconds: number;
}

export const TIME_UNITS: readonly TimeUnit[] = [
  { name: 's', word: 'SECONDS', seconds: 1 },
  { name: 'min', word: 'MINUTES', seconds: 60 },
  { name: 'h', word: 'HOURS', seconds: 3600 },
  { name: 'd', word: 'DAYS', seconds: DAY_SECONDS },
];

/** The smallest unit of which the axis has at most `unitsMax`, or the largest of all. */
export function timeUnit(lengthSeconds: number, unitsMax: number, units = TIME_UNITS): TimeUnit {
  const largest = units.at(-1) as TimeUnit;
  return units.find(({ seconds }) => lengthSeconds / seconds <= unitsMax) ?? largest;
}
