/**
 * Takes the modules that a relay wants from the metadata to the slots of their hooks: heard, verified, staged.
 *
 * Each stage is told once for a module, whatever happens in between. What is wanted is decided anew with every look
 * at the metadata; work under way for a module that has gone out of favour comes to nothing at its next step.
 */

import type { Environment, Work } from '../environment.ts';
import { isModule } from '../trust/desired.ts';
import type { Fetcher } from '../trust/fetcher.ts';
import { POLICY_REFUSALS, type PolicyRefusal } from '../trust/refusal.ts';
import type { ThirdPartyPolicy, TrustClient } from '../trust/trust-client.ts';
import type { UpdateTarget } from '../trust/update-target.ts';
import { chooseModules, type ModuleChoice, type Obstacle } from './module-choice.ts';
import { ModuleFetch } from './module-fetch.ts';
import type { ModuleHost } from './module-host.ts';
import { type Cause, keyOf, type ModuleRecord, newRecord, termsOf } from './module-record.ts';
import type { ModuleTarget, StageObserver } from './stage-observer.ts';

/** Modules remembered that are not listed any more, so that no stage of them is told twice. */
const RECORDS_KEPT = 64;

export interface ModuleIntakeParts {
  readonly environment: Pick<Environment, 'timers' | 'processor' | 'random'>;
  readonly client: Pick<TrustClient, 'download'>;
  readonly host: ModuleHost;
  readonly targets: Fetcher;
  readonly reserve?: Fetcher | null;
  readonly observer: StageObserver;
  readonly policy: { readonly thirdParties: ThirdPartyPolicy };
}

/** What a look at the metadata brought. */
export interface IntakeNews {
  /** Number of modules that the relay had not heard of. */
  readonly heard: number;
  /** Why others cannot be taken, each told for the first time. */
  readonly refused: readonly PolicyRefusal[];
}

export class ModuleIntake {
  private readonly parts: ModuleIntakeParts;
  private readonly records = new Map<string, ModuleRecord>();
  private targets: readonly UpdateTarget[] = [];
  private choice: ModuleChoice = NOTHING_CHOSEN;
  /** Who offered last what the metadata list, by a channel that asks: it has what peers may never have wanted. */
  private lastOfferer: Fetcher | null = null;
  private isStopped = false;

  constructor(parts: ModuleIntakeParts) {
    this.parts = parts;
  }

  /**
   * Looks at what the metadata list now and pursues it; `carried` are targets that the cause has brought along,
   * verified, by the names of their files. A list without targets says nothing (metadata that have expired).
   */
  settle(
    targets: readonly UpdateTarget[],
    cause: Cause,
    carried: ReadonlyMap<string, Uint8Array>,
  ): IntakeNews {
    if (targets.length === 0 || this.isStopped) return { heard: 0, refused: [] };
    this.targets = targets;
    const offerer = cause === null || cause.offer.channel === 'gossip' ? null : cause.offer.source;
    this.lastOfferer = offerer ?? this.lastOfferer;
    this.choose();
    const refused = this.choice.obstructed.flatMap(({ target, reason }) => {
      const isNew = this.refuse(this.recordOf(target, cause), reason);
      return isNew && isPolicy(reason) ? [reason] : [];
    });
    const heard = this.pursueWanted(cause, carried, offerer);
    this.forgetUnlisted();
    return { heard, refused };
  }

  /**
   * A module has been taken out for what it did here: it does not stand in the way of the next best, which the relay may
   * never have wanted before.
   */
  replace(): void {
    if (this.targets.length === 0 || this.isStopped) return;
    this.choose();
    this.pursueWanted(null, new Map(), this.lastOfferer);
  }

  private choose(): void {
    this.withdrawUnlisted();
    this.choice = chooseModules(this.targets, {
      obstacle: (target) => this.obstacle(target),
      isInCohort: (target) => this.parts.host.isInCohort(target),
    });
    this.withdrawOutranked();
  }

  /** How many of them the relay had not heard of. */
  private pursueWanted(
    cause: Cause,
    carried: ReadonlyMap<string, Uint8Array>,
    offerer: Fetcher | null,
  ): number {
    const { wanted, chosen } = this.choice;
    const pursued = new Set([...wanted.values(), ...chosen.values()]);
    for (const record of this.records.values()) {
      if (record.fetch !== null && !this.isWanted(record)) record.fetch.cancel();
    }
    let heard = 0;
    for (const target of pursued) if (this.pursue(target, cause, carried, offerer)) heard++;
    return heard;
  }

  isFetching(file: string): boolean {
    return (this.records.get(file)?.fetch ?? null) !== null;
  }

  stop(): void {
    this.isStopped = true;
    for (const { fetch } of this.records.values()) fetch?.cancel();
  }

  /** Whether the relay had not heard of it. */
  private pursue(
    target: ModuleTarget,
    cause: Cause,
    carried: ReadonlyMap<string, Uint8Array>,
    offerer: Fetcher | null,
  ): boolean {
    const { host, observer } = this.parts;
    const { hook } = target.custom;
    const record = this.recordOf(target, cause);
    record.target = target;
    const isHeld = host.activeOf(hook) === target.sha256 || host.pendingOf(hook) === target.sha256;
    if (isHeld) return false;
    const isNews = !record.isHeard;
    if (isNews) {
      record.isHeard = true;
      observer.onHeard(target, record.arrival);
    }
    const bytes = carried.get(record.key) ?? null;
    if (record.fetch !== null) {
      if (bytes !== null) record.fetch.deliver({ bytes, work: { signatures: 0, bytes: 0 } });
      else if (offerer !== null) record.fetch.ask(offerer);
    } else if (!record.isUnderWay && !(record.isVerified && !this.isChosen(record))) {
      void this.bring(record, bytes, offerer);
    }
    return isNews;
  }

