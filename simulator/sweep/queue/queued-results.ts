/**
 * Results and inputs on their way through Redis, so that machines need share no folder.
 *
 * A result lies under the name of its run, apart from the job: it is there from the moment that it is whole until some
 * time after it was written, whatever becomes of the job.
 */

import type { Redis } from 'ioredis';
import { sha256 } from '../../report/manifest.ts';
import { packFiles, type RunFile, unpackFiles } from '../run-files.ts';
import { inputKey, resultKey } from './queue-keys.ts';

/** A coordinator that is away for longer has its runs done again. */
const KEPT_SECONDS = 7 * 86_400;
/** Another sweep may be about to fetch the same run. */
const KEPT_AFTER_WRITING_SECONDS = 300;
/** Redis takes 512 MB at most in one value. */
const RESULT_BYTES_MAX = 500e6;

/** Puts the result of a run; the bytes that it takes. */
export async function putResult(redis: Redis, id: string, files: readonly RunFile[]): Promise<number> {
  const piece = await packFiles(files);
  if (piece.length > RESULT_BYTES_MAX) {
    const megabytes = Math.round(piece.length / 1e6);
    throw new Error(
      `the result has ${megabytes} MB compressed, and Redis takes ${RESULT_BYTES_MAX / 1e6} MB`,
    );
  }
  await redis.set(resultKey(id), piece, 'EX', KEPT_SECONDS);
  return piece.length;
}

export async function hasResult(redis: Redis, id: string): Promise<boolean> {
  return (await redis.exists(resultKey(id))) === 1;
}

/** The files of a run; null where there are none. Throws BrokenPieceError. */
export async function getResult(redis: Redis, id: string): Promise<RunFile[] | null> {
  const piece = await redis.getBuffer(resultKey(id));
  return piece === null ? null : unpackFiles(piece);
}

/** Lets a result go that was written. */
export async function releaseResult(redis: Redis, id: string): Promise<void> {
  await redis.expire(resultKey(id), KEPT_AFTER_WRITING_SECONDS);
}

export async function dropResult(redis: Redis, id: string): Promise<void> {
  await redis.del(resultKey(id));
}

/** Puts a file that scenarios name. */
export async function putInput(redis: Redis, name: string, bytes: Uint8Array): Promise<void> {
  await redis.set(inputKey(name), Buffer.from(bytes), 'EX', KEPT_SECONDS);
}

/** Fetches one; throws where it is gone or not what its name says. */
export async function getInput(redis: Redis, name: string): Promise<Buffer> {
  const bytes = await redis.getBuffer(inputKey(name));
  if (bytes === null) throw new Error(`the file ${name} of the scenario is not in Redis any more`);
  if (sha256(bytes) !== name.slice(0, 64)) throw new Error(`the file ${name} of the scenario is damaged`);
  return bytes;
}
