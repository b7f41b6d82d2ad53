/**
 * Records when each relay reaches each stage of each release, and watches that the order is right.
 *
 * What it records is in the trace as well, so that equal traces mean equal curves. A module that no honest
 * publisher has released is the adversary's: how many relays run it, and for how long, is recorded apart.
 */

import type { Refusal } from '../../../node/channels/channel.ts';
import { catalogue } from '../../../node/hooks/catalogue/catalogue.ts';
import type { Reason, SlotView, Transition } from '../../../node/hooks/transition.ts';
import type { ModuleTarget, StageObserver } from '../../../node/updates/stage-observer.ts';
import { STAGES, type Stage } from '../../measure/outcome.ts';
import type { ReleaseVerdicts } from '../../measure/verdict-summary.ts';
import { keysAreStolen } from '../invariants/attackers-keys.ts';
import type { InvariantWatch } from '../invariants/invariant-watch.ts';
import { ModuleRules } from '../invariants/module-rules.ts';
import type { Trace } from '../trace.ts';
import type { VirtualClock } from '../virtual-clock.ts';
import { gainedColumn, type Job, removedColumn, stageColumn } from './job.ts';

const TRACE_STAGE = 16;
const TRACE_REMOVED = TRACE_STAGE + STAGES.length;
const TRACE_REFUSED = TRACE_REMOVED + 1;
const TRACE_HOSTILE = TRACE_REMOVED + 2;

/** Watches nobody: a hostile relay's stages are no measurement. */
export const QUIET_OBSERVER: StageObserver = {
  onArrival: () => null,
  onHeard: () => {},
  onVerified: () => {},
  onStaged: () => {},
  onRefused: () => {},
  onRevoked: () => {},
  onFreshness: () => {},
};

/** Why a module leaves though no relay has found anything wrong with it itself. */
const FROM_OUTSIDE: ReadonlySet<Reason> = new Set(['revoked', 'cohort', 'newer', 'unlisted']);

/** What of a job is recorded. */
export type RecordedJob = Pick<Job, 'releases' | 'shared' | 'population' | 'scenario'>;

export class StageRecorder {
  readonly refusals: Record<string, number> = {};
  /** Honest relays that have run a module of the adversary's. */
  readonly deceived = new Set<number>();
  /** Honest relays whose alarm of a freeze went off. */
  readonly stale = new Set<number>();
  /** Relays that have heard a revocation. */
  private readonly revoked = new Set<number>();
  /** Modules that a relay's core took out again. */
  rolledBack = 0;
  /** For each release, relays that took it out by themselves, and relays on which it passed its trial. */
  private readonly rolledBackBy: readonly Set<number>[];
  private readonly confirmedBy: readonly Set<number>[];
  /** The module that slots run, by relay and hook. */
  private readonly activeAt = new Map<string, string | null>();
  /** Virtual microseconds that hostile modules have run, summed over relays, those running now apart. */
  private hostileUs = 0;
  /** Since when slots run a hostile module, by relay and hook. */
  private readonly hostileSinceUs = new Map<string, number>();
  private readonly columns: readonly Readonly<Record<Stage, Float64Array>>[];
  private readonly removed: readonly Float64Array[];
  /** When each relay's process died last. */
  private readonly diedUs = new Map<number, number>();
  private readonly gained: readonly Float64Array[];
  readonly watch: InvariantWatch;
  private readonly rules: ModuleRules;
  /** Relays that have been restarted, and may come to a stage again. */
  private readonly restartedRelays = new Set<number>();
  private readonly releaseByModule: ReadonlyMap<string, number>;
  private readonly releasedUs: readonly number[];
  private readonly hooks: readonly string[];
  private readonly hashes: readonly string[];
  private readonly clock: VirtualClock;
  private readonly trace: Trace;

