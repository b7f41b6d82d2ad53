/** What stands in a hook's slot, with the modules by name: for whoever looks at a relay from outside. */

import type { Reason } from '../hooks/transition.ts';
import type { HookLedger } from './hook-ledger.ts';

/** A module in a slot. Name and version are null where the relay has forgotten what a binary was called. */
export interface NamedModule {
  readonly sha256: string;
  readonly module: string | null;
  readonly version: number | null;
}

export interface SlotReport {
  readonly hook: string;
  readonly interfaceVersion: number;
  /** Who answers: the default, a module on trial, or a confirmed one. */
  readonly phase: 'default' | 'trial' | 'confirmed';
  readonly active: NamedModule | null;
  /** The one to come back to; null for the default. */
  readonly previous: NamedModule | null;
  /** The one in line; `notBeforeMs` is when it may run, milliseconds since 1970, or 0 for at once. */
  readonly pending: (NamedModule & { readonly notBeforeMs: number }) | null;
  readonly quarantined: readonly { readonly sha256: string; readonly reason: Reason }[];
}

export function slotReport({ hook, slot, modules }: HookLedger): SlotReport {
  const named = (sha256: string): NamedModule => {
    const { module = null, version = null } = modules.get(sha256) ?? {};
    return { sha256, module, version };
  };
  const { activeHash, previousHash, pendingHash, pendingNotBeforeMs } = slot;
  return {
    hook: hook.id,
    interfaceVersion: hook.interfaceVersion,
    phase: slot.phase,
    active: activeHash === null ? null : named(activeHash),
    previous: previousHash === null ? null : named(previousHash),
    pending:
      pendingHash === null
        ? null
        : { ...named(pendingHash), notBeforeMs: Math.max(0, pendingNotBeforeMs ?? 0) },
    quarantined: [...slot.quarantined].map(([sha256, reason]) => ({ sha256, reason })),
  };
}
