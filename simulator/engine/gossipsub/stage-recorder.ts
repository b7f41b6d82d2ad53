/**
 * Records when each relay reaches each stage of each release, and watches that the order is right.
 *
 * What it records is in the trace as well, so that equal traces mean equal curves.
 */

import type { StageObserver } from '../../../node/updates/updater.ts';
import { STAGES, type Stage } from '../../measure/outcome.ts';
import type { Trace } from '../trace.ts';
import type { VirtualClock } from '../virtual-clock.ts';
import { type Job, stageColumn } from './job.ts';
import { messageId } from './router.ts';

const TRACE_STAGE = 16;
const VIOLATIONS_KEPT = 20;

export class StageRecorder {
  readonly refusals: Record<string, number> = {};
  readonly violations: string[] = [];
  private readonly columns: readonly Readonly<Record<Stage, Float64Array>>[];
  private readonly releaseById: ReadonlyMap<string, number>;
  private readonly releaseByModule: ReadonlyMap<string, number>;
  private readonly clock: VirtualClock;
  private readonly trace: Trace;

  constructor(job: Job, clock: VirtualClock, trace: Trace) {
    const { releases, shared, population } = job;
    const column = (release: number, stage: Stage): Float64Array =>
      stageColumn(shared, population.relays, release, stage);
    this.columns = releases.map((_release, index) => ({
      heard: column(index, 'heard'),
      verified: column(index, 'verified'),
      staged: column(index, 'staged'),
      activated: column(index, 'activated'),
    }));
    this.releaseById = new Map(releases.map(({ data }, index) => [messageId(data), index]));
    this.releaseByModule = new Map(releases.map(({ moduleSha256 }, index) => [moduleSha256, index]));
    this.clock = clock;
    this.trace = trace;
  }

  /** Which release this module is; -1 for one that nobody released. */
  releaseOfModule(sha256: string): number {
    return this.releaseByModule.get(sha256) ?? -1;
  }

  /** Notes that the relay has reached the stage now; each stage once, after the one before. */
  reach(relay: number, release: number, stage: Stage): void {
    if (release < 0) {
      this.violate(`relay ${relay} has ${stage} an update that nobody released`);
      return;
    }
    const columns = this.columns[release];
    const before = STAGES[STAGES.indexOf(stage) - 1];
    if (!Number.isNaN(columns[stage][relay])) {
      this.violate(`relay ${relay} has ${stage} release ${release} twice`);
    } else if (before !== undefined && Number.isNaN(columns[before][relay])) {
      this.violate(`relay ${relay} has ${stage} release ${release} before it had ${before} it`);
    }
    columns[stage][relay] = this.clock.nowUs;
    this.trace.add(relay, TRACE_STAGE + STAGES.indexOf(stage), this.clock.nowUs, release, 0);
  }

  /** An observer in the name of one relay. */
  observerOf(relay: number): StageObserver {
    const releaseOf = (updateId: string): number => this.releaseById.get(updateId) ?? -1;
    return {
      onHeard: (id) => this.reach(relay, releaseOf(id), 'heard'),
      onVerified: (id) => this.reach(relay, releaseOf(id), 'verified'),
      onStaged: (id) => this.reach(relay, releaseOf(id), 'staged'),
      onRefused: (_id, reason) => {
        this.refusals[reason] = (this.refusals[reason] ?? 0) + 1;
      },
    };
  }

  violate(violation: string): void {
    if (this.violations.length < VIOLATIONS_KEPT) {
      this.violations.push(`${violation}, at ${this.clock.nowUs} us`);
    }
  }
}
