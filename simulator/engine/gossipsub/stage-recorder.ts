/**
 * Records when each relay reaches each stage of each release, and watches that the order is right.
 *
 * What it records is in the trace as well, so that equal traces mean equal curves.
 */

import type { StageObserver } from '../../../node/updates/updater.ts';
import { STAGES, type Stage } from '../../measure/outcome.ts';
import type { Trace } from '../trace.ts';
import type { VirtualClock } from '../virtual-clock.ts';
import { type SharedColumns, stageColumn } from './job.ts';

const TRACE_STAGE = 16;
const VIOLATIONS_KEPT = 20;

export class StageRecorder {
  readonly refusals: Record<string, number> = {};
  readonly violations: string[] = [];
  private readonly columns: readonly Readonly<Record<Stage, Float64Array>>[];
  private readonly releaseById: ReadonlyMap<string, number>;
  private readonly clock: VirtualClock;
  private readonly trace: Trace;

  /** `releaseIds` are the message ids of the releases, in their order. */
  constructor(
    shared: SharedColumns,
    relays: number,
    releaseIds: readonly string[],
    clock: VirtualClock,
    trace: Trace,
  ) {
    this.columns = releaseIds.map((_id, release) => ({
      heard: stageColumn(shared, relays, release, 'heard'),
      verified: stageColumn(shared, relays, release, 'verified'),
      staged: stageColumn(shared, relays, release, 'staged'),
      activated: stageColumn(shared, relays, release, 'activated'),
    }));
    this.releaseById = new Map(releaseIds.map((id, release) => [id, release]));
    this.clock = clock;
    this.trace = trace;
  }

  /** Which release a message id names; -1 for what nobody released. */
  releaseOf(updateId: string): number {
    return this.releaseById.get(updateId) ?? -1;
  }

  /** Notes that the relay has reached the stage now; each stage once, after the one before. */
  reach(relay: number, updateId: string, stage: Stage): void {
    const release = this.releaseOf(updateId);
    if (release < 0) {
      this.violate(`relay ${relay} has ${stage} an update that nobody released: ${updateId}`);
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
    return {
      onHeard: (id) => this.reach(relay, id, 'heard'),
      onVerified: (id) => this.reach(relay, id, 'verified'),
      onStaged: (id) => this.reach(relay, id, 'staged'),
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
