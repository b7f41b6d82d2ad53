/**
 * The files of a run in one piece, for the way from a worker to whoever writes them.
 *
 * The piece is deflated: a line of JSON with name, length and hash of each file, then their bytes. It comes from another
 * machine, so names and hashes are checked before anything is written.
 */

import { promisify } from 'node:util';
import { deflate, inflate } from 'node:zlib';
import { z } from 'zod';
import { sha256 } from '../report/manifest.ts';

export interface RunFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** The largest piece that is opened; runs of a million relays make some 100 MB. */
const OPENED_BYTES_MAX = 2 ** 30;
const NEWLINE = 0x0a;

const headerSchema = z.array(
  z.strictObject({
    name: z.string().regex(/^[a-z][a-z0-9.-]{0,63}$/),
    length: z.number().int().min(0),
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
  }),
);

/** A piece that does not open, and why. */
export class BrokenPieceError extends Error {
  override readonly name = 'BrokenPieceError';
}

/** Puts the files into one piece. */
export async function packFiles(files: readonly RunFile[]): Promise<Buffer> {
  const header = files.map(({ name, bytes }) => ({ name, length: bytes.length, sha256: sha256(bytes) }));
  const parts = [Buffer.from(`${JSON.stringify(header)}\n`), ...files.map(({ bytes }) => bytes)];
  return promisify(deflate)(Buffer.concat(parts));
}

function readHeader(text: string): z.output<typeof headerSchema> {
  try {
    return headerSchema.parse(JSON.parse(text));
  } catch {
    throw new BrokenPieceError('its list of files does not read');
  }
}

/** Takes the files out again; throws BrokenPieceError. */
export async function unpackFiles(piece: Uint8Array): Promise<RunFile[]> {
  let content: Buffer;
  try {
    content = await promisify<Uint8Array, object, Buffer>(inflate)(piece, {
      maxOutputLength: OPENED_BYTES_MAX,
    });
  } catch {
    throw new BrokenPieceError('it does not inflate');
  }
  const headerEnd = content.indexOf(NEWLINE);
  const header = readHeader(content.subarray(0, Math.max(0, headerEnd)).toString());
  let from = headerEnd + 1;
  const files = header.map(({ name, length, sha256: hash }) => {
    const bytes = content.subarray(from, (from += length));
    if (bytes.length !== length || sha256(bytes) !== hash) throw new BrokenPieceError(`${name} is damaged`);
    return { name, bytes };
  });
  if (from !== content.length || new Set(header.map(({ name }) => name)).size !== header.length) {
    throw new BrokenPieceError('its files are not those of its list');
  }
  return files;
}
