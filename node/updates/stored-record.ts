/**
 * Reads a stored record, whose checksum has been found right.
 *
 * A checksum says that nobody's disk has erred, not that this version of the program wrote the file; the shape
 * is checked all the same.
 */

import { z } from 'zod';
import type { StoredRelay } from './store.ts';

const hash = z.string().regex(/^[0-9a-f]{64}$/);
const whole = z.int().min(0);

const storedModule = z.object({ hash, module: z.string(), version: whole, stateVersion: whole });

const storedRelay = z.object({
  slots: z.array(
    z.object({
      hook: z.string(),
      interfaceVersion: whole,
      active: storedModule.nullable(),
      previous: storedModule.nullable(),
      candidate: storedModule.extend({ notBeforeMs: z.number(), wave: whole, starts: whole }).nullable(),
      state: z.base64(),
      stateVersion: whole,
      quarantined: z.array(z.tuple([hash, z.string()])),
      confirmed: z.array(z.tuple([z.string(), whole, hash])),
    }),
  ),
  revoked: z.array(hash),
});

/** The record, or null for a text that is not one. */
export function parseRecord(text: string): StoredRelay | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  const parsed = storedRelay.safeParse(value);
  return parsed.success ? (parsed.data as StoredRelay) : null;
}
