/**
 * One refresh: the client workflow of the TUF specification (sections 5.2 to 5.6) against one source.
 *
 * Every step looks at what the relay holds first and fetches what is missing. So a publication that one source
 * has left incomplete is finished by the next, although its timestamp is no news any more.
 *
 * While it waits for a source, another refresh may change what the relay trusts. Nothing is taken then on the ground
 * of what was before: it begins again, from what is trusted now.
 */

import type { Clock } from '../environment.ts';
import { type Visit, type Wanted, walkDelegations } from './delegation-walk.ts';
import { type Document, isNamedBy, metaOf } from './document.ts';
import { type Examination, type Examined, MAX_BYTES } from './examination.ts';
import type { Fetcher } from './fetcher.ts';
import { metadataFile, TIMESTAMP_FILE } from './file-name.ts';
import {
  FETCH_TIMEOUT_MS,
  REFRESH_TIMEOUT_MS,
  ROOT_MAX_BYTES,
  ROOTS_PER_REFRESH,
  TIMESTAMP_MAX_BYTES,
} from './limits.ts';
import { listTargets } from './listing.ts';
import { isOfSource } from './refusal.ts';
import type { LeftOut, Refreshed, ThirdPartyPolicy, TrustRefused } from './trust-client.ts';
import type { Publication, TrustedState } from './trusted-state.ts';

/** Another refresh has changed what the relay trusts meanwhile. */
const OVERTAKEN = Symbol('overtaken');

/** What has ended a step, and the refresh with it; null if nothing has. */
type Ended = TrustRefused | typeof OVERTAKEN | null;

export class Refresh {
  private readonly state: TrustedState;
  private readonly examination: Examination;
  private readonly source: Fetcher;
  private readonly policy: ThirdPartyPolicy;
  private readonly clock: Clock;
  /** TUF 5.1: one time for the whole of it. */
  private readonly nowMs: number;
  private leftOut: LeftOut[] = [];
  /** Changes of the state that this refresh knows of. */
  private known = 0;
  private hasTaken = false;
  private overtaken: TrustRefused | null = null;

  constructor(
    state: TrustedState,
    examination: Examination,
    source: Fetcher,
    policy: ThirdPartyPolicy,
    clock: Clock,
  ) {
    this.state = state;
    this.examination = examination;
    this.source = source;
    this.policy = policy;
    this.clock = clock;
    this.nowMs = clock.nowMs();
  }

  async run(): Promise<Refreshed> {
    for (;;) {
      this.leftOut = [];
      this.overtaken = null;
      this.known = this.state.changes;
      const refused =
        (await this.updateRoot()) ?? (await this.updateTimestamp()) ?? (await this.updatePublication());
      if (refused === OVERTAKEN) continue; // only genuine news overtake, and the deadline holds
      if (refused !== null) return refused;
      return {
        updated: this.hasTaken,
        work: this.examination.work,
        leftOut: this.leftOut,
        overtaken: this.overtaken,
      };
    }
  }

  /** TUF 5.3. */
  private async updateRoot(): Promise<Ended> {
    const { state, examination } = this;
    for (let taken = 0; taken < ROOTS_PER_REFRESH; taken++) {
      const file = metadataFile('root', state.root.version + 1);
      const bytes = await this.fetch(file, ROOT_MAX_BYTES);
      if (this.isOvertaken()) return OVERTAKEN;
      if (!(bytes instanceof Uint8Array)) {
        if (bytes.refused === 'not-found') break; // TUF 5.3.3: the one before is the last
        return bytes;
      }
      const root = examination.nextRoot(state.root, bytes);
      if ('refused' in root) return root;
      this.take(() => state.takeRoot(root, examination));
    }
    // TUF 5.3.10
    return examination.expired(state.root, metadataFile('root', state.root.version), this.nowMs);
  }

  /** TUF 5.4. */
  private async updateTimestamp(): Promise<Ended> {
    const { state, examination } = this;
    const bytes = await this.fetch(TIMESTAMP_FILE, TIMESTAMP_MAX_BYTES);
    if (this.isOvertaken()) return OVERTAKEN;
    if (!(bytes instanceof Uint8Array)) return bytes;
    const timestamp = examination.nextTimestamp(state.root, state.timestamp, bytes, this.nowMs);
    if ('overtaken' in timestamp) {
      // A bundle may arrive after a fresher timestamp of the same publication, and have what that one lacked.
      if (this.source.isAtHand !== true) return timestamp.overtaken;
      this.overtaken = timestamp.overtaken;
      return null;
    }
    if ('refused' in timestamp) return timestamp;
    if (timestamp !== state.timestamp) this.take(() => state.takeTimestamp(timestamp));
    return null;
  }