  constructor(job: RecordedJob, clock: VirtualClock, trace: Trace, watch: InvariantWatch) {
    const { releases, shared, population, scenario } = job;
    const column = (release: number, stage: Stage): Float64Array =>
      stageColumn(shared, population.relays, release, stage);
    this.columns = releases.map((_release, index) => ({
      heard: column(index, 'heard'),
      verified: column(index, 'verified'),
      staged: column(index, 'staged'),
      activated: column(index, 'activated'),
    }));
    this.removed = releases.map((_release, index) => removedColumn(shared, population.relays, index));
    this.gained = releases.map((_release, index) => gainedColumn(shared, population.relays, index));
    this.rolledBackBy = releases.map(() => new Set());
    this.confirmedBy = releases.map(() => new Set());
    this.releasedUs = releases.map(({ atUs }) => atUs);
    this.hooks = releases.map(({ request }) => request.hook);
    this.hashes = releases.map(({ moduleSha256 }) => moduleSha256);
    this.watch = watch;
    this.rules = new ModuleRules({
      watch,
      releases: releases.map(({ moduleSha256, request: { hook, module, version } }) => ({
        sha256: moduleSha256,
        hook,
        module,
        version,
      })),
      keysAreStolen: keysAreStolen(scenario),
      hasVerified: (relay, release) => !Number.isNaN(this.columns[release].verified[relay]),
    });
    this.releaseByModule = new Map(releases.map(({ moduleSha256 }, index) => [moduleSha256, index]));
    this.clock = clock;
    this.trace = trace;
  }

  /** Hours that hostile modules have run until now, summed over relays. */
  hostileRelayHours(): number {
    let us = this.hostileUs;
    for (const sinceUs of this.hostileSinceUs.values()) us += this.clock.nowUs - sinceUs;
    return us / 3.6e9;
  }

  /** An observer in the name of one honest relay. */
  observerOf(relay: number): StageObserver {
    const reach = (target: ModuleTarget, stage: Stage): void => {
      const release = this.releaseByModule.get(target.sha256);
      if (release !== undefined) this.reach(relay, release, stage, this.clock.nowUs);
    };
    return {
      onArrival: () => this.clock.nowUs,
      onHeard: ({ sha256 }, arrival) => {
        const release = this.releaseByModule.get(sha256);
        if (release !== undefined) this.reach(relay, release, 'heard', this.heardUs(release, arrival));
      },
      onVerified: (target) => reach(target, 'verified'),
      onStaged: (target) => {
        // What stands in for a revoked module may have been staged before: that time counts.
        const release = this.releaseByModule.get(target.sha256);
        const again = release !== undefined && !Number.isNaN(this.columns[release].staged[relay]);
        if (!(again && this.revoked.has(relay))) reach(target, 'staged');
      },
      onRefused: ({ reason }) => this.refused(relay, reason),
      onRevoked: (sha256) => {
        this.revoked.add(relay);
        this.rules.revoked(relay, sha256);
        this.putAway(relay, sha256);
      },
      onFreshness: (freshness) => {
        if (freshness === 'stale') this.stale.add(relay);
      },
    };
  }

  /**
   * When a relay heard of a release: with the arrival of what told it of the release. What came out while the relay was
   * fetching the rest of an older arrival, or what it finds on its disk as its process starts, it hears of now.
   */
  private heardUs(release: number, arrival: unknown): number {
    const { nowUs } = this.clock;
    return typeof arrival === 'number' && arrival >= this.releasedUs[release] ? arrival : nowUs;
  }

  /** A slot of an honest relay has changed hands. */
  transition(slot: SlotView, transition: Transition, reason: Reason, hash: string): void {
    const relay = slot.owner as number;
    const release = this.releaseByModule.get(hash);
    if (transition === 'rolled-back') this.rolledBack++;
    const { nowUs } = this.clock;
    const place = `${relay}/${slot.hook.id}`;
    this.activeAt.set(place, slot.activeHash);
    if (release !== undefined) this.judged(relay, release, transition, reason);
    if (transition === 'activated') this.rules.activated(relay, slot.hook, hash);
    if (transition === 'rolled-back' || transition === 'quarantined') this.rules.takenOut(relay, slot.hook);
    if (release === undefined) {
      this.trace.add(relay, TRACE_HOSTILE, nowUs, transition.length, 0);
      if (transition === 'activated') {
        this.deceived.add(relay);
        if (!this.hostileSinceUs.has(place)) this.hostileSinceUs.set(place, nowUs);
      } else if (transition === 'rolled-back') this.endHostile(place);
    } else if (transition === 'activated') {
      this.endHostile(place);
      // A version that comes back after a later one was revoked keeps the time of its first activation.
      if (Number.isNaN(this.columns[release].activated[relay]))
        this.reach(relay, release, 'activated', nowUs);
      this.removed[release][relay] = Number.NaN;
      this.gained[release][relay] = nowUs;
    } else if (transition === 'rolled-back') {
      this.removed[release][relay] = nowUs;
      this.trace.add(relay, TRACE_REMOVED, nowUs, release, 0);
    }
  }

