/**
 * What updates come to on each relay: its processor, the stages, and the cell that brings a module to life.
 *
 * The order of stages and what they cost was rehearsed (rehearsal.ts); here it takes place at each relay's own time.
 * When the next cell reaches a hook is the same draw that the gossipsub engine makes for that relay and moment.
 */

import { STAGES } from '../../measure/outcome.ts';
import type { ReleaseVerdicts } from '../../measure/verdict-summary.ts';
import type { Population } from '../../population/population.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import { BURST_CELLS_MAX, cellsArriveUs, meanCellWaitUs } from '../gossipsub/hook-traffic.ts';
import type { Trace } from '../trace.ts';
import { EPOCH_MS } from '../virtual-clock.ts';
import type { ModelJob } from './model-job.ts';
import { OperatedSlots } from './operated-slots.ts';
import type { RefusingRelays } from './refusing-relays.ts';
import type { Publication, Script, Scripts, Step } from './rehearsal.ts';
import { type ReleaseColumns, releaseColumns } from './release-columns.ts';
import { CERTAIN_CELLS } from './slot-replay.ts';

export const TRACE_STAGE = 16;
const TRACE_REMOVED = TRACE_STAGE + STAGES.length;

/** What of a job decides about the work of relays. */
export interface WorkParts
  extends Pick<
    ModelJob,
    'scenario' | 'population' | 'publications' | 'releases' | 'shared' | 'policies' | 'refusing'
  > {
  readonly trace: Trace;
}

export class RelayWork {
  readonly refusals: Record<string, number> = {};
  /** Modules that a relay's core took out again, for a revocation. */
  rolledBack = 0;
  protected readonly scenario: Scenario;
  protected readonly population: Population;
  protected readonly publications: readonly Publication[];
  protected readonly columns: readonly ReleaseColumns[];
  protected readonly trace: Trace;
  protected readonly endUs: number;
  /** Null where modules switch at once. */
  protected readonly operated: OperatedSlots | null;
  private readonly refusing: RefusingRelays | null;
  /** When a relay's processor has done all that it was given. */
  protected readonly freeUs: Float64Array;
  /** Releases that have been staged anywhere, by hook. */
  private readonly ofHook = new Map<string, Set<number>>();

  constructor(parts: WorkParts) {
    const { scenario, population, publications, releases, shared, policies, refusing, trace } = parts;
    const { relays } = population;
    this.scenario = scenario;
    this.population = population;
    this.publications = publications;
    this.trace = trace;
    this.endUs = scenario.durationSeconds * 1e6;
    this.freeUs = new Float64Array(relays);
    this.columns = Array.from({ length: releases }, (_unused, release) =>
      releaseColumns(shared, relays, release),
    );
    this.refusing = refusing;
    this.operated =
      policies === null ? null : new OperatedSlots({ scenario, population, policies, columns: this.columns });
  }

  /** A publication has come to a relay; answers when it has been judged, null where it never is. */
  arrive(
    publication: number,
    relay: number,
    nowUs: number,
    isPublisher: boolean,
  ): { verdictUs: number; isAccepted: boolean } | null {
    const { onPublisher, onOthers } = this.scriptsOf(relay)[publication];
    const script = isPublisher ? onPublisher : onOthers;
    const waitUs = Math.max(0, this.freeUs[relay] - nowUs);
    this.freeUs[relay] = nowUs + waitUs + script.busyUs;
    this.go(script, relay, nowUs, waitUs);
    if (script.verdictAfterUs === null) return null;
    return { verdictUs: nowUs + waitUs + script.verdictAfterUs, isAccepted: script.verdict === 'accept' };
  }

  private scriptsOf(relay: number): readonly Scripts[] {
    const { refusing, publications } = this;
    return refusing?.relays[relay] === 1 ? refusing.scripts : publications;
  }

  private go({ steps, refusals }: Script, relay: number, nowUs: number, waitUs: number): void {
    for (const reason of refusals) this.refusals[reason] = (this.refusals[reason] ?? 0) + 1;
    for (const step of steps) {
      const { kind, afterUs } = step;
      const atUs = nowUs + afterUs + (kind === 'heard' ? 0 : waitUs);
      this.reach(step, relay, atUs);
    }
  }

  /** A relay comes to a stage, or hears of a revocation. */
  protected reach(step: Step, relay: number, atUs: number): void {
    const { kind, release } = step;
    if (atUs >= this.endUs) return;
    if (kind === 'revoked') {
      this.revoke(relay, release, atUs);
      return;
    }
    this.columns[release][kind][relay] = atUs;
    this.trace.add(relay, TRACE_STAGE + STAGES.indexOf(kind), atUs, release, 0);
    if (kind !== 'staged') return;
    if (this.operated === null) this.awaitCell(relay, step, atUs);
    else this.traceActivation(relay, release, this.operated.stage(relay, step));
  }

