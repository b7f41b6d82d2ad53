/**
 * What a gossip message carries of the repository that this relay trusts, checked file by file.
 *
 * A refresh looks only at what it needs. Before a message is passed on, the rest of it is looked at as well: a
 * false file beside genuine ones would travel under this relay's name. Files that the relay knows nothing of, such
 * as those of roles that it does not follow, it cannot judge; they do not make a message worth passing on.
 */

import { BUNDLE_MAX_ROOTS } from '../channels/limits.ts';
import type { Fetcher } from '../trust/fetcher.ts';
import { metadataFile, TIMESTAMP_FILE, targetFile } from '../trust/file-name.ts';
import { FETCH_TIMEOUT_MS } from '../trust/limits.ts';
import type { TrustRefusal } from '../trust/refusal.ts';
import type { TrustClient } from '../trust/trust-client.ts';
import type { UpdateTarget } from '../trust/update-target.ts';

export interface CarriedFiles {
  /** Names of the trusted files that the source has, every one with the right bytes. */
  readonly names: readonly string[];
  /** The targets among them, by name. */
  readonly targets: ReadonlyMap<string, Uint8Array>;
  /** The first file that is not what this relay trusts under its name. */
  readonly wrong: { readonly refused: TrustRefusal; readonly target: UpdateTarget | null } | null;
  /** Bytes hashed. */
  readonly hashedBytes: number;
}

export const NOTHING_CARRIED: CarriedFiles = { names: [], targets: new Map(), wrong: null, hashedBytes: 0 };

/** Looks at a source whose files are at hand: each of them is asked for. */
export async function checkCarried(source: Fetcher, client: TrustClient): Promise<CarriedFiles> {
  const names: string[] = [];
  const targets = new Map<string, Uint8Array>();
  let wrong: CarriedFiles['wrong'] = null;
  let hashedBytes = 0;
  for (const name of metadataNames(client)) {
    const trusted = client.file(name);
    if (trusted === null) continue;
    const found = await compare(source, name, trusted);
    if (found === 'right') names.push(name);
    // All but the timestamp are named by hash in what the sender has verified, if it has.
    else if (found === 'wrong') {
      wrong ??= { refused: name === TIMESTAMP_FILE ? 'equivocation' : 'mix-and-match', target: null };
    }
  }
  for (const target of client.targets()) {
    const name = targetFile(target.path, target.sha256);
    const fetched = await source.fetch(name, { maxBytes: target.length, timeoutMs: FETCH_TIMEOUT_MS });
    if ('failed' in fetched) {
      if (fetched.failed === 'too-large') wrong ??= { refused: 'wrong-length', target };
      continue;
    }
    const { bytes } = fetched;
    // The client may have the target already, and not look at these bytes.
    const checked = await client.download(target, { fetch: () => Promise.resolve({ bytes }) });
    hashedBytes += checked.work.bytes;
    if ('bytes' in checked && areEqual(checked.bytes, bytes)) {
      names.push(name);
      targets.set(name, checked.bytes);
    } else if ('bytes' in checked) wrong ??= { refused: 'wrong-hash', target };
    else if (checked.refused !== 'not-found') wrong ??= { refused: checked.refused, target };
  }
  return { names, targets, wrong, hashedBytes };
}

async function compare(
  source: Fetcher,
  name: string,
  trusted: Uint8Array,
): Promise<'absent' | 'right' | 'wrong'> {
  const fetched = await source.fetch(name, { maxBytes: trusted.length, timeoutMs: FETCH_TIMEOUT_MS });
  if ('failed' in fetched) return fetched.failed === 'too-large' ? 'wrong' : 'absent';
  return areEqual(fetched.bytes, trusted) ? 'right' : 'wrong';
}

function areEqual(one: Uint8Array, other: Uint8Array): boolean {
  return one === other || Buffer.compare(one, other) === 0;
}

/** Names of the metadata that this relay trusts, as far as a message carries them. */
function metadataNames(client: TrustClient): string[] {
  const { root, snapshot } = client.versions();
  const names = [TIMESTAMP_FILE];
  for (let version = root; version > 0 && version > root - BUNDLE_MAX_ROOTS; version--) {
    names.push(metadataFile('root', version));
  }
  const snapshotFile = metadataFile('snapshot', snapshot);
  const bytes = client.file(snapshotFile);
  return bytes === null ? names : [...names, snapshotFile, ...namedBy(bytes)];
}

/** By the bytes themselves, which relays that trust the same snapshot share. */
const namedFiles = new WeakMap<Uint8Array, readonly string[]>();

function namedBy(snapshot: Uint8Array): readonly string[] {
  let names = namedFiles.get(snapshot);
  if (names === undefined) {
    // It has been verified: its form needs no second check.
    const { signed } = JSON.parse(Buffer.from(snapshot).toString('utf8')) as {
      signed: { meta: Record<string, { version: number }> };
    };
    names = Object.entries(signed.meta).map(([file, { version }]) =>
      metadataFile(file.replace(/\.json$/, ''), version),
    );
    namedFiles.set(snapshot, names);
  }
  return names;
}