  private judged(relay: number, release: number, transition: Transition, reason: Reason): void {
    if (transition === 'confirmed') this.confirmedBy[release].add(relay);
    // Whatever is rolled back is quarantined too; what killed its process is quarantined alone, at the next start.
    else if (transition === 'quarantined' && !FROM_OUTSIDE.has(reason)) this.rolledBackBy[release].add(relay);
  }

  /** For each release; a relay whose process is down keeps nothing. */
  verdicts(): ReleaseVerdicts[] {
    return this.columns.map((_columns, release) => {
      const keeps = (relay: number) =>
        this.activeAt.get(`${relay}/${this.hooks[release]}`) === this.hashes[release] &&
        Number.isNaN(this.removed[release][relay]);
      const confirmed = [...this.confirmedBy[release]];
      return {
        rolledBack: this.rolledBackBy[release].size,
        confirmed: confirmed.length,
        kept: confirmed.filter(keeps).length,
      };
    });
  }

  /** The relay's process has ended in good order; the next one may come to a stage again. */
  ended(relay: number): void {
    this.restartedRelays.add(relay);
  }

  /** The relay's process has died: it runs nothing. */
  stopped(relay: number): void {
    this.restartedRelays.add(relay);
    const { nowUs } = this.clock;
    this.diedUs.set(relay, nowUs);
    for (const [release, { activated }] of this.columns.entries()) {
      const isRunning = !Number.isNaN(activated[relay]) && Number.isNaN(this.removed[release][relay]);
      if (!isRunning) continue;
      this.removed[release][relay] = nowUs;
      this.trace.add(relay, TRACE_REMOVED, nowUs, release, 0);
    }
    for (const place of [...this.hostileSinceUs.keys()]) {
      if (place.startsWith(`${relay}/`)) this.endHostile(place);
    }
  }

  /** A new process of the relay has come up from its disk, and runs these modules, by their hashes. */
  restarted(relay: number, running: readonly string[]): void {
    this.rules.restarted(relay, [...catalogue.keys()]);
    for (const hash of running) {
      const release = this.releaseByModule.get(hash);
      if (release === undefined) continue;
      this.isBack(relay, release);
      // What it had replaced before the process died has not been taken out either.
      for (const [other, hook] of this.hooks.entries()) {
        const diedWithIt = this.removed[other][relay] === this.diedUs.get(relay);
        if (hook === this.hooks[release] && diedWithIt) this.isBack(relay, other);
      }
    }
  }

  private isBack(relay: number, release: number): void {
    const { nowUs } = this.clock;
    this.removed[release][relay] = Number.NaN;
    this.gained[release][relay] = nowUs;
    this.trace.add(relay, TRACE_STAGE + STAGES.length - 1, nowUs, release, 1);
  }

  private refused(relay: number, reason: Refusal | string): void {
    this.refusals[reason] = (this.refusals[reason] ?? 0) + 1;
    this.trace.add(relay, TRACE_REFUSED, this.clock.nowUs, reason.length, reason.charCodeAt(0));
  }

  /** A module that has been revoked after another one took its place is out for good as well. */
  private putAway(relay: number, sha256: string): void {
    const release = this.releaseByModule.get(sha256);
    if (release === undefined || Number.isNaN(this.columns[release].activated[relay])) return;
    if (!Number.isNaN(this.removed[release][relay])) return;
    this.removed[release][relay] = this.clock.nowUs;
    this.trace.add(relay, TRACE_REMOVED, this.clock.nowUs, release, 0);
  }

  private endHostile(place: string): void {
    const sinceUs = this.hostileSinceUs.get(place);
    if (sinceUs === undefined) return;
    this.hostileUs += this.clock.nowUs - sinceUs;
    this.hostileSinceUs.delete(place);
  }

  /** Notes that the relay has reached the stage; each stage once, none before the one before it. */
  private reach(relay: number, release: number, stage: Stage, timeUs: number): void {
    const columns = this.columns[release];
    const before = STAGES[STAGES.indexOf(stage) - 1];
    if (!Number.isNaN(columns[stage][relay])) {
      // What a relay has forgotten in a crash it hears anew; the first time counts.
      if (this.restartedRelays.has(relay)) return;
      this.watch.broken('stages-in-order', relay, `has ${stage} release ${release} twice`);
    } else if (before !== undefined && !(columns[before][relay] <= timeUs)) {
      this.watch.broken(
        'stages-in-order',
        relay,
        `has ${stage} release ${release} before it had ${before} it`,
      );
    }
    columns[stage][relay] = timeUs;
    this.trace.add(relay, TRACE_STAGE + STAGES.indexOf(stage), timeUs, release, 0);
  }
}
