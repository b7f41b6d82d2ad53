/**
 * What is known of a key beside what zod keeps: the kind of its value, its limits, and what `--scale` makes of it.
 *
 * The reference page and the scaling of scenarios read it; the schema for editors does not change with it.
 */

import { z } from 'zod';
import type { TimeUnit } from './units.ts';

/**
 * How a value follows when a scenario is scaled (scale.ts). `moment`: when something happens in the run. `time`: how
 * long it takes, or how often it happens. `count`: numbers of clients, reports and the like, which follow the number
 * of relays.
 */
export type Scaling = 'moment' | 'time' | 'count';

export interface QuantityFacts {
  readonly noun: 'duration' | 'size' | 'rate' | 'share';
  /** Limits in words: "1s to 365d". */
  readonly range: string;
  /** The word that may stand instead of a quantity. */
  readonly word?: string;
  /** Of durations: what the limits below are numbers of. */
  readonly unit?: TimeUnit;
  readonly min?: number;
  readonly max?: number;
}

type Schema = z.core.$ZodType;

const quantities = z.registry<QuantityFacts>();
const scalings = z.registry<{ readonly how: Scaling }>();

/** The same schema, known as a quantity. */
export function asQuantity<T extends Schema>(schema: T, facts: QuantityFacts): T {
  quantities.add(schema, facts as never);
  return schema;
}

/** The same schema, which `--scale` changes in this way. */
export function scaled<T extends Schema>(how: Scaling, schema: T): T {
  scalings.add(schema, { how } as never);
  return schema;
}

/** Null for what is no quantity. */
export function quantityFacts(schema: Schema): QuantityFacts | null {
  return quantities.get(schema) ?? null;
}

/** Null for what keeps its value. */
export function scalingOf(schema: Schema): Scaling | null {
  return scalings.get(schema)?.how ?? null;
}
