/**
 * A network without gossip: relays that carry cells, and operators who drain, stop and restart them.
 *
 * A restart brings the relay back with a module in line at its hook: what a new version of the software would do.
 */

import { catalogue } from '../../../node/hooks/catalogue/catalogue.ts';
import type { AnyHook } from '../../../node/hooks/define-hook.ts';
import { HookRuntime } from '../../../node/hooks/hook-runtime.ts';
import { type HookSlots, PlainSlots } from '../../../node/relay/hook-slots.ts';
import { pairLatency } from '../../population/pair-latency.ts';
import { Trace } from '../trace.ts';
import { Call, VirtualClock } from '../virtual-clock.ts';
import { DataPlane } from './data-plane.ts';
import type { RestartJob, RestartResult } from './restart-job.ts';
import { trafficHosts } from './traffic-hosts.ts';

const WINDOW_US = 1_000_000;

export class RestartNetwork {
  private readonly job: RestartJob;
  private readonly clock: VirtualClock;
  private readonly trace: Trace;
  private readonly runtime: HookRuntime;
  private readonly plane: DataPlane;
  private readonly slots: HookSlots[];
  /** Modules that each relay has installed. */
  private readonly installed: Set<number>[];
  /** Relays that are down, and the module that they restart for. */
  private readonly restartingFor = new Map<number, number>();

  constructor(job: RestartJob) {
    const { population, traffic, seed, durationSeconds, modules } = job;
    const { relays } = population;
    const others = trafficHosts(traffic);
    const clock = new VirtualClock(relays + others, seed);
    this.job = job;
    this.clock = clock;
    this.trace = Trace.forRelays(relays + others);
    this.runtime = new HookRuntime({ clock });
    this.installed = Array.from({ length: relays }, () => new Set<number>());
    this.slots = Array.from({ length: relays }, (_unused, relay) => new PlainSlots(this.runtime, relay));
    const latency = pairLatency(job.latency);
    this.plane = new DataPlane({
      clock,
      trace: this.trace,
      population,
      traffic,
      seed,
      durationSeconds,
      firstHost: relays,
      latencyUs: (a, b) => latency.oneWayUs(Math.min(a, b), Math.max(a, b)),
      runtime: this.runtime,
      slotsOf: (relay) => this.slots[relay],
      modules,
      clientsTakeUpdates: false,
    });
  }

  /** Runs to the end; `drain` lets promises settle, `onWindow` hears of each virtual second. */
  run(drain: () => void, onWindow: (virtualSeconds: number) => void): RestartResult {
    const { clock, job } = this;
    for (let relay = 0; relay < job.population.relays; relay++) this.plane.relayUp(relay);
    this.planInstallations();
    this.plane.planAll();
    const endUs = job.durationSeconds * 1e6;
    for (let untilUs = 0; untilUs < endUs; ) {
      untilUs = Math.min(endUs, untilUs + WINDOW_US);
      clock.runUntil(untilUs, drain, () => false);
      onWindow(untilUs / 1e6);
    }
    return { traffic: this.plane.result(), traceHash: this.trace.digest() };
  }

  private planInstallations(): void {
    const { installSeconds, clientSeconds, population, drainSeconds, downSeconds } = this.job;
    const { clock } = this;
    for (const [module, times] of installSeconds.entries()) {
      for (let relay = 0; relay < population.relays; relay++) {
        const atUs = Math.round(times[relay] * 1e6);
        if (Number.isNaN(atUs)) continue;
        const at = (afterSeconds: number, action: () => void): void =>
          clock.plan(atUs + Math.round(afterSeconds * 1e6), new Call(relay, action));
        at(0, () => this.plane.drain(relay));
        at(drainSeconds, () => this.goDown(relay, module));
        at(drainSeconds + downSeconds, () => this.comeBack(relay, module));
      }
    }
    for (const [module, times] of clientSeconds.entries()) {
      for (const [client, seconds] of times.entries()) {
        if (Number.isNaN(seconds)) continue;
        const install = (): void => this.plane.updateClient(client, this.job.modules[module]);
        clock.plan(Math.round(seconds * 1e6), new Call(population.relays + client, install));
      }
    }
  }

  private goDown(relay: number, module: number): void {
    this.installed[relay].add(module);
    // A relay that is down for an earlier update comes back with both.
    if (this.restartingFor.has(relay)) return;
    this.restartingFor.set(relay, module);
    this.plane.relayDown(relay, true);
  }

  private comeBack(relay: number, module: number): void {
    if (this.restartingFor.get(relay) !== module) return;
    this.restartingFor.delete(relay);
    const installed = this.installed[relay];
    const slots = new PlainSlots(this.runtime, relay);
    for (const index of [...installed].sort((a, b) => a - b)) {
      const { hook: id, binary } = this.job.modules[index];
      const hook = catalogue.get(id) as AnyHook;
      const admission = this.runtime.admit(hook, binary);
      if ('admitted' in admission) slots.slot(hook).stage(admission.admitted);
    }
    this.slots[relay] = slots;
    this.plane.relayRestarted(relay);
  }
}