  /** TUF 5.5 and 5.6: what the trusted timestamp names, so far as it is not here yet. */
  private async updatePublication(): Promise<Ended> {
    const { state } = this;
    if (this.isOvertaken()) return OVERTAKEN;
    const timestamp = state.timestamp!;
    const snapshot = await this.snapshotOf(timestamp);
    if (this.isOvertaken()) return OVERTAKEN;
    if ('refused' in snapshot) return snapshot;
    if (snapshot !== state.snapshot) this.take(() => state.takeSnapshot(snapshot));
    const targets = await this.targetsOf(snapshot);
    if (this.isOvertaken()) return OVERTAKEN;
    if ('refused' in targets) return targets;
    const visits = await this.visit(snapshot, targets);
    if (this.isOvertaken()) return OVERTAKEN;
    state.isIncomplete = this.leftOut.some(({ refused }) => isOfSource(refused));
    const listing = listTargets(this.examination.cache, targets, visits);
    const publication = { timestamp, snapshot, targets, visits, listing };
    if (state.publication === null || !areEqual(state.publication, publication)) {
      this.leftOut.push(...listing.outside);
      this.take(() => state.takePublication(publication));
    }
    return null;
  }

  private take(change: () => void): void {
    change();
    this.known = this.state.changes;
    this.hasTaken = true;
  }

  private isOvertaken(): boolean {
    return this.state.changes !== this.known;
  }

  private async snapshotOf(timestamp: Document<'timestamp'>): Promise<Examined<'snapshot'>> {
    const { state, examination, nowMs } = this;
    const meta = timestamp.metadata.signed.snapshotMeta;
    const file = metadataFile('snapshot', meta.version);
    const held = state.snapshot;
    if (held !== null && isNamedBy(meta, held)) return examination.expired(held, file, nowMs) ?? held;
    const bytes = await this.fetch(file, MAX_BYTES.snapshot, meta.length);
    if (!(bytes instanceof Uint8Array)) return bytes;
    return examination.nextSnapshot(state.root, timestamp, held, bytes, nowMs);
  }

  private async targetsOf(snapshot: Document<'snapshot'>): Promise<Examined<'targets'>> {
    const { state, examination, nowMs } = this;
    const meta = metaOf(snapshot, 'targets')!; // metadata-shape.ts asks for it
    const file = metadataFile('targets', meta.version);
    const held = state.publication?.targets ?? null;
    if (held !== null && isNamedBy(meta, held)) return examination.expired(held, file, nowMs) ?? held;
    const bytes = await this.fetch(file, MAX_BYTES.targets, meta.length);
    if (!(bytes instanceof Uint8Array)) return bytes;
    return examination.nextTargets(state.root, 'targets', meta, held, bytes, nowMs);
  }

  private async visit(
    snapshot: Document<'snapshot'>,
    targets: Document<'targets'>,
  ): Promise<readonly Visit[]> {
    const walk = walkDelegations(targets, this.policy);
    let step = walk.next();
    while (!step.done) {
      const found = await this.delegatedTargets(snapshot, step.value);
      if (found !== null && 'refused' in found) {
        const { refused, file, detail } = found;
        this.leftOut.push({ refused, file, detail });
      }
      step = walk.next(found !== null && 'metadata' in found ? found : null);
    }
    return step.value;
  }

  /** Null for a role that has published nothing yet. */
  private async delegatedTargets(
    snapshot: Document<'snapshot'>,
    { role, delegator }: Wanted,
  ): Promise<Examined<'targets'> | null> {
    const { state, examination, nowMs } = this;
    const meta = metaOf(snapshot, role);
    if (meta === null) return null;
    const file = metadataFile(role, meta.version);
    const visits = state.publication?.visits.filter((visit) => visit.role === role) ?? [];
    const held = visits.find((visit) => visit.delegator === delegator)?.document ?? null;
    if (held !== null && isNamedBy(meta, held)) return examination.expired(held, file, nowMs) ?? held;
    // The delegator has changed, but its role has not: the bytes are here, the keys may be others.
    const named = visits.find(({ document }) => isNamedBy(meta, document));
    const bytes = named?.document.bytes ?? (await this.fetch(file, MAX_BYTES.targets, meta.length));
    if (!(bytes instanceof Uint8Array)) return bytes;
    return examination.nextTargets(delegator, role, meta, held, bytes, nowMs);
  }

  private async fetch(file: string, cap: number, signedLength?: number): Promise<Uint8Array | TrustRefused> {
    const { examination } = this;
    if (signedLength !== undefined && signedLength > cap) {
      return examination.refuse('too-large', file, `${signedLength} bytes are announced, at most ${cap}`);
    }
    const maxBytes = signedLength ?? cap;
    const leftMs = this.nowMs + REFRESH_TIMEOUT_MS - this.clock.nowMs();
    if (leftMs <= 0) return examination.refuse('too-slow', file, 'the time for this refresh is over');
    const timeoutMs = Math.min(FETCH_TIMEOUT_MS, leftMs);
    const fetched = await this.source.fetch(file, { maxBytes, timeoutMs });
    if ('bytes' in fetched) return fetched.bytes;
    return examination.refuse(fetched.failed, file, `fetched at most ${maxBytes} bytes`);
  }
}

function areEqual(one: Publication, other: Publication): boolean {
  return (
    one.timestamp === other.timestamp &&
    one.snapshot === other.snapshot &&
    one.targets === other.targets &&
    one.visits.length === other.visits.length &&
    one.visits.every(({ document }, index) => document === other.visits[index].document)
  );
}
