/**
 * A planted fault is a small change that makes the program wrong, as a tired author might have made it.
 *
 * It names the text that it changes, and that text must occur exactly once in its file: where the source has moved on,
 * the fault must move with it, since one that changes nothing, or something else, proves nothing.
 */

import { transformSync } from 'esbuild';

export interface Fault {
  /** What is wrong with the program once the fault is in it, in one line. */
  readonly wrong: string;
  /** Path from the project's folder. */
  readonly file: string;
  readonly find: string;
  readonly replace: string;
  /** Test files that should notice, narrow ones; they are asked first. */
  readonly tests: readonly string[];
  /** Only tests whose titles have one of these words in them; all tests of the files by default. */
  readonly titles?: readonly string[];
  /** Words of `simulate`, such as `scenarios/quick.yaml --scale 5%`, whose invariants should notice. */
  readonly runs?: readonly string[];
}

/** The source with the fault in it. Throws Error, with the reason, for one that no longer fits or does not compile. */
export function plant(source: string, { file, find, replace }: Fault): string {
  const places = source.split(find).length - 1;
  if (places !== 1) throw new Error(`${file}: the text of the fault occurs ${places} times, must be once`);
  if (find === replace) throw new Error(`${file}: the fault changes nothing`);
  const planted = source.replace(find, () => replace);
  transformSync(planted, { loader: file.endsWith('x') ? 'tsx' : 'ts', logLevel: 'silent' });
  return planted;
}

/** The number of the first line that the fault changes, from 1. */
export function lineOf(source: string, { find, replace }: Fault): number {
  let same = 0;
  while (same < find.length && find[same] === replace[same]) same++;
  return source.slice(0, source.indexOf(find) + same).split('\n').length;
}
