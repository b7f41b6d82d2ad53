/**
 * The text of a scenario file: what is read, and what is refused before anything looks inside.
 *
 * Reads one byte more than the limit and no further, so that an endless file (a pipe, a device) is refused
 * like any other large one.
 */

import { isUtf8 } from 'node:buffer';
import { closeSync, existsSync, fstatSync, openSync, readdirSync, readSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import didYouMean from 'didyoumean2';
import { type Problem, ScenarioError } from './problem.ts';

export const FILE_BYTES_MAX = 1024 * 1024;
/** Read at a time, so that a small file takes no room for a large one. */
const CHUNK_BYTES = 1024 * 1024;
const LIBRARY_FOLDER = fileURLToPath(new URL('../../scenarios', import.meta.url));

/** What helps where the system does not let a file be read. */
const CURES: Readonly<Record<string, string>> = {
  EMFILE: 'raise the limit of open files (ulimit -n)',
  ENFILE: 'too many files are open on this machine: end other programs',
  EIO: 'check the disk',
};

function problem(file: string, message: string, hint: string | null, line: number | null = null): Problem {
  return { file, line, column: line === null ? null : 1, path: '', message, hint, excerpt: null };
}

/** A file of the same folder whose name is close. */
function neighbour(file: string): string | null {
  try {
    const found = didYouMean(basename(file).slice(0, 64), readdirSync(dirname(file)).slice(0, 1000));
    return typeof found === 'string' ? join(dirname(file), found) : null;
  } catch {
    return null; // the folder is missing as well, or may not be read
  }
}

/** The file of the library that is meant where Relaywave is installed as a package, away from its scenarios. */
function ofTheLibrary(file: string): string | null {
  const shipped = join(LIBRARY_FOLDER, basename(file));
  const named = join(basename(LIBRARY_FOLDER), basename(file));
  return file.endsWith(named) && existsSync(shipped) ? relative('.', shipped) : null;
}

function openProblem(file: string, noun: string, error: NodeJS.ErrnoException): Problem {
  switch (error.code) {
    case 'ENOENT':
    case 'ENOTDIR': {
      const guess = ofTheLibrary(file) ?? neighbour(file);
      return problem(
        file,
        `there is no such ${noun}`,
        guess === null ? 'check the path' : `did you mean ${guess}?`,
      );
    }
    case 'EACCES':
    case 'EPERM':
      return problem(file, 'may not be read', `give permission, as with chmod +r ${file}`);
    case 'EISDIR':
      return problem(file, 'is a folder', 'name a file in it');
    default:
      return problem(
        file,
        `cannot be read (${error.code ?? error.message})`,
        CURES[error.code ?? ''] ?? null,
      );
  }
}

function readUpTo(file: string, limit: number): Buffer {
  const handle = openSync(file, 'r');
  try {
    if (fstatSync(handle).isDirectory()) throw Object.assign(new Error('folder'), { code: 'EISDIR' });
    const chunk = Buffer.alloc(CHUNK_BYTES);
    const chunks: Buffer[] = [];
    let length = 0;
    while (length < limit) {
      const count = readSync(handle, chunk, 0, Math.min(CHUNK_BYTES, limit - length), null);
      if (count === 0) break;
      chunks.push(Buffer.from(chunk.subarray(0, count)));
      length += count;
    }
    return Buffer.concat(chunks);
  } finally {
    closeSync(handle);
  }
}

/**
 * Reads a text file of at most 1 MiB, or `bytesMax`, with any byte order mark taken off.
 * Throws ScenarioError when it is missing, unreadable, too large or not UTF-8.
 */
export function readSource(file: string, noun: string, shownAs = file, bytesMax = FILE_BYTES_MAX): string {
  return textOf(readBytes(file, noun, shownAs, bytesMax), shownAs);
}

/** The same before it is text, for what is hashed as it stands. */
export function readBytes(file: string, noun: string, shownAs: string, bytesMax: number): Buffer {
  let bytes: Buffer;
  try {
    bytes = readUpTo(file, bytesMax + 1);
  } catch (error) {
    throw new ScenarioError([openProblem(shownAs, noun, error as NodeJS.ErrnoException)]);
  }
  if (bytes.length > bytesMax) {
    const message = `is larger than ${bytesMax / 1024 / 1024} MiB`;
    throw new ScenarioError([problem(shownAs, message, `this is hardly a ${noun}`)]);
  }
  return bytes;
}

/** The text that the bytes of a file are. Throws ScenarioError when they are not UTF-8. */
export function textOf(bytes: Buffer, shownAs: string): string {
  if (!isUtf8(bytes)) {
    const before = bytes.toString('utf8').split('\ufffd', 1)[0];
    const line = before.split('\n').length;
    throw new ScenarioError([
      problem(shownAs, 'is not UTF-8 text from here on', 'save the file as UTF-8', line),
    ]);
  }
  return bytes.toString('utf8').replace(/^\ufeff/, '');
}
