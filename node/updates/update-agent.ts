/**
 * The relay's agent: what channels offer becomes modules that run, as the trusted metadata wish it.
 *
 * The metadata say which module each hook should run; the agent only follows, so the order in which offers arrive
 * does not matter. Bytes are checked before an offer is answered, since only what is verified may be passed on;
 * modules that the offer lacks are fetched afterwards. Metadata that grow stale stop no running module: they raise
 * an alarm.
 */

import type { Offer, OfferTaker, Receipt, Refusal } from '../channels/channel.ts';
import type { Environment, Timer } from '../environment.ts';
import { desiredModules } from '../trust/desired.ts';
import type { Fetcher } from '../trust/fetcher.ts';
import { type PolicyRefusal, verdictOn } from '../trust/refusal.ts';
import { revokedHashes } from '../trust/revocation.ts';
import type { TrustClient, VerificationWork } from '../trust/trust-client.ts';
import { isInCohort, jitterMs } from './cohort.ts';
import type { OfferRefusal } from './relay-lifecycle.ts';
import type { ModuleTarget, StageObserver } from './stage-observer.ts';

/** Staged now, or held already; or refused. */
export type StageVerdict = { readonly staged: boolean } | { readonly refused: OfferRefusal };

/** Where verified modules go: the core of the relay. */
export interface ModuleHost {
  /** Decides the relay's place in rollouts. */
  readonly relayId: string;
  /** Why the relay cannot take a module, whatever its bytes are; null if it can. */
  refusalOf(target: ModuleTarget): PolicyRefusal | null;
  /** Admits the binary and leaves it pending in its hook's slot until the time has come. */
  stage(target: ModuleTarget, binary: Uint8Array, notBeforeMs: number): StageVerdict;
  /** Takes a module out, wherever it is, and never runs it again. */
  revoke(sha256: string): void;
}

export interface AgentParts {
  readonly environment: Pick<Environment, 'clock' | 'timers' | 'random' | 'processor'>;
  readonly client: TrustClient;
  readonly host: ModuleHost;
  /** Where modules are fetched that an offer's source lacks: from peers. */
  readonly targets: Fetcher;
  readonly observer: StageObserver;
}

/** A module that was announced may still be on its way by the channel that announced it. */
const FETCH_DELAY_MS = 1000;
/** Fetches of one module; afterwards the next offer begins anew. */
const FETCH_ATTEMPTS = 5;
/** Wait before the second attempt; each further one waits twice as long. */
const FETCH_RETRY_MS = 5000;
/** A timer cannot be set further ahead in Node: later times are looked at again then. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Work of one answer, as it adds up. */
interface Tally {
  signatures: number;
  bytes: number;
}

/** How far a module has come here. */
type Progress = 'heard' | 'fetching' | 'verified' | 'staged' | 'refused';

export class UpdateAgent implements OfferTaker {
  private readonly parts: AgentParts;
  private readonly progress = new Map<string, Progress>();
  private readonly revoked = new Set<string>();
  /** Targets that were refused for what they are, so that each counts once and holds up no later offer. */
  private readonly unfit = new Set<string>();
  /** Paths of revocations whose files are here. */
  private readonly kept = new Set<string>();
  private alarm: Timer | null = null;
  private alarmAtMs = Number.NaN;
  private isStale = false;
  private isStopped = false;

  constructor(parts: AgentParts) {
    this.parts = parts;
  }

  async take(offer: Offer): Promise<Receipt> {
    const { client, observer } = this.parts;
    const arrival = observer.onArrival(offer);
    const refreshed = await client.refresh(offer.source);
    const work = { ...refreshed.work };
    if ('refused' in refreshed) {
      await this.verify(work);
      this.refuse(refreshed.refused, offer, null);
      return { verdict: verdictOn(refreshed.refused), refused: refreshed.refused, news: false };
    }
    this.watchFreshness();
    this.applyRevocations();
    await this.keepRevocations(offer, work);
    const verified: ModuleTarget[] = [];
    let refused: Refusal | null = null;
    refused = this.refuseUnfit(offer, arrival);
    for (const target of this.desired().values()) {
      const answer = await this.look(target, offer, arrival, work);
      if (answer === 'verified') verified.push(target);
      else refused ??= answer;
    }
    await this.verify(work);
    for (const target of verified) this.hasVerified(target);
    this.settle(offer);
    if (refused !== null) return { verdict: verdictOn(refused), refused, news: refreshed.updated };
    return { verdict: 'accept', refused: null, news: refreshed.updated };
  }

