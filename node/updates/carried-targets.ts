/**
 * Targets that a gossip message carries, checked: before a message is passed on, not only as far as they are needed.
 *
 * A relay that has a module already would not look at the bytes in the message, and pass on false ones.
 */

import type { Fetcher } from '../trust/fetcher.ts';
import { fileOfTarget } from '../trust/file-name.ts';
import { FETCH_TIMEOUT_MS } from '../trust/limits.ts';
import type { TrustRefusal } from '../trust/refusal.ts';
import type { TrustClient } from '../trust/trust-client.ts';
import type { UpdateTarget } from '../trust/update-target.ts';

export interface CarriedTargets {
  /** Those with the right bytes, by the names of their files. */
  readonly right: ReadonlyMap<string, Uint8Array>;
  /** The first with others than signed. */
  readonly wrong: { readonly refused: TrustRefusal; readonly target: UpdateTarget } | null;
  /** Bytes hashed. */
  readonly hashedBytes: number;
}

export const NOTHING_CARRIED: CarriedTargets = { right: new Map(), wrong: null, hashedBytes: 0 };

/** Looks at a source whose files are at hand: it is asked for each target that the trusted metadata list. */
export async function checkCarried(source: Fetcher, client: TrustClient): Promise<CarriedTargets> {
  const right = new Map<string, Uint8Array>();
  let wrong: CarriedTargets['wrong'] = null;
  let hashedBytes = 0;
  for (const target of client.targets()) {
    const name = fileOfTarget(target);
    const fetched = await source.fetch(name, { maxBytes: target.length, timeoutMs: FETCH_TIMEOUT_MS });
    if ('failed' in fetched) {
      if (fetched.failed === 'too-large') wrong ??= { refused: 'wrong-length', target };
      continue;
    }
    const { bytes } = fetched;
    const checked = await client.download(target, { fetch: () => Promise.resolve({ bytes }) });
    hashedBytes += checked.work.bytes;
    if (!('bytes' in checked)) {
      // Not listed any more, or expired, since it was asked for: that says nothing of the bytes.
      if (checked.refused !== 'not-found') wrong ??= { refused: checked.refused, target };
    } else if (areEqual(checked.bytes, bytes)) right.set(name, checked.bytes);
    else wrong ??= { refused: bytes.length === target.length ? 'wrong-hash' : 'wrong-length', target };
  }
  return right.size === 0 && wrong === null ? NOTHING_CARRIED : { right, wrong, hashedBytes };
}

function areEqual(one: Uint8Array, other: Uint8Array): boolean {
  return one === other || Buffer.compare(one, other) === 0;
}
