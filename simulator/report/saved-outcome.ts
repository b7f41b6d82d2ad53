/**
 * outcome.json: what happened in each arm of a run, so that its charts can be drawn again without running it.
 *
 * The network is not in it: it is drawn from the scenario. The text is devalue's (JSON with references), in which a
 * column is its type and its bytes, little-endian, in base64; so the same run gives the same bytes everywhere.
 */

import { endianness } from 'node:os';
import { parse, stringify } from 'devalue';
import type { ArmOutcome } from '../measure/outcome.ts';

/** Runs of more relays do not keep their outcome: 120 bytes a relay and arm, where a million are run again in a minute. */
export const OUTCOME_RELAYS_MAX = 200_000;

const COLUMNS = {
  Float64Array,
  Float32Array,
  Uint32Array,
  Int32Array,
  Uint16Array,
  Uint8Array,
} as const;
type ColumnName = keyof typeof COLUMNS;
type Column = InstanceType<(typeof COLUMNS)[ColumnName]>;

const NAMES = Object.keys(COLUMNS) as ColumnName[];

function bytesOf({ buffer, byteOffset, byteLength }: Column): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

/** In the order of numbers of `width` bytes that this machine has, or back from it. */
function inFileOrder(bytes: Buffer, width: number): Buffer {
  if (endianness() === 'LE' || width === 1) return bytes;
  const copy = Buffer.from(bytes);
  if (width === 2) return copy.swap16();
  return width === 4 ? copy.swap32() : copy.swap64();
}

const WRITERS = Object.fromEntries(
  NAMES.map((name) => [
    name,
    (value: unknown) =>
      value?.constructor === COLUMNS[name] &&
      inFileOrder(bytesOf(value as Column), COLUMNS[name].BYTES_PER_ELEMENT).toString('base64'),
  ]),
);

const READERS = Object.fromEntries(
  NAMES.map((name) => [
    name,
    (text: string) => {
      const bytes = inFileOrder(Buffer.from(text, 'base64'), COLUMNS[name].BYTES_PER_ELEMENT);
      // A copy: Buffer's own memory begins where it likes.
      return new COLUMNS[name](new Uint8Array(bytes).buffer);
    },
  ]),
);

/** The text of outcome.json. */
export function formatOutcome(arms: readonly ArmOutcome[]): string {
  return `${stringify({ arms }, WRITERS)}\n`;
}

/** The arms of outcome.json; null for a text that is none. */
export function parseOutcome(text: string): readonly ArmOutcome[] | null {
  try {
    const { arms } = parse(text, READERS) as { arms?: unknown };
    return Array.isArray(arms) ? (arms as ArmOutcome[]) : null;
  } catch {
    return null;
  }
}
