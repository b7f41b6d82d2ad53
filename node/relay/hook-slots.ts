/** Where relays and clients find the slots of their hooks: a `RelayCore`, or anything that keeps one slot a hook. */

import type { Hook } from '../hooks/define-hook.ts';
import type { HookRuntime } from '../hooks/hook-runtime.ts';
import type { Parameter, ResultKind } from '../hooks/parameter.ts';
import type { Slot } from '../hooks/slot.ts';

/** The slot of a certain hook. */
export type SlotOf<H> =
  H extends Hook<infer Parameters extends readonly Parameter[], infer Kind extends ResultKind>
    ? Slot<Parameters, Kind>
    : never;

export interface HookSlots {
  /** The slot of a hook: the same one each time. */
  slot<Parameters extends readonly Parameter[], Kind extends ResultKind>(
    hook: Hook<Parameters, Kind>,
  ): Slot<Parameters, Kind>;
}

/** Slots of whoever is no relay and keeps nothing over a restart, as a client. */
export class PlainSlots implements HookSlots {
  private readonly runtime: HookRuntime;
  private readonly owner: unknown;
  private readonly slots = new Map<string, unknown>();

  constructor(runtime: HookRuntime, owner: unknown = null) {
    this.runtime = runtime;
    this.owner = owner;
  }

  slot<Parameters extends readonly Parameter[], Kind extends ResultKind>(
    hook: Hook<Parameters, Kind>,
  ): Slot<Parameters, Kind> {
    let slot = this.slots.get(hook.id);
    if (slot === undefined) {
      slot = this.runtime.slot(hook, this.owner);
      this.slots.set(hook.id, slot);
    }
    return slot as Slot<Parameters, Kind>;
  }
}
