/**
 * What becomes of the modules of one hook on one relay, where operators may hold them up: from when they stand in line
 * and when cells reach the hook.
 *
 * A slot (node/hooks/slot.ts) and its cells (gossipsub/hook-traffic.ts) without the modules: one in line switches with
 * the first cell from its time on, which ends the trial of the one before, and has passed its own with enough cells.
 * While one is held up, the cells of the trial before it go on.
 */

import { BURST_CELLS_MAX } from '../gossipsub/hook-traffic.ts';

/** So many cells never take half or twice as long as they do on average: half is 8 standard deviations off, twice 16. */
export const CERTAIN_CELLS = 250;

/** A module that stands in line; in virtual time. */
export interface ModuleInLine {
  readonly release: number;
  readonly stagedUs: number;
  /** It is not switched in before, by a clock of whole milliseconds. */
  readonly mayRunMs: number;
  /** Never runs from then on; Infinity where it is not revoked. */
  readonly revokedUs: number;
  readonly trialCells: number;
}

/** Cells at the hook. */
export interface HookCells {
  readonly meanWaitUs: number;
  /** When the next so many have come after a moment. */
  arriveUs(fromUs: number, cells: number): number;
}

export interface SlotHistory {
  /** When each module has been switched in, by release. */
  readonly activatedUs: ReadonlyMap<number, number>;
  /** Releases that have passed their trial. */
  readonly confirmed: ReadonlySet<number>;
  /** The release that runs in the end; null for none. */
  readonly active: number | null;
}

/** Replays what happens up to a moment. */
export function replaySlot(modules: readonly ModuleInLine[], cells: HookCells, untilUs: number): SlotHistory {
  const slot = new ReplayedSlot(cells);
  const happenings = modules
    .flatMap((module) => [
      { atUs: module.stagedUs, happen: () => slot.stage(module) },
      { atUs: module.revokedUs, happen: () => slot.revoke(module) },
    ])
    .filter(({ atUs }) => atUs < untilUs)
    .sort((a, b) => a.atUs - b.atUs);
  for (const { atUs, happen } of happenings) {
    slot.runUntil(atUs);
    happen();
  }
  slot.runUntil(untilUs);
  return { activatedUs: slot.activatedUs, confirmed: slot.confirmed, active: slot.active?.release ?? null };
}

class ReplayedSlot {
  readonly activatedUs = new Map<number, number>();
  readonly confirmed = new Set<number>();
  active: ModuleInLine | null = null;
  private pending: ModuleInLine | null = null;
  /** Cells that the active module has answered. */
  private calls = 0;
  /** Until when the module in line is held up; -1 where none is. */
  private heldUntilUs = -1;
  /** When the next burst has come, and of how many cells it is; Infinity for no more. */
  private burstUs = Number.POSITIVE_INFINITY;
  private burstCells = 1;
  private readonly cells: HookCells;

  constructor(cells: HookCells) {
    this.cells = cells;
  }

  private get isOnTrial(): boolean {
    return this.active !== null && !this.confirmed.has(this.active.release);
  }

  stage(module: ModuleInLine): void {
    this.pending = module;
    const { stagedUs, mayRunMs } = module;
    const waitMs = mayRunMs - Math.floor(stagedUs / 1000);
    if (waitMs > 0) this.heldUntilUs = stagedUs + waitMs * 1000;
    else this.beginCells(stagedUs);
  }

  /** What ran before does not come back: a scenario in which it would is refused (scenario/model-checks.ts). */
  revoke(module: ModuleInLine): void {
    if (this.pending === module) this.pending = null;
    if (this.active === module) this.active = null;
  }

  /** Lets happen what does before a moment. */
  runUntil(endUs: number): void {
    for (;;) {
      this.passTrial(endUs);
      const isHeld = this.heldUntilUs >= 0;
      if (isHeld && this.heldUntilUs <= this.burstUs) {
        if (this.heldUntilUs >= endUs) return;
        this.beginCells(this.heldUntilUs);
      } else {
        if (this.burstUs >= endUs) return;
        this.burst();
      }
    }
  }

  private beginCells(fromUs: number): void {
    this.heldUntilUs = -1;
    this.expectBurst(fromUs, 1);
  }

  private expectBurst(fromUs: number, cells: number): void {
    this.burstUs = this.cells.arriveUs(fromUs, cells);
    this.burstCells = cells;
  }

  private burst(): void {
    const { pending, burstUs, burstCells } = this;
    if (pending !== null && pending.mayRunMs <= Math.floor(burstUs / 1000)) {
      this.active = pending;
      this.pending = null;
      this.calls = 0;
      this.activatedUs.set(pending.release, burstUs);
    }
    this.calls += burstCells;
    if (this.active !== null && this.calls >= this.active.trialCells) this.confirmed.add(this.active.release);
    const waits = this.pending !== null && this.heldUntilUs < 0;
    if (waits || this.isOnTrial) this.expectBurst(burstUs, Math.min(2 * burstCells, BURST_CELLS_MAX));
    else this.burstUs = Number.POSITIVE_INFINITY;
  }

  /** Passes a trial that is certainly over before anything else can happen, without drawing its cells. */
  private passTrial(endUs: number): void {
    const { active } = this;
    if (active === null || !this.isOnTrial || this.burstUs === Number.POSITIVE_INFINITY) return;
    const { trialCells } = active;
    const quietUntilUs = this.pending === null ? endUs : Math.min(endUs, this.pending.mayRunMs * 1000);
    if (trialCells < CERTAIN_CELLS || quietUntilUs - this.burstUs <= 2 * trialCells * this.cells.meanWaitUs)
      return;
    this.confirmed.add(active.release);
    this.burstUs = Number.POSITIVE_INFINITY;
  }
}
