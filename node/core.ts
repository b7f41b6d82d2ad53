/**
 * The stable core of one relay, as far as updates can change it: a slot for each hook.
 *
 * Slots come into being when an update names their hook or traffic reaches it, so a relay that nobody
 * updates costs next to nothing.
 */

import { catalogue } from './hooks/catalogue/catalogue.ts';
import type { AnyHook, Hook } from './hooks/define-hook.ts';
import type { HookRuntime } from './hooks/hook-runtime.ts';
import type { Parameter, ResultKind } from './hooks/parameter.ts';
import type { HookSlot, Slot } from './hooks/slot.ts';
import type { VerifiedUpdate } from './updates/signed-update.ts';
import type { AdmissionVerdict, ModuleHost } from './updates/updater.ts';

export class RelayCore implements ModuleHost {
  private readonly runtime: HookRuntime;
  private readonly owner: unknown;
  private readonly slots = new Map<string, HookSlot>();
  /** Highest version staged of each module: an older one never replaces it. */
  private readonly versions = new Map<string, number>();

  /** `owner` names the relay to whoever listens to the runtime. */
  constructor(runtime: HookRuntime, owner: unknown) {
    this.runtime = runtime;
    this.owner = owner;
  }

  /** The slot of a hook of this core. */
  slot<Parameters extends readonly Parameter[], Kind extends ResultKind>(
    hook: Hook<Parameters, Kind>,
  ): Slot<Parameters, Kind> {
    return this.slotOf(hook as unknown as AnyHook) as unknown as Slot<Parameters, Kind>;
  }

  stage({ manifest, binary }: VerifiedUpdate): AdmissionVerdict {
    const hook = catalogue.get(manifest.hook);
    if (hook === undefined) return { refused: 'unknown-hook', detail: manifest.hook };
    if (manifest.interfaceVersion !== hook.interfaceVersion) {
      const detail = `interface ${manifest.interfaceVersion}, this core has ${hook.interfaceVersion}`;
      return { refused: 'wrong-interface', detail };
    }
    if (manifest.version <= (this.versions.get(manifest.module) ?? 0)) {
      return { refused: 'not-newer', detail: `version ${manifest.version}` };
    }
    const admission =
      this.runtime.admission(hook, manifest.hashes.sha256) ?? this.runtime.admit(hook, binary);
    if ('rejected' in admission) return { refused: admission.rejected, detail: admission.detail };
    const decision = this.slotOf(hook).stage(admission.admitted);
    if (decision !== 'staged') return { refused: decision, detail: manifest.module };
    this.versions.set(manifest.module, manifest.version);
    return { staged: true };
  }

  private slotOf(hook: AnyHook): HookSlot {
    let slot = this.slots.get(hook.id);
    if (slot === undefined) {
      slot = this.runtime.slot(hook, this.owner) as unknown as HookSlot;
      this.slots.set(hook.id, slot);
    }
    return slot;
  }
}
