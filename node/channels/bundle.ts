/**
 * A bundle is the gossip message: files of the repository by name, in one canonical order.
 *
 * Layout: the four bytes `RWB1`, the number of files in a byte, then for each file the length of its name in a
 * byte, the name, its length as a big-endian 32-bit number, and its bytes. The order is fixed (roots, timestamp,
 * snapshot, targets, delegated roles by name, at most one target), so that a publication has one message and
 * nobody can vary it to flood the network with copies.
 */

import type { Fetched, Fetcher, FetchLimits } from '../trust/fetcher.ts';
import { TARGETS_FOLDER, TIMESTAMP_FILE } from '../trust/file-name.ts';
import { BUNDLE_MAX_BYTES, BUNDLE_MAX_FILES, BUNDLE_MAX_ROOTS } from './limits.ts';

export type BundleFiles = ReadonlyMap<string, Uint8Array>;

const MAGIC = Buffer.from('RWB1', 'latin1');
const HEADER_BYTES = MAGIC.length + 1;
const METADATA_NAME = /^([1-9]\d{0,14})\.([a-z0-9][a-z0-9-]{0,63})\.json$/;
const TARGET_NAME = new RegExp(
  `^${TARGETS_FOLDER}/[a-z0-9][a-z0-9-]{0,63}/[0-9a-f]{64}\\.[A-Za-z0-9][A-Za-z0-9._-]{0,99}$`,
);

/** Place of a kind of file in a bundle. */
const RANK = { root: 0, timestamp: 1, snapshot: 2, targets: 3, delegated: 4, target: 5 } as const;

interface Place {
  readonly rank: number;
  /** Orders files of one rank: versions of roots, names of delegated roles. */
  readonly version: number;
  readonly role: string;
}

/** The message with these files. Throws RangeError for files that no receiver would take. */
export function encodeBundle(files: BundleFiles): Uint8Array {
  const parts: Uint8Array[] = [MAGIC, Buffer.from([files.size])];
  for (const [name, bytes] of files) {
    const text = Buffer.from(name, 'latin1');
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    parts.push(Buffer.from([text.length]), text, length, bytes);
  }
  const message = new Uint8Array(Buffer.concat(parts));
  if (decodeBundle(message) === null) {
    throw new RangeError(`not a bundle: ${[...files.keys()].join(', ')} (${message.length} bytes)`);
  }
  return message;
}

/** The files of a message, as views of its bytes; null for anything that is not exactly a bundle. */
export function decodeBundle(message: Uint8Array): BundleFiles | null {
  if (message.length > BUNDLE_MAX_BYTES || message.length < HEADER_BYTES) return null;
  const view = Buffer.from(message.buffer, message.byteOffset, message.byteLength);
  if (!view.subarray(0, MAGIC.length).equals(MAGIC)) return null;
  const count = view[MAGIC.length]!;
  if (count === 0 || count > BUNDLE_MAX_FILES) return null;
  const files = new Map<string, Uint8Array>();
  let before: Place | null = null;
  let roots = 0;
  let at = HEADER_BYTES;
  for (let file = 0; file < count; file++) {
    const nameEnd = at + 1 + (view[at] ?? 0);
    if (nameEnd + 4 > view.length) return null;
    const name = view.toString('latin1', at + 1, nameEnd);
    const start = nameEnd + 4;
    at = start + view.readUInt32BE(nameEnd);
    if (at > view.length) return null;
    const place = placeOf(name);
    if (place === null || (before !== null && !follows(before, place))) return null;
    if (place.rank === RANK.root && ++roots > BUNDLE_MAX_ROOTS) return null;
    before = place;
    files.set(name, message.subarray(start, at));
  }
  return at === view.length ? files : null;
}

function placeOf(name: string): Place | null {
  if (name === TIMESTAMP_FILE) return { rank: RANK.timestamp, version: 0, role: '' };
  const metadata = METADATA_NAME.exec(name);
  if (metadata !== null) {
    const version = Number(metadata[1]);
    const role = metadata[2]!;
    switch (role) {
      case 'root':
      case 'snapshot':
      case 'targets':
        return { rank: RANK[role], version, role };
      case 'timestamp':
        return null;
      default:
        return { rank: RANK.delegated, version, role };
    }
  }
  return TARGET_NAME.test(name) ? { rank: RANK.target, version: 0, role: '' } : null;
}

function follows(before: Place, place: Place): boolean {
  if (place.rank !== before.rank) return place.rank > before.rank;
  if (place.rank === RANK.root) return place.version === before.version + 1;
  return place.rank === RANK.delegated && place.role > before.role;
}

/** Has the files of one bundle. */
export class BundleFetcher implements Fetcher {
  readonly isAtHand = true;
  private readonly files: BundleFiles;

  constructor(files: BundleFiles) {
    this.files = files;
  }

  fetch(file: string, { maxBytes }: FetchLimits): Promise<Fetched> {
    const bytes = this.files.get(file);
    if (bytes === undefined) return Promise.resolve({ failed: 'not-found' });
    return Promise.resolve(bytes.length > maxBytes ? { failed: 'too-large' } : { bytes });
  }
}
