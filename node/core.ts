/**
 * The stable core of one relay, as far as updates can change it: the life of its updates, fed by its agent.
 *
 * Slots come into being when an update names their hook or traffic reaches it, so a relay that nobody
 * updates costs next to nothing.
 */

import { catalogue } from './hooks/catalogue/catalogue.ts';
import type { Hook } from './hooks/define-hook.ts';
import type { HookRuntime } from './hooks/hook-runtime.ts';
import type { Parameter, ResultKind } from './hooks/parameter.ts';
import type { Slot } from './hooks/slot.ts';
import type { TransitionListener } from './hooks/transition.ts';
import type { ActivationPolicy } from './updates/activation-policy.ts';
import { LifecycleHost, type ModuleHost, type StagedListener } from './updates/module-host.ts';
import { RelayLifecycle } from './updates/relay-lifecycle.ts';
import type { SlotReport } from './updates/slot-report.ts';
import type { UpdateStore } from './updates/store.ts';

export interface CoreParts {
  readonly runtime: HookRuntime;
  readonly store: UpdateStore;
  /** Names the relay: to rollouts as text, and as it is to whoever listens. */
  readonly owner: string | number;
  readonly listener?: TransitionListener;
  /** What the operator lets the relay do by itself; everything at once by default. */
  readonly activation?: ActivationPolicy;
  /** Hears of each module in line. */
  readonly onStaged?: StagedListener;
  /** Hears of a store that fails: the relay runs on without it. */
  readonly onStoreFailure?: (error: unknown) => void;
}

export class RelayCore {
  private readonly lifecycle: RelayLifecycle;
  /** The life of its modules, for the update agent. */
  readonly host: ModuleHost;

  constructor(parts: CoreParts) {
    this.lifecycle = new RelayLifecycle({ ...parts, relayId: String(parts.owner), hooks: catalogue });
    this.host = new LifecycleHost(this.lifecycle, catalogue, parts.onStaged);
  }

  /** The slot of a hook of this core. */
  slot<Parameters extends readonly Parameter[], Kind extends ResultKind>(
    hook: Hook<Parameters, Kind>,
  ): Slot<Parameters, Kind> {
    return this.lifecycle.slot(hook);
  }

  /** What stands in the slots that updates or traffic have reached. */
  slots(): readonly SlotReport[] {
    return this.lifecycle.report();
  }

  /** Writes the state of the hooks to the store: now and then. */
  checkpoint(): void {
    this.lifecycle.checkpoint();
  }

  /** A stop in good order, which is not held against a module on trial. */
  close(): void {
    this.lifecycle.close();
  }
}
