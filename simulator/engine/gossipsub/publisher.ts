/**
 * The developers of a run: they release, raise, revoke, rotate keys and sign timestamps at planned times.
 *
 * Every thread keeps the same repository and comes to the same bytes, since signing is deterministic: the thread of
 * the relay that carries a publication into the network brings its own copy up to date when the time has come. Only
 * a staged rollout depends on what relays report, and so runs on one thread.
 */

import { encodeBundle } from '../../../node/channels/bundle.ts';
import type { FileSource } from '../../../node/channels/sync-server.ts';
import type { Fetched, Fetcher } from '../../../node/trust/fetcher.ts';
import { metadataFile, TARGETS_FOLDER, TIMESTAMP_FILE } from '../../../node/trust/file-name.ts';
import type { TrustVersions } from '../../../node/trust/trust-client.ts';
import { gossipFiles } from '../../../updates/repository/bundle-files.ts';
import { type Publication, UpdateRepository } from '../../../updates/repository/repository.ts';
import { MemoryStorage } from '../../../updates/repository/repository-storage.ts';
import { sha256 } from '../../../updates/repository/signed-metadata.ts';
import type { Revoked } from '../../../updates/repository/update-entry.ts';
import type { TopRole } from '../../scenario/scenario.ts';
import { EPOCH_MS } from '../virtual-clock.ts';
import type { Job, Release } from './job.ts';
import { KeyRing } from './key-ring.ts';

const YEAR_SECONDS = 365 * 86_400;

/** What the developers do at one time. */
export type Act =
  | { readonly kind: 'release'; readonly release: number }
  | { readonly kind: 'raise'; readonly release: number; readonly fraction: number }
  | { readonly kind: 'revoke'; readonly release: number; readonly reason: string }
  | { readonly kind: 'rotate'; readonly role: TopRole }
  | { readonly kind: 'timestamp' };

/** What the developers hand to the relay that carries a publication into the network. */
export interface HandOver {
  /** The message about it. */
  readonly bundle: Uint8Array;
  /** All files, as they were when it came out. */
  readonly source: Fetcher;
  /** Version of its timestamp. */
  readonly timestamp: number;
  /** Names of the targets that came out with it. */
  readonly targets: readonly string[];
}

/** What of a job decides about publications. */
export type PublicationJob = Pick<Job, 'scenario' | 'arm' | 'releases' | 'hostileModules'>;

export interface Operation {
  readonly atUs: number;
  /** The relay that carries it into the network. */
  readonly relay: number;
  readonly act: Act;
}

/** Everything that is planned from the start, in the order of time. */
export function plannedOperations({ scenario, releases }: PublicationJob): Operation[] {
  const { trust, updates, durationSeconds } = scenario;
  const relay = releases[0].publisher;
  const operations = releases.flatMap((release, index): Operation[] => {
    const { revokeAtSeconds } = updates[index];
    const act = { kind: 'release', release: index } as const;
    const released = { atUs: release.atUs, relay: release.publisher, act };
    if (revokeAtSeconds === null) return [released];
    const revoke = {
      kind: 'revoke',
      release: index,
      reason: 'the developers have found a fault in it',
    } as const;
    return [released, { atUs: Math.round(revokeAtSeconds * 1e6), relay: release.publisher, act: revoke }];
  });
  for (const { role, atSeconds } of trust.rotations) {
    operations.push({ atUs: Math.round(atSeconds * 1e6), relay, act: { kind: 'rotate', role } });
  }
  const everyUs = Math.round(trust.timestampEverySeconds * 1e6);
  for (let atUs = everyUs; everyUs > 0 && atUs < durationSeconds * 1e6; atUs += everyUs) {
    operations.push({ atUs, relay, act: { kind: 'timestamp' } });
  }
  return operations.sort((a, b) => a.atUs - b.atUs);
}

