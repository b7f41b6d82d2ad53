/**
 * Paths that a client names, kept inside one folder.
 *
 * A path is refused by its looks first (what climbs, hides, or means something else on another system), and then by
 * where it leads: a symbolic link may point anywhere, so what counts is the real path of what it names.
 */

import { realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';

export type InnerPath =
  | { readonly path: string }
  /** `bad-path`: never inside, whatever there is; `missing`: nothing there, or it leads outside. */
  | { readonly refused: 'bad-path' | 'missing' };

const NAME_BYTES_MAX = 255;
const DEPTH_MAX = 12;

/**
 * Whether the text can be the name of one file or folder that is shown: not hidden, without separators of any system,
 * drive letters, streams, control characters or what a terminal or a page would act on.
 */
export function isPlainName(name: string): boolean {
  return (
    name !== '' &&
    !name.startsWith('.') &&
    !/[/\\:\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u.test(name) &&
    Buffer.byteLength(name) <= NAME_BYTES_MAX
  );
}

/** The parts of a relative path with slashes; null where it is none, or climbs or hides. */
export function pathParts(given: string): readonly string[] | null {
  const parts = given.split('/');
  return parts.length <= DEPTH_MAX && parts.every(isPlainName) ? parts : null;
}

/** The same for a path that is still percent-encoded, as in a URL: decoded once, part by part. */
export function decodedParts(encoded: string): readonly string[] | null {
  try {
    const parts = encoded.split('/').map(decodeURIComponent);
    return parts.length <= DEPTH_MAX && parts.every(isPlainName) ? parts : null;
  } catch {
    return null; // no valid encoding
  }
}

/** The real path of what stands under `parts` in `folder`, which may be a link itself. */
export async function innerPath(folder: string, parts: readonly string[] | null): Promise<InnerPath> {
  if (parts === null) return { refused: 'bad-path' };
  try {
    const home = await realpath(folder);
    const path = await realpath(join(home, ...parts));
    return path.startsWith(`${home}${sep}`) ? { path } : { refused: 'missing' };
  } catch {
    return { refused: 'missing' };
  }
}
