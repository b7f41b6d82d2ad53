/**
 * Traffic that reaches the hooks: a relay's cells come at a rate, and a pending module goes live with one.
 *
 * A relay moves `utilization` of its advertised bandwidth in 514-byte cells, and each cell reaches the cell
 * hooks once. Arrivals are taken as Poisson, so the wait for the next cell is exponential from any instant
 * on, and only relays that wait for a switch need events.
 */

import type { VerifiedUpdate } from '../../../node/updates/signed-update.ts';
import type { AdmissionVerdict, ModuleHost } from '../../../node/updates/updater.ts';
import { randomStream } from '../random.ts';
import { Call, type VirtualClock } from '../virtual-clock.ts';
import type { Job } from './job.ts';
import { messageId } from './router.ts';
import type { StageRecorder } from './stage-recorder.ts';

const CELL_BYTES = 514;

export class HookTraffic {
  rolledBack = 0;
  private readonly job: Job;
  private readonly clock: VirtualClock;
  private readonly recorder: StageRecorder;

  constructor(job: Job, clock: VirtualClock, recorder: StageRecorder) {
    this.job = job;
    this.clock = clock;
    this.recorder = recorder;
  }

  hostOf(relay: number): ModuleHost {
    return { stage: (update) => this.stage(relay, update) };
  }

  private stage(relay: number, _update: VerifiedUpdate): AdmissionVerdict {
    const { population, scenario } = this.job;
    const cellsPerSecond =
      (scenario.traffic.utilization * population.advertisedBytesPerSecond[relay]) / CELL_BYTES;
    const wait = randomStream(scenario.seed, 'next cell', relay).exponential(1e6 / cellsPerSecond);
    const id = messageId(this.job.releases[0].data);
    this.clock.schedule(
      this.clock.nowUs + Math.ceil(wait),
      new Call(relay, () => this.recorder.reach(relay, id, 'activated')),
    );
    return { staged: true };
  }
}
