/**
 * What a relay knows of one hook's modules beside what the slot holds, and would still know after a restart.
 *
 * It follows the slot's transitions. While a module is on trial, the confirmed one and its state stand here, since
 * they are what a restart comes back to.
 */

import type { AnyHook } from '../hooks/define-hook.ts';
import type { HookSlot } from '../hooks/slot.ts';
import type { Transition } from '../hooks/transition.ts';
import type { Claim } from './offer.ts';
import type { StoredModule, StoredSlot } from './store.ts';
import { VersionFloor } from './version-floor.ts';

/** A module in line for a trial, or on it. */
export interface Candidate {
  readonly module: StoredModule;
  readonly notBeforeMs: number;
  readonly wave: number;
  /** Starts of the relay since the trial began; 0 before. */
  starts: number;
}

export class HookLedger {
  readonly hook: AnyHook;
  readonly slot: HookSlot;
  /** By hash: the modules that the slot holds or held. */
  readonly modules = new Map<string, StoredModule>();
  floor = new VersionFloor();
  /** State that goes with the confirmed module; the slot's own may be of a trial. */
  state: Uint8Array;
  stateVersion = 0;
  confirmed: StoredModule | null = null;
  previous: StoredModule | null = null;
  candidate: Candidate | null = null;

  constructor(hook: AnyHook, slot: HookSlot) {
    this.hook = hook;
    this.slot = slot;
    this.state = new Uint8Array(hook.stateBytes);
  }

  /** Takes a transition of the slot into account; true if a store must know. */
  follow(transition: Transition, hash: string): boolean {
    const isCandidate = this.candidate?.module.hash === hash;
    switch (transition) {
      case 'confirmed': {
        const module = this.modules.get(hash);
        if (module === undefined) return false;
        this.floor.confirm(module.module, module.version, hash);
        this.previous = this.confirmed;
        this.confirmed = module;
        if (isCandidate) this.candidate = null;
        this.takeState();
        return true;
      }
      case 'quarantined':
        if (this.confirmed?.hash === hash) {
          this.confirmed = this.previous;
          this.previous = null;
        } else if (this.previous?.hash === hash) this.previous = null;
        if (isCandidate) this.candidate = null;
        return true;
      case 'withdrawn':
        if (isCandidate) this.candidate = null;
        return true;
      case 'rolled-back':
        this.takeState();
        return true;
      // A candidate counts its starts from its activation on.
      case 'activated':
        if (isCandidate && this.candidate !== null)
          this.candidate.starts = Math.max(1, this.candidate.starts);
        return true;
      default:
        return false; // it changes nothing that is kept
    }
  }

  /** The slot's state is what a restart comes back to. */
  takeState(): void {
    const { state, stateVersion } = this.slot.copyState();
    this.state = state;
    this.stateVersion = stateVersion;
  }

  /**
   * The version that makes a claim a replay; null if nothing does. `canRun` says whether a binary is not revoked.
   *
   * Without anything that says what to run now, that is whatever ran or waits here and is not older. With it, a
   * downgrade still waits until nothing newer of the update can run here.
   */
  newestBefore(claim: Claim, hash: string, canRun: (hash: string) => boolean): number | null {
    const { module, version, desired = false } = claim;
    const { slot, floor } = this;
    const active = this.heldVersion(slot.activeHash, module);
    if (!desired) {
      const newest = Math.max(floor.highest(module), active, this.heldVersion(slot.pendingHash, module));
      return version > newest ? null : newest;
    }
    const runnable = floor.highest(module, (known) => canRun(known) && !slot.quarantined.has(known));
    const newest = Math.max(runnable, active);
    const isSame = slot.activeHash === hash || floor.has(module, version, hash);
    return version > newest || (version === newest && isSame) ? null : newest;
  }

  /** Forgets modules that the slot does not hold, but for those named. */
  forgetAllBut(hashes: ReadonlySet<string>): void {
    const { activeHash, pendingHash } = this.slot;
    for (const hash of this.modules.keys()) {
      if (!hashes.has(hash) && hash !== activeHash && hash !== pendingHash) this.modules.delete(hash);
    }
  }

  toStored(): StoredSlot {
    const { hook, slot, candidate } = this;
    return {
      hook: hook.id,
      interfaceVersion: hook.interfaceVersion,
      active: this.confirmed,
      previous: this.previous,
      candidate: candidate === null ? null : storedCandidate(candidate),
      state: this.state.length === 0 ? '' : Buffer.from(this.state).toString('base64'),
      stateVersion: this.stateVersion,
      quarantined: slot.quarantined.size === 0 ? [] : [...slot.quarantined],
      confirmed: this.floor.confirmed,
    };
  }

  private heldVersion(hash: string | null, name: string): number {
    const held = hash === null ? undefined : this.modules.get(hash);
    return held?.module === name ? held.version : 0;
  }
}

function storedCandidate({ module, notBeforeMs, wave, starts }: Candidate): StoredSlot['candidate'] {
  const { hash, module: name, version, stateVersion } = module;
  return { hash, module: name, version, stateVersion, notBeforeMs, wave, starts };
}
