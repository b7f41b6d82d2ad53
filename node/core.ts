/**
 * The stable core of one relay, as far as updates can change it: the life of its updates, fed by its agent.
 *
 * Slots come into being when an update names their hook or traffic reaches it, so a relay that nobody
 * updates costs next to nothing.
 */

import { catalogue } from './hooks/catalogue/catalogue.ts';
import type { AnyHook, Hook } from './hooks/define-hook.ts';
import type { HookRuntime } from './hooks/hook-runtime.ts';
import type { Parameter, ResultKind } from './hooks/parameter.ts';
import type { Slot } from './hooks/slot.ts';
import type { TransitionListener } from './hooks/transition.ts';
import type { PolicyRefusal } from './trust/refusal.ts';
import type { ModuleCustom } from './trust/update-target.ts';
import { type OfferRefusal, RelayLifecycle } from './updates/relay-lifecycle.ts';
import type { ModuleTarget } from './updates/stage-observer.ts';
import type { UpdateStore } from './updates/store.ts';
import type { ModuleHost, StageVerdict } from './updates/update-agent.ts';
import { readVectors } from './updates/vector-json.ts';
import type { Vector } from './wasm/module-interface.ts';

export interface CoreParts {
  readonly runtime: HookRuntime;
  readonly store: UpdateStore;
  /** Names the relay: to rollouts as text, and as it is to whoever listens. */
  readonly owner: string | number;
  readonly listener?: TransitionListener;
}

/** Vectors read once for all relays that share a target's custom part; null where they do not fit the hook. */
const vectorsRead = new WeakMap<ModuleCustom, readonly Vector[] | null>();

export class RelayCore implements ModuleHost {
  readonly relayId: string;
  private readonly lifecycle: RelayLifecycle;

  constructor(parts: CoreParts) {
    this.relayId = String(parts.owner);
    this.lifecycle = new RelayLifecycle({ ...parts, relayId: this.relayId, hooks: catalogue });
  }

  /** The slot of a hook of this core. */
  slot<Parameters extends readonly Parameter[], Kind extends ResultKind>(
    hook: Hook<Parameters, Kind>,
  ): Slot<Parameters, Kind> {
    return this.lifecycle.slot(hook);
  }

  refusalOf({ sha256, custom }: ModuleTarget): PolicyRefusal | null {
    const hook = catalogue.get(custom.hook);
    if (hook === undefined) return 'unknown-hook';
    if (hook.interfaceVersion !== custom.interfaceVersion) return 'wrong-interface';
    return this.lifecycle.isQuarantined(hook.id, sha256) ? 'quarantined' : null;
  }

  stage({ sha256, custom }: ModuleTarget, binary: Uint8Array, notBeforeMs: number): StageVerdict {
    const vectors = vectorsOf(custom);
    if (vectors === null) return { refused: 'canary-result' };
    const { module, version, hook, interfaceVersion, stateVersion } = custom;
    const decision = this.lifecycle.offer({
      module,
      version,
      hook,
      interfaceVersion,
      stateVersion,
      binary,
      sha256,
      notBeforeMs,
      vectors,
    });
    if ('staged' in decision) return { staged: true };
    return isHeld(decision.refused) ? { staged: false } : { refused: decision.refused };
  }

  revoke(sha256: string): void {
    this.lifecycle.revoke(sha256);
  }
}

/** Whether the module is where it should be already. */
function isHeld(refusal: OfferRefusal): boolean {
  return refusal === 'already-active' || refusal === 'already-staged';
}

function vectorsOf(custom: ModuleCustom): readonly Vector[] | null {
  let vectors = vectorsRead.get(custom);
  if (vectors === undefined) {
    vectors = readVectors(custom.vectors, catalogue.get(custom.hook) as AnyHook);
    vectorsRead.set(custom, vectors);
  }
  return vectors;
}