export class Publisher implements FileSource, Fetcher {
  private readonly releases: readonly Release[];
  /** Binaries that thieves of keys may have signed: revoked when the role `targets` gets new keys. */
  private readonly hostile: readonly Revoked[];
  private readonly keys: KeyRing;
  private readonly revoked = new Set<string>();
  private readonly repository: UpdateRepository;
  private readonly planned: readonly Operation[];
  /** Of the planned operations that have been carried out. */
  private readonly handOvers: HandOver[] = [];
  /** Timestamps as they came out, for authorities that publish at intervals. */
  private readonly timestamps: Issue[] = [];
  private nowUs = 0;

  constructor(job: PublicationJob, planned: readonly Operation[]) {
    const { trust } = job.scenario;
    this.releases = job.releases;
    const stealing = job.scenario.adversary?.attacks.map(({ attack }) => attack === 'stolen-keys') ?? [];
    this.hostile = job.hostileModules.flatMap((module, index) => {
      if (module === null || stealing[index] !== true) return [];
      const { hook, module: name } = module.custom;
      return [{ hook, module: name, sha256: module.sha256 }];
    });
    this.planned = planned;
    this.keys = new KeyRing(trust);
    this.repository = UpdateRepository.create(
      {
        storage: new MemoryStorage(),
        nowMs: () => EPOCH_MS + Math.floor(this.nowUs / 1000),
        expirySeconds: {
          root: YEAR_SECONDS,
          targets: YEAR_SECONDS,
          snapshot: YEAR_SECONDS,
          timestamp: Math.round(trust.timestampExpiresSeconds),
          delegated: YEAR_SECONDS,
        },
      },
      { roles: this.keys.roles() },
    );
    for (const delegation of trust.delegations) {
      this.repository.delegate(this.keys.delegation(delegation), this.keys.signers());
    }
    this.noteTimestamp();
  }

  /** The root that every relay is installed with. */
  get firstRoot(): Uint8Array {
    const root = this.repository.firstRoot();
    if (root === null) throw new Error('the repository of this run has no root');
    return root;
  }

  /** The message about a planned operation, which is carried out now if it has not been. */
  bundleOf(operation: number): Uint8Array {
    return this.handOver(operation).bundle;
  }

  /** What is handed over with a planned operation, the same on every thread, however far its copy has gone on since. */
  handOver(operation: number): HandOver {
    while (this.handOvers.length <= operation) {
      const { atUs, act } = this.planned[this.handOvers.length];
      this.handOvers.push(this.carryOut(act, atUs));
    }
    return this.handOvers[operation];
  }

  /** Carries something out now, and returns what is handed over with it. */
  carryOut(act: Act, atUs: number): HandOver {
    this.nowUs = atUs;
    const publication = this.publish(act);
    if (!publication.live) throw new Error(`a publication of this run waits for signatures: ${act.kind}`);
    this.noteTimestamp();
    return this.asOf(publication, this.timestamps.at(-1)!);
  }

  isRevoked(release: number): boolean {
    return this.revoked.has(this.releases[release].moduleSha256);
  }

  file(name: string): Uint8Array | null {
    return this.repository.file(name);
  }

  /** All files as they are now, at once. */
  fetch(file: string): Promise<Fetched> {
    const bytes = this.file(file);
    return Promise.resolve(bytes === null ? { failed: 'not-found' } : { bytes });
  }

  versions(): TrustVersions {
    return this.timestamps.at(-1)!.versions;
  }

  /** What was the newest at a time; what was planned until then is carried out, whoever publishes it on another thread. */
  issueAt(atUs: number): Issue {
    const { planned, handOvers } = this;
    while (handOvers.length < planned.length && planned[handOvers.length].atUs <= atUs)
      this.handOver(handOvers.length);
    return this.timestamps.findLast((issue) => issue.atUs <= atUs) ?? this.timestamps[0];
  }

  /** All files as they are at a time, which is now. */
  newest(nowUs: number): Fetcher {
    this.issueAt(nowUs);
    return this;
  }

