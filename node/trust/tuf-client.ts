/**
 * A relay's TUF client: the door of this room, behind which every check is made.
 *
 * It takes no time or chance but the relay's clock, and it makes its own decision from its own state; what follows
 * from bytes alone it may share with other relays through a cache. Metadata whose timestamp, snapshot, targets or
 * root has expired offer nothing: `targets()` is empty then, which says that the relay knows of no targets, not
 * that there are none.
 */

import type { Clock } from '../environment.ts';
import { bytesAreNamedBy, metaOf } from './document.ts';
import { Examination } from './examination.ts';
import type { Fetcher } from './fetcher.ts';
import { fileOfTarget, metadataFile } from './file-name.ts';
import { FETCH_TIMEOUT_MS, TARGET_BYTES_PER_SECOND_MIN } from './limits.ts';
import { Refresh } from './refresh.ts';
import { restore } from './restore.ts';
import { chunksOf } from './role-updates.ts';
import type {
  Downloaded,
  Refreshed,
  ThirdPartyPolicy,
  TrustClient,
  TrustClientParts,
  TrustVersions,
} from './trust-client.ts';
import type { TrustStore } from './trust-store.ts';
import { type Publication, TrustedState } from './trusted-state.ts';
import type { UpdateTarget } from './update-target.ts';
import { VerificationCache } from './verification-cache.ts';

export interface TufClientParts extends TrustClientParts {
  /** Shared by relays that verify the same bytes; a client alone has its own. */
  readonly cache?: VerificationCache;
}

export class TufClient implements TrustClient {
  private readonly fetcher: Fetcher;
  private readonly clock: Clock;
  private readonly store: TrustStore;
  private readonly developmentNetwork: boolean;
  private readonly thirdParties: ThirdPartyPolicy;
  private readonly cache: VerificationCache;
  private readonly state: TrustedState;
  /**
   * Each settles when the last refresh that was asked for is over, and never rejects.
   *
   * Sources at hand have a turn of their own: what a peer answers just in time must not hold up what has been
   * gossiped (slow delivery, TUF 1.5.2).
   */
  private readonly turns: Record<'atHand' | 'far', Promise<void> | null> = { atHand: null, far: null };

  constructor(parts: TufClientParts) {
    this.fetcher = parts.fetcher;
    this.clock = parts.clock;
    this.store = parts.store;
    this.developmentNetwork = parts.developmentNetwork;
    this.thirdParties = parts.thirdParties;
    this.cache = parts.cache ?? new VerificationCache();
    this.state = new TrustedState(parts.store);
  }

  init(root: Uint8Array): void {
    const examination = this.examine();
    const examined = examination.firstRoot(root);
    if ('refused' in examined) {
      throw new RangeError(`the root that came with the relay is ${examined.refused}: ${examined.detail}`);
    }
    this.state.begin(examined);
    restore(this.state, this.store, examination, this.thirdParties);
  }

  refresh(from: Fetcher = this.fetcher): Promise<Refreshed> {
    const run = () => new Refresh(this.state, this.examine(), from, this.thirdParties, this.clock).run();
    const { turns } = this;
    const line = from.isAtHand === true ? 'atHand' : 'far';
    const result = turns[line]?.then(run) ?? run();
    const over = () => {
      if (turns[line] === settled) turns[line] = null;
    };
    const settled: Promise<void> = result.then(over, over);
    turns[line] = settled;
    return result;
  }

  async download(target: UpdateTarget, from: Fetcher = this.fetcher): Promise<Downloaded> {
    const examination = this.examine();
    const file = fileOfTarget(target);
    if (!this.lists(target)) {
      return examination.refuse('not-found', file, 'the trusted metadata do not list it, or have expired');
    }
    const kept = this.file(file);
    if (kept !== null) {
      examination.hash(kept);
      return { bytes: kept, work: examination.work };
    }
    const { length, sha256 } = target;
    const fetched = await from.fetch(file, {
      maxBytes: length,
      timeoutMs: FETCH_TIMEOUT_MS + Math.ceil((length * 1000) / TARGET_BYTES_PER_SECOND_MIN),
      target: { sha256, length, chunks: chunksOf(target) },
    });
    if ('failed' in fetched) return examination.refuse(fetched.failed, file, `a target of ${length} bytes`);
    if (fetched.bytes.length !== length) {
      return examination.refuse('wrong-length', file, `${fetched.bytes.length} bytes, must be ${length}`);
    }
    if (examination.hash(fetched.bytes) !== sha256) {
      return examination.refuse('wrong-hash', file, 'the SHA-256 differs');
    }
    const bytes = this.cache.oneCopy(fetched.bytes);
    // While it was on its way the metadata may have changed: then it is good, but nobody asks for it any more.
    if (this.state.targetOf(file) !== null) this.state.keepTarget(file, bytes);
    return { bytes, work: examination.work };
  }

  targets(): readonly UpdateTarget[] {
    const { publication } = this.state;
    if (publication === null) return [];
    const nowMs = this.clock.nowMs();
    if (nowMs >= this.expiresMs(publication)) return [];
    const { listing, visits } = publication;
    const expired = visits.filter(({ document }) => nowMs >= document.expiresMs).map(({ role }) => role);
    return expired.length === 0
      ? listing.targets
      : listing.targets.filter(({ role }) => !expired.includes(role));
  }

  versions(): TrustVersions {
    const { roots, publication } = this.state;
    return {
      root: roots.at(-1)?.version ?? 0,
      timestamp: publication?.timestamp.version ?? 0,
      snapshot: publication?.snapshot.version ?? 0,
      timestampSha256: publication?.timestamp.sha256 ?? '',
    };
  }

  isIncomplete(): boolean {
    return this.state.publication !== null && this.state.isIncomplete;
  }

  freshUntilMs(): number | null {
    return this.state.publication?.timestamp.expiresMs ?? null;
  }

  file(name: string): Uint8Array | null {
    for (const [file, bytes] of this.state.metadata()) if (file === name) return bytes;
    const target = this.state.targetOf(name);
    if (target === null) return null;
    const bytes = this.state.stored(name);
    if (bytes === null) return null;
    // A disk may lie, for a while: what it holds stays, and is written over when it comes anew.
    return bytes.length === target.length && this.cache.hash(bytes) === target.sha256 ? bytes : null;
  }

  names(file: string, bytes: Uint8Array): boolean {
    const { publication } = this.state;
    const [, version, role] = /^(\d+)\.(.+)\.json$/.exec(file) ?? [];
    if (publication === null || role === undefined) return false;
    const meta = metaOf(publication.snapshot, role);
    // Without a hash the snapshot names a version, which anybody can put his own bytes under.
    if (meta?.hashes === undefined || metadataFile(role, meta.version) !== `${version}.${role}.json`)
      return false;
    return bytesAreNamedBy(meta, bytes.length, this.cache.hash(bytes));
  }

  /** Writes that the store could not do: what they should have kept is gone after a restart. */
  storeFailures(): number {
    return this.state.storeFailures;
  }

  private examine(): Examination {
    return new Examination(this.cache, this.developmentNetwork, this.state.roots);
  }

  private expiresMs({ timestamp, snapshot, targets }: Publication): number {
    return Math.min(this.state.root.expiresMs, timestamp.expiresMs, snapshot.expiresMs, targets.expiresMs);
  }

  private lists({ path, role, sha256, length }: UpdateTarget): boolean {
    return this.targets().some(
      (listed) =>
        listed.path === path && listed.role === role && listed.sha256 === sha256 && listed.length === length,
    );
  }
}
