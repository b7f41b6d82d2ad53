/**
 * When modules switch on relays whose operators decide, and how their trials end.
 *
 * With each module that is staged on a relay, its hook there is replayed from the start (slot-replay.ts). Operators may be
 * later than the end of gossip, so this goes on for as long as they are followed.
 */

import type { ReleaseVerdicts } from '../../measure/verdict-summary.ts';
import type { Population } from '../../population/population.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import { cellsArriveUs, meanCellWaitUs } from '../gossipsub/hook-traffic.ts';
import type { RelayPolicies } from '../gossipsub/job.ts';
import { consentMs } from '../gossipsub/relay-consent.ts';
import { EPOCH_MS } from '../virtual-clock.ts';
import type { Step } from './rehearsal.ts';
import type { ReleaseColumns } from './release-columns.ts';
import { type ModuleInLine, replaySlot, type SlotHistory } from './slot-replay.ts';

export interface OperatedParts {
  readonly scenario: Scenario;
  readonly population: Population;
  readonly policies: RelayPolicies;
  readonly columns: readonly ReleaseColumns[];
}

export class OperatedSlots {
  private readonly parts: OperatedParts;
  /** How releases have been staged, by hook. */
  private readonly ofHook = new Map<string, Map<number, Step>>();
  /** By release and relay; Infinity where it has not heard of it. */
  private readonly revokedUs = new Map<number, Float64Array>();
  /** When the process of a relay has ended for good. */
  private readonly endedUs = new Map<number, number>();

  constructor(parts: OperatedParts) {
    this.parts = parts;
  }

  /** A module stands in line on a relay: its column says since when. Answers when it switches, NaN for never. */
  stage(relay: number, step: Step): number {
    const { release, hook } = step;
    const known = this.ofHook.get(hook);
    if (known === undefined) this.ofHook.set(hook, new Map([[release, step]]));
    else known.set(release, step);
    this.replay(relay, hook);
    return this.parts.columns[release].activated[relay];
  }

  /** A relay hears that a module must not run any more. */
  revoke(relay: number, release: number, nowUs: number): void {
    let column = this.revokedUs.get(release);
    if (column === undefined) {
      column = new Float64Array(this.parts.population.relays).fill(Number.POSITIVE_INFINITY);
      this.revokedUs.set(release, column);
    }
    column[relay] = nowUs;
  }

  /** Cells come to nothing on a relay from now on. */
  end(relay: number, nowUs: number): void {
    this.endedUs.set(relay, nowUs);
  }

  verdicts(): ReleaseVerdicts[] {
    const { columns, population } = this.parts;
    const verdicts = columns.map(() => ({ rolledBack: 0, confirmed: 0, kept: 0 }));
    for (const hook of this.ofHook.keys()) {
      for (let relay = 0; relay < population.relays; relay++) {
        const { confirmed, active } = this.historyOf(relay, hook);
        for (const release of confirmed) {
          verdicts[release].confirmed++;
          if (release === active) verdicts[release].kept++;
        }
      }
    }
    return verdicts;
  }

  private replay(relay: number, hook: string): void {
    const { activatedUs } = this.historyOf(relay, hook);
    for (const release of this.ofHook.get(hook)!.keys()) {
      const { activated, gained } = this.parts.columns[release];
      activated[relay] = gained[relay] = activatedUs.get(release) ?? Number.NaN;
    }
  }

  private historyOf(relay: number, hook: string): SlotHistory {
    const { scenario, population, policies } = this.parts;
    const { seed, traffic } = scenario;
    const meanWaitUs = meanCellWaitUs(traffic.utilization, population.advertisedBytesPerSecond[relay]);
    // Nothing ever reaches the hooks of a relay without traffic.
    const modules = meanWaitUs === Number.POSITIVE_INFINITY ? [] : this.modulesOf(relay, hook);
    const arriveUs = (fromUs: number, cells: number): number =>
      cellsArriveUs(seed, relay, hook, fromUs, cells, meanWaitUs);
    const untilUs = Math.min(policies.untilUs, this.endedUs.get(relay) ?? Number.POSITIVE_INFINITY);
    return replaySlot(modules, { meanWaitUs, arriveUs }, untilUs);
  }

  private modulesOf(relay: number, hook: string): ModuleInLine[] {
    const { policies, columns } = this.parts;
    return [...this.ofHook.get(hook)!.values()].flatMap(({ release, notBeforeMs, trialCells }) => {
      const stagedUs = columns[release].staged[relay];
      if (Number.isNaN(stagedUs)) return [];
      const allowedMs = consentMs(policies.mayRunFromUs[release][relay], policies);
      const mayRunMs = Math.max(notBeforeMs, allowedMs) - EPOCH_MS;
      const revokedUs = this.revokedUs.get(release)?.[relay] ?? Number.POSITIVE_INFINITY;
      return [{ release, stagedUs, mayRunMs, revokedUs, trialCells }];
    });
  }
}