  private asOf(publication: Publication, { bytes, versions }: Issue): HandOver {
    const nextRoot = metadataFile('root', versions.root + 1);
    const fetch = (file: string): Promise<Fetched> => {
      if (file === TIMESTAMP_FILE) return Promise.resolve({ bytes });
      return file === nextRoot ? Promise.resolve({ failed: 'not-found' }) : this.fetch(file);
    };
    return {
      bundle: encodeBundle(gossipFiles(this.repository, publication)),
      source: { fetch },
      timestamp: versions.timestamp,
      targets: [...publication.files.keys()].filter((name) => name.startsWith(`${TARGETS_FOLDER}/`)),
    };
  }

  private publish(act: Act): Publication {
    const { repository, keys, releases } = this;
    switch (act.kind) {
      case 'release':
        return repository.publishModule(releases[act.release].request, keys.signers());
      case 'raise':
        return repository.setRollout(
          { sha256: releases[act.release].moduleSha256 },
          act.fraction,
          keys.signers(),
        );
      case 'revoke': {
        const { moduleSha256, request } = releases[act.release];
        // A halt came first, or the plan did: there is nothing new to say but that this is the newest.
        if (this.revoked.has(moduleSha256)) return repository.timestamp(keys.signers());
        this.revoked.add(moduleSha256);
        const role = request.role ?? 'targets';
        return repository.revoke(
          { target: { sha256: moduleSha256 }, reason: act.reason, role },
          keys.signers(),
        );
      }
      case 'timestamp':
        return repository.timestamp(keys.signers());
      case 'rotate':
        return this.rotate(act.role);
    }
  }

  /** New keys for a role. After a theft of those of `targets`, what the thieves have signed is revoked as well. */
  private rotate(role: TopRole): Publication {
    const { repository, keys } = this;
    const before = keys.signers();
    const change = keys.rotate(role);
    const signers = [...before, ...keys.signers()];
    let publication = repository.rotate(role, change, signers);
    if (role !== 'targets') return publication;
    for (const target of this.hostile) {
      if (this.revoked.has(target.sha256)) continue;
      this.revoked.add(target.sha256);
      const revocation = repository.revoke({ target, reason: 'signed with stolen keys', role }, signers);
      publication = { ...revocation, files: new Map([...publication.files, ...revocation.files]) };
    }
    return publication;
  }

  private noteTimestamp(): void {
    const bytes = this.repository.file(TIMESTAMP_FILE);
    const live = this.repository.versions();
    if (bytes === null || live === null) throw new Error('the repository of this run is not live');
    const { root, timestamp, snapshot } = live;
    const versions = { root, timestamp, snapshot, timestampSha256: sha256(bytes) };
    this.timestamps.push({ atUs: this.nowUs, bytes, versions });
  }
}

/** A timestamp as it came out. */
export interface Issue {
  readonly atUs: number;
  readonly bytes: Uint8Array;
  readonly versions: TrustVersions;
}

/** What an authority serves: the repository as of the last consensus. */
export class ConsensusSource implements FileSource {
  private readonly publisher: Publisher;
  private readonly intervalUs: number;
  private readonly nowUs: () => number;

  constructor(publisher: Publisher, intervalUs: number, nowUs: () => number) {
    this.publisher = publisher;
    this.intervalUs = intervalUs;
    this.nowUs = nowUs;
  }

  file(name: string): Uint8Array | null {
    return name === TIMESTAMP_FILE ? this.issue().bytes : this.publisher.file(name);
  }

  versions(): TrustVersions {
    return this.issue().versions;
  }

  private issue(): Issue {
    return this.publisher.issueAt(lastConsensusUs(this.nowUs(), this.intervalUs));
  }
}

/**
 * When the last consensus came out, in virtual microseconds; below 0 for one from before the run. They come out on full
 * intervals since 1970, as relays expect them.
 */
export function lastConsensusUs(nowUs: number, intervalUs: number): number {
  const epochUs = EPOCH_MS * 1000;
  return Math.floor((epochUs + nowUs) / intervalUs) * intervalUs - epochUs;
}