  private async bring(
    record: ModuleRecord,
    carried: Uint8Array | null,
    offerer: Fetcher | null,
  ): Promise<void> {
    record.isUnderWay = true;
    try {
      const bytes = carried ?? (await this.kept(record)) ?? (await this.fetched(record, offerer));
      if (bytes === null || this.isStopped) return;
      if (!record.isVerified) {
        record.isVerified = true;
        this.parts.observer.onVerified(record.target);
      }
      if (!this.isChosen(record)) return; // its rollout has not come here yet, or something better is listed
      await this.work({ kind: 'admit', bytes: bytes.length });
      if (this.isStopped || !this.isChosen(record)) return;
      this.stage(record, bytes);
    } finally {
      record.isUnderWay = false;
    }
  }

  /** The bytes if the relay has them: it has waited with them, or been restarted. */
  private async kept(record: ModuleRecord): Promise<Uint8Array | null> {
    const kept = await this.parts.client.download(record.target, NOWHERE);
    if (!('bytes' in kept)) return null;
    await this.work({ kind: 'verify', ...kept.work });
    return kept.bytes;
  }

  private async fetched(record: ModuleRecord, offerer: Fetcher | null): Promise<Uint8Array | null> {
    const { environment, client, targets, reserve = null } = this.parts;
    const { timers, random } = environment;
    record.fetch = new ModuleFetch({ client, targets, reserve, timers, random }, record.target, offerer);
    const outcome = await record.fetch.outcome;
    record.fetch = null;
    if (outcome === null) return null;
    await this.work({ kind: 'verify', ...outcome.work });
    if (this.isStopped) return null;
    if ('bytes' in outcome) return outcome.bytes;
    this.refuse(record, outcome.refused);
    return null;
  }

  private stage(record: ModuleRecord, bytes: Uint8Array): void {
    const verdict = this.parts.host.stage(record.target, bytes);
    if (verdict === 'staged') {
      if (!record.isStaged) this.parts.observer.onStaged(record.target);
      record.isStaged = true;
    } else if (typeof verdict === 'object') {
      record.rejected = { reason: verdict.refused, terms: termsOf(record.target) };
      this.refuse(record, verdict.refused);
      this.settle(this.targets, null, new Map()); // the next best
    }
  }

  private obstacle(target: ModuleTarget): Obstacle | null {
    const { host, policy } = this.parts;
    if (!isTrusted(target.role, policy.thirdParties)) return 'untrusted-role';
    const rejected = this.records.get(keyOf(target))?.rejected ?? null;
    if (rejected !== null && rejected.terms === termsOf(target)) return rejected.reason;
    return host.obstacle(target);
  }

  /** Takes modules out of line that nobody asks this relay to run any more. */
  private withdrawUnlisted(): void {
    const { host, policy } = this.parts;
    for (const [hook, sha256] of host.pending()) {
      const isListed = this.targets.some(
        (target) =>
          target.sha256 === sha256 &&
          isModule(target) &&
          target.custom.hook === hook &&
          isTrusted(target.role, policy.thirdParties) &&
          host.isInCohort(target),
      );
      if (!isListed) host.withdraw(hook);
    }
  }

  /** Takes modules out of line that would replace what should run and does. */
  private withdrawOutranked(): void {
    const { host } = this.parts;
    for (const [hook, sha256] of host.pending()) {
      const chosen = this.choice.chosen.get(hook)?.sha256;
      if (chosen !== undefined && chosen !== sha256 && chosen === host.activeOf(hook)) host.withdraw(hook);
    }
  }

  /** Tells why a module is not taken, once for each reason; false if it was told before. */
  private refuse(record: ModuleRecord, reason: Obstacle): boolean {
    if (record.refused.includes(reason)) return false;
    record.refused.push(reason);
    const { channel, peer, target } = record;
    this.parts.observer.onRefused({ reason, channel, peer, target });
    return true;
  }

  private recordOf(target: ModuleTarget, cause: Cause): ModuleRecord {
    const key = keyOf(target);
    let record = this.records.get(key);
    if (record === undefined) this.records.set(key, (record = newRecord(target, cause)));
    return record;
  }

  private isChosen({ key, target }: ModuleRecord): boolean {
    return isAt(this.choice.chosen, target, key);
  }

  private isWanted(record: ModuleRecord): boolean {
    return isAt(this.choice.wanted, record.target, record.key) || this.isChosen(record);
  }

  private forgetUnlisted(): void {
    if (this.records.size <= RECORDS_KEPT) return;
    const listed = new Set(this.targets.map(keyOf));
    for (const [key, record] of this.records) {
      if (!listed.has(key) && !record.isUnderWay) this.records.delete(key);
    }
  }

  /** Resolves when the processor has done it. */
  private work(work: Work): Promise<void> {
    return new Promise((resolve) => this.parts.environment.processor.work(work, resolve));
  }
}

const NOTHING_CHOSEN: ModuleChoice = { wanted: new Map(), chosen: new Map(), obstructed: [] };

const NOWHERE: Fetcher = { fetch: () => Promise.resolve({ failed: 'not-found' }) };

function isAt(modules: ReadonlyMap<string, ModuleTarget>, { custom }: ModuleTarget, key: string): boolean {
  const found = modules.get(custom.hook);
  return found !== undefined && keyOf(found) === key;
}

function isTrusted(role: string, thirdParties: ThirdPartyPolicy): boolean {
  if (role === 'targets' || thirdParties === 'all') return true;
  return thirdParties !== 'none' && thirdParties.includes(role);
}

function isPolicy(reason: Obstacle): reason is PolicyRefusal {
  return (POLICY_REFUSALS as readonly string[]).includes(reason);
}
