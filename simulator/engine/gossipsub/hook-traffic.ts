/**
 * Traffic that reaches the hooks: a relay's cells come at a rate, and a staged module goes live with one.
 *
 * A relay moves `utilization` of its advertised bandwidth in cells, and each cell reaches the cell hook
 * once. Arrivals are taken as Poisson, so the wait for the next cell is exponential from any instant on, and
 * only relays that wait for a switch need events.
 */

import { RelayCore } from '../../../node/core.ts';
import {
  CellFlag,
  CellVerdict,
  CircuitState,
  cellAdmission,
} from '../../../node/hooks/catalogue/cell-admission.ts';
import { CELL, RELAY } from '../../../node/hooks/catalogue/cell-commands.ts';
import { HookRuntime } from '../../../node/hooks/hook-runtime.ts';
import type { SlotView, Transition, TransitionListener } from '../../../node/hooks/transition.ts';
import type { VerifiedUpdate } from '../../../node/updates/signed-update.ts';
import { MemoryStore, type ModulePool } from '../../../node/updates/store.ts';
import type { AdmissionVerdict, ModuleHost } from '../../../node/updates/updater.ts';
import { randomStream } from '../random.ts';
import { Call, type VirtualClock } from '../virtual-clock.ts';
import type { Job } from './job.ts';
import type { StageRecorder } from './stage-recorder.ts';

const CELL_BYTES = 514;

export class HookTraffic {
  /** Modules that a relay's core took out again. */
  rolledBack = 0;
  private readonly job: Job;
  private readonly clock: VirtualClock;
  private readonly recorder: StageRecorder;
  private readonly runtime: HookRuntime;
  private readonly listener: TransitionListener;
  /** Binaries that relays keep in their stores: one copy for all. */
  private readonly binaries: ModulePool = new Map();

  constructor(job: Job, clock: VirtualClock, recorder: StageRecorder) {
    this.job = job;
    this.clock = clock;
    this.recorder = recorder;
    this.runtime = new HookRuntime({
      clock,
    });
    this.listener = {
      onTransition: (slot, transition, _reason, hash) => this.onTransition(slot, transition, hash),
    };
  }

  /** The core of one relay; what is staged there goes live with the relay's next cell. */
  hostOf(relay: number): ModuleHost {
    const { runtime, listener } = this;
    const core = new RelayCore({ runtime, listener, store: new MemoryStore(this.binaries), owner: relay });
    return { stage: (update) => this.stage(relay, core, update) };
  }

  private stage(relay: number, core: RelayCore, update: VerifiedUpdate): AdmissionVerdict {
    const verdict = core.stage(update);
    if ('staged' in verdict) this.expectCell(relay, core);
    return verdict;
  }

  private expectCell(relay: number, core: RelayCore): void {
    const { population, scenario } = this.job;
    const bytesPerSecond = scenario.traffic.utilization * population.advertisedBytesPerSecond[relay];
    if (bytesPerSecond === 0) return; // nothing ever reaches the hooks of a relay without traffic
    const meanWaitUs = (1e6 * CELL_BYTES) / bytesPerSecond;
    const { nowUs } = this.clock;
    const waitUs = randomStream(scenario.seed, `next cell after ${nowUs}`, relay).exponential(meanWaitUs);
    this.clock.schedule(nowUs + Math.ceil(waitUs), new Call(relay, () => this.cellArrives(relay, core)));
  }

  /** An ordinary data cell of an open circuit: whatever answers the hook must let it pass. */
  private cellArrives(relay: number, core: RelayCore): void {
    const flags = CellFlag.recognized | CellFlag.fromClient | CellFlag.knownStream;
    const verdict = core.slot(cellAdmission).call(CELL.relay, RELAY.data, CircuitState.open, flags);
    if (verdict !== CellVerdict.accept) this.recorder.violate(`relay ${relay} refused an ordinary data cell`);
  }

  private onTransition(slot: SlotView, transition: Transition, hash: string): void {
    if (transition === 'rolled-back') this.rolledBack++;
    if (transition === 'activated') {
      this.recorder.reach(slot.owner as number, this.recorder.releaseOfModule(hash), 'activated');
    }
  }
}