  /** Lets go of timers; fetches under way end by themselves and change nothing more. */
  stop(): void {
    this.isStopped = true;
    this.alarm?.cancel();
  }

  /** Looks at a desired module for the first time, or at one that could not be had before. */
  private async look(
    target: ModuleTarget,
    offer: Offer,
    arrival: unknown,
    work: Tally,
  ): Promise<'verified' | Refusal | null> {
    const { client, observer } = this.parts;
    const { sha256 } = target;
    const known = this.progress.get(sha256);
    if (known !== undefined && known !== 'heard' && known !== 'fetching') return null;
    if (known === undefined) {
      observer.onHeard(target, arrival);
      this.progress.set(sha256, 'heard');
    }
    const downloaded = await client.download(target, offer.source);
    add(work, downloaded.work);
    // Another offer, or a fetch, may have brought it meanwhile.
    const now = this.progress.get(sha256);
    if (now !== 'heard' && now !== 'fetching') return null;
    if ('bytes' in downloaded) return 'verified';
    if (downloaded.refused === 'not-found' || downloaded.refused === 'too-slow') {
      if (now === 'heard') this.fetchLater(target, offer, 1);
      return null;
    }
    this.refuse(downloaded.refused, offer, target);
    if (now === 'heard') this.fetchLater(target, offer, 1);
    return downloaded.refused;
  }

  /** What each hook should run here: of what is not revoked, the first that this core can take. */
  private desired(): ReadonlyMap<string, ModuleTarget> {
    const { client, host } = this.parts;
    return desiredModules(client.targets(), (target) => host.refusalOf(target) === null);
  }

  /** Refuses, once each, modules that this core cannot take but that would run if it could. */
  private refuseUnfit(offer: Offer, arrival: unknown): Refusal | null {
    const { client, host, observer } = this.parts;
    let refused: Refusal | null = null;
    for (const target of desiredModules(client.targets()).values()) {
      const refusal = host.refusalOf(target);
      const name = `${target.path} ${target.sha256}`;
      if (refusal === null || this.unfit.has(name)) continue;
      this.unfit.add(name);
      refused ??= refusal;
      // A module that was quarantined here has been through the stages already.
      if (!this.progress.has(target.sha256)) observer.onHeard(target, arrival);
      this.progress.set(target.sha256, 'refused');
      this.refuse(refusal, offer, target);
    }
    return refused;
  }

  private hasVerified(target: ModuleTarget): void {
    const now = this.progress.get(target.sha256);
    if (now !== 'heard' && now !== 'fetching') return;
    this.progress.set(target.sha256, 'verified');
    this.parts.observer.onVerified(target);
  }

  /** Stages what is verified, still desired, and open to this relay by now. */
  private settle(offer: Offer): void {
    const { host, environment } = this.parts;
    for (const target of this.desired().values()) {
      if (this.progress.get(target.sha256) !== 'verified') continue;
      if (!isInCohort(target.custom.rollout, host.relayId)) continue; // it waits for the fraction to be raised
      this.progress.set(target.sha256, 'staged');
      const nowMs = environment.clock.nowMs();
      const { notBefore, rollout } = target.custom;
      const notBeforeMs = Math.max(
        nowMs + jitterMs(rollout, host.relayId),
        notBefore === null ? Number.NEGATIVE_INFINITY : Date.parse(notBefore),
      );
      environment.processor.work({ kind: 'admit', bytes: target.length }, () =>
        this.stage(target, notBeforeMs, offer),
      );
    }
  }

  private async stage(target: ModuleTarget, notBeforeMs: number, offer: Offer): Promise<void> {
    const { client, host, observer } = this.parts;
    if (this.isStopped || this.revoked.has(target.sha256)) return;
    const kept = await client.download(target, NOWHERE);
    if (!('bytes' in kept)) {
      this.progress.delete(target.sha256); // the store has lost it: the next offer begins anew
      return;
    }
    const verdict = host.stage(target, kept.bytes, notBeforeMs);
    if ('refused' in verdict) {
      this.progress.set(target.sha256, 'refused');
      const { channel, peer } = offer;
      observer.onRefused({ reason: verdict.refused, channel, peer, target });
    } else if (verdict.staged) observer.onStaged(target);
  }

