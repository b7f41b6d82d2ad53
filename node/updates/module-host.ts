/**
 * The lifecycle of a relay's modules as the update agent sees it: targets of the repository in, a verdict out.
 *
 * What the metadata say in the publisher's words (fraction, salt, UTC times, vectors as text) becomes what the
 * lifecycle understands here.
 */

import type { AnyHook } from '../hooks/define-hook.ts';
import type { PolicyRefusal, TrustRefusal } from '../trust/refusal.ts';
import type { ModuleCustom } from '../trust/update-target.ts';
import type { RejectionCode } from '../wasm/rejection.ts';
import type { Claim } from './offer.ts';
import type { RelayLifecycle } from './relay-lifecycle.ts';
import type { Rollout } from './rollout.ts';
import type { ModuleTarget } from './stage-observer.ts';
import { readVectors } from './vector-json.ts';

export type StageVerdict =
  /** Admitted and in line in its hook's slot. */
  | 'staged'
  /** It runs, or waits there, already. */
  | 'held'
  /** The rollout has not reached this relay yet. */
  | 'waits'
  | { readonly refused: PolicyRefusal | TrustRefusal | RejectionCode; readonly detail: string };

export interface ModuleHost {
  /** Why this relay cannot run a module, whatever its bytes are; null if nothing speaks against it. */
  obstacle(target: ModuleTarget): PolicyRefusal | null;
  /** Whether the rollout has reached this relay. */
  isInCohort(target: ModuleTarget): boolean;
  /** SHA-256 of the module that answers a hook; null while the default does. */
  activeOf(hook: string): string | null;
  /** SHA-256 of the module that is in line for a hook. */
  pendingOf(hook: string): string | null;
  /** All that are in line. */
  pending(): readonly (readonly [hook: string, sha256: string])[];
  /** Admits a module whose bytes have been verified, and leaves it pending. */
  stage(target: ModuleTarget, bytes: Uint8Array): StageVerdict;
  /** Drops the module in line for a hook, which nobody asks for any more. */
  withdraw(hook: string): void;
  /** Never runs this binary again, also after a restart. False if that was known already. */
  revoke(sha256: string): boolean;
}

/** Hears of each module in line, which is switched in when its hook is reached at this time or later. */
export type StagedListener = (hook: AnyHook, notBeforeMs: number) => void;

export class LifecycleHost implements ModuleHost {
  private readonly lifecycle: RelayLifecycle;
  private readonly hooks: ReadonlyMap<string, AnyHook>;
  private readonly onStaged: StagedListener | null;

  constructor(
    lifecycle: RelayLifecycle,
    hooks: ReadonlyMap<string, AnyHook>,
    onStaged: StagedListener | null = null,
  ) {
    this.lifecycle = lifecycle;
    this.hooks = hooks;
    this.onStaged = onStaged;
  }

  obstacle({ custom, sha256 }: ModuleTarget): PolicyRefusal | null {
    const obstacle = this.lifecycle.obstacle(claimOf(custom), sha256);
    return obstacle === null ? null : (obstacle.refused as PolicyRefusal);
  }

  isInCohort({ custom }: ModuleTarget): boolean {
    return this.lifecycle.isInCohort(rolloutOf(custom), custom.rollout.salt);
  }

  activeOf(hook: string): string | null {
    return this.lifecycle.openSlot(hook)?.activeHash ?? null;
  }

  pendingOf(hook: string): string | null {
    return this.lifecycle.openSlot(hook)?.pendingHash ?? null;
  }

  pending(): readonly (readonly [hook: string, sha256: string])[] {
    return this.lifecycle
      .slots()
      .flatMap(({ hook, pendingHash }) => (pendingHash === null ? [] : [[hook.id, pendingHash] as const]));
  }

  stage({ custom, sha256 }: ModuleTarget, binary: Uint8Array): StageVerdict {
    const hook = this.hooks.get(custom.hook);
    const vectors = hook === undefined ? [] : readVectors(hook, custom.vectors);
    if (vectors === null) return { refused: 'malformed', detail: `vectors do not fit ${custom.hook}` };
    const { module, version, interfaceVersion, stateVersion, rollout } = custom;
    // Field by field: to spread a claim and add to it takes V8 many times as long.
    const decision = this.lifecycle.offer({
      module,
      version,
      hook: custom.hook,
      interfaceVersion,
      desired: true,
      stateVersion,
      binary,
      sha256,
      rollout: rolloutOf(custom),
      salt: rollout.salt,
      jitterMs: rollout.jitterSeconds * 1000,
      vectors,
    });
    if ('staged' in decision) {
      if (hook !== undefined) this.onStaged?.(hook, decision.notBeforeMs);
      return 'staged';
    }
    const { refused, detail } = decision;
    switch (refused) {
      case 'already-active':
      case 'already-staged':
        return 'held';
      case 'not-in-cohort':
        return 'waits';
      default:
        return { refused, detail };
    }
  }

  withdraw(hook: string): void {
    this.lifecycle.withdraw(hook);
  }

  revoke(sha256: string): boolean {
    return this.lifecycle.revoke(sha256);
  }
}

function claimOf({ module, version, hook, interfaceVersion }: ModuleCustom): Claim {
  return { module, version, hook, interfaceVersion, desired: true };
}

function rolloutOf({ rollout, notBefore }: ModuleCustom): Rollout {
  return [{ upToShare: rollout.fraction, notBeforeMs: notBefore === null ? 0 : Date.parse(notBefore) }];
}