  /** The module stands in line, in place of one that has not been reached; the next cell brings it to life. */
  protected awaitCell(relay: number, { release, hook, notBeforeMs }: Step, nowUs: number): void {
    const { scenario, population, columns } = this;
    let others = this.ofHook.get(hook);
    if (others === undefined) this.ofHook.set(hook, (others = new Set()));
    for (const other of others) {
      if (other === release) continue;
      const { activated, gained } = columns[other];
      if (activated[relay] > nowUs) activated[relay] = gained[relay] = Number.NaN;
    }
    others.add(release);
    const { utilization } = scenario.traffic;
    const meanWaitUs = meanCellWaitUs(utilization, population.advertisedBytesPerSecond[relay]);
    if (meanWaitUs === Number.POSITIVE_INFINITY) return;
    const waitMs = Math.max(0, notBeforeMs - EPOCH_MS - Math.floor(nowUs / 1000));
    const activatedUs = cellsArriveUs(scenario.seed, relay, hook, nowUs + waitMs * 1000, 1, meanWaitUs);
    if (activatedUs >= this.endUs) return;
    columns[release].activated[relay] = columns[release].gained[relay] = activatedUs;
    this.traceActivation(relay, release, activatedUs);
  }

  private traceActivation(relay: number, release: number, activatedUs: number): void {
    if (Number.isNaN(activatedUs)) return;
    this.trace.add(relay, TRACE_STAGE + STAGES.indexOf('activated'), activatedUs, release, 0);
  }

  private revoke(relay: number, release: number, nowUs: number): void {
    const { activated, gained, removed } = this.columns[release];
    this.operated?.revoke(relay, release, nowUs);
    if (Number.isNaN(activated[relay])) return;
    this.trace.add(relay, TRACE_REMOVED, nowUs, release, 0);
    if (activated[relay] <= nowUs) {
      removed[relay] = nowUs;
      this.rolledBack++;
    } else activated[relay] = gained[relay] = Number.NaN;
  }

  /** What relays found out about each release; modules that fail their trial are not for this engine. */
  verdicts(): ReleaseVerdicts[] {
    if (this.operated !== null) return this.operated.verdicts();
    return this.columns.map(({ activated, removed }, release) => {
      const staged = this.stagingOf(release);
      let confirmed = 0;
      let kept = 0;
      for (let relay = 0; relay < activated.length && staged !== null; relay++) {
        if (Number.isNaN(activated[relay]) || !this.hasPassedTrial(relay, staged)) continue;
        confirmed++;
        if (Number.isNaN(removed[relay]) && !(this.nextOf(relay, staged, 'activated') < this.endUs)) kept++;
      }
      return { rolledBack: 0, confirmed, kept };
    });
  }

  /** Whether enough cells have come before the run ended, or another module took the place. */
  private hasPassedTrial(relay: number, staged: Step): boolean {
    const { columns } = this;
    const { release } = staged;
    const { activated, removed } = columns[release];
    const removedUs = Number.isNaN(removed[relay]) ? this.endUs : removed[relay];
    const untilUs = Math.min(this.endUs, removedUs, this.nextOf(relay, staged, 'staged'));
    return this.passesTrial(relay, staged, activated[relay], untilUs);
  }

  /** Whether a trial that begins at one moment ends before another. */
  protected passesTrial(relay: number, { hook, trialCells }: Step, fromUs: number, untilUs: number): boolean {
    const { scenario, population } = this;
    const { utilization } = scenario.traffic;
    const meanWaitUs = meanCellWaitUs(utilization, population.advertisedBytesPerSecond[relay]);
    // Drawn only where the span is not clearly too short or long enough.
    const meanUs = trialCells * meanWaitUs;
    const spanUs = untilUs - fromUs;
    if (trialCells >= CERTAIN_CELLS && (spanUs > 2 * meanUs || spanUs < meanUs / 2)) return spanUs > meanUs;
    let atUs = fromUs;
    let cells = 1;
    for (let burst = 2; cells < trialCells && atUs < untilUs; burst = Math.min(2 * burst, BURST_CELLS_MAX)) {
      atUs = cellsArriveUs(scenario.seed, relay, hook, atUs, burst, meanWaitUs);
      cells += burst;
    }
    return atUs < untilUs;
  }

  /** How a release is staged on a relay that hears of it; null for one that never is. */
  protected stagingOf(release: number): Step | null {
    const scripts: readonly Scripts[] = [...this.publications, ...(this.refusing?.scripts ?? [])];
    const steps = scripts.flatMap(({ onOthers }) => onOthers.steps);
    return steps.find((step) => step.kind === 'staged' && step.release === release) ?? null;
  }

  /** When another module of the hook came to a stage after this one did on a relay; Infinity for never. */
  protected nextOf(relay: number, { release, hook }: Step, stage: 'staged' | 'activated'): number {
    let nextUs = Number.POSITIVE_INFINITY;
    for (const other of this.ofHook.get(hook) ?? []) {
      const atUs = this.columns[other][stage][relay];
      if (other !== release && atUs > this.columns[release].staged[relay]) nextUs = Math.min(nextUs, atUs);
    }
    return nextUs;
  }
}