  private applyRevocations(): void {
    const { client, host, observer } = this.parts;
    for (const sha256 of revokedHashes(client.targets())) {
      if (this.revoked.has(sha256)) continue;
      this.revoked.add(sha256);
      this.progress.delete(sha256);
      host.revoke(sha256);
      // What stands in for it may have run before: the core is asked again.
      for (const [other, progress] of this.progress) {
        if (progress === 'staged') this.progress.set(other, 'verified');
      }
      observer.onRevoked(sha256);
    }
  }

  /** Takes the files of revocations along, so that the relay can pass them on; they take effect without. */
  private async keepRevocations(offer: Offer, work: Tally): Promise<void> {
    const { client } = this.parts;
    for (const target of client.targets()) {
      if (target.custom.kind !== 'revocation' || this.kept.has(target.path)) continue;
      const downloaded = await client.download(target, offer.source);
      add(work, downloaded.work);
      if ('bytes' in downloaded) this.kept.add(target.path);
    }
  }

  /** Fetches a module from peers after a while, and again after longer ones. */
  private fetchLater(target: ModuleTarget, offer: Offer, attempt: number): void {
    const { timers, random } = this.parts.environment;
    this.progress.set(target.sha256, 'fetching');
    const waitMs = attempt === 1 ? FETCH_DELAY_MS : FETCH_RETRY_MS * 2 ** (attempt - 2);
    timers.after(waitMs * (0.5 + random.uniform()), () => this.fetch(target, offer, attempt));
  }

  private async fetch(target: ModuleTarget, offer: Offer, attempt: number): Promise<void> {
    const { client, targets } = this.parts;
    if (!this.isWanted(target)) return;
    const downloaded = await client.download(target, targets);
    if (!this.isWanted(target)) return;
    if ('bytes' in downloaded) {
      await this.verify(downloaded.work);
      this.hasVerified(target);
      this.settle(offer);
      return;
    }
    if (attempt < FETCH_ATTEMPTS) {
      this.fetchLater(target, offer, attempt + 1);
      return;
    }
    this.progress.set(target.sha256, 'heard');
    this.refuse(downloaded.refused, offer, target);
  }

  /** Whether a module that is being fetched is still desired and not here yet. */
  private isWanted(target: ModuleTarget): boolean {
    if (this.isStopped || this.progress.get(target.sha256) !== 'fetching') return false;
    const desired = this.desired().get(target.custom.hook);
    if (desired?.sha256 === target.sha256) return true;
    this.progress.set(target.sha256, 'heard');
    return false;
  }

  /** One timer waits for the trusted timestamp to expire. */
  private watchFreshness(): void {
    const { client, observer, environment } = this.parts;
    const untilMs = client.freshUntilMs();
    const nowMs = environment.clock.nowMs();
    if (untilMs === null || this.isStopped) return;
    if (untilMs > nowMs && this.isStale) {
      this.isStale = false;
      observer.onFreshness('fresh');
    }
    if (untilMs === this.alarmAtMs || untilMs <= nowMs) return;
    this.alarmAtMs = untilMs;
    this.alarm?.cancel();
    this.alarm = environment.timers.after(Math.min(untilMs - nowMs, LONGEST_TIMER_MS), () => {
      this.alarmAtMs = Number.NaN;
      if ((client.freshUntilMs() ?? 0) > environment.clock.nowMs()) this.watchFreshness();
      else if (!this.isStale) {
        this.isStale = true;
        observer.onFreshness('stale');
      }
    });
  }

  private verify(work: VerificationWork): Promise<void> {
    if (work.signatures === 0 && work.bytes === 0) return Promise.resolve();
    return new Promise((resolve) =>
      this.parts.environment.processor.work({ kind: 'verify', ...work }, resolve),
    );
  }

  private refuse(reason: Refusal, { channel, peer }: Offer, target: ModuleTarget | null): void {
    this.parts.observer.onRefused({ reason, channel, peer, target });
  }
}

/** Has nothing: a download from here is from the client's own store. */
const NOWHERE: Fetcher = { fetch: () => Promise.resolve({ failed: 'not-found' }) };

function add(sum: Tally, work: VerificationWork): void {
  sum.signatures += work.signatures;
  sum.bytes += work.bytes;
}
