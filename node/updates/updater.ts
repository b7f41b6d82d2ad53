/**
 * Takes updates of one relay from the channel to the hook's slot, and tells an observer at each stage.
 *
 * Heard, verified, staged: each happens once for an update. Activation is not its business: the slot
 * switches when its hook is next reached.
 */

import type { Processor } from '../environment.ts';
import type { UpdateRefusal, VerifiedUpdate } from './signed-update.ts';

export type AdmissionVerdict =
  | { readonly staged: true }
  | { readonly refused: string; readonly detail: string };

/** Where verified updates go: admission of the binary, then the slot of its hook. */
export interface ModuleHost {
  /** Admits the binary and leaves it pending in its hook's slot. */
  stage(update: VerifiedUpdate): AdmissionVerdict;
}

/** Watches the stages of updates on one relay; updates are named by their channel's id. */
export interface StageObserver {
  onHeard(updateId: string): void;
  onVerified(updateId: string, update: VerifiedUpdate): void;
  onStaged(updateId: string, update: VerifiedUpdate): void;
  onRefused(updateId: string, reason: UpdateRefusal | string): void;
}

export class Updater {
  private readonly processor: Processor;
  private readonly host: ModuleHost;
  private readonly observer: StageObserver;

  constructor(processor: Processor, host: ModuleHost, observer: StageObserver) {
    this.processor = processor;
    this.host = host;
    this.observer = observer;
  }

  heard(updateId: string): void {
    this.observer.onHeard(updateId);
  }

  refused(updateId: string, reason: UpdateRefusal): void {
    this.observer.onRefused(updateId, reason);
  }

  /** Admits the update's binary, which takes the relay's processor its time, and stages it. */
  verified(updateId: string, update: VerifiedUpdate): void {
    this.observer.onVerified(updateId, update);
    this.processor.work({ kind: 'admit', bytes: update.binary.length }, () => {
      const verdict = this.host.stage(update);
      if ('staged' in verdict) this.observer.onStaged(updateId, update);
      else this.observer.onRefused(updateId, verdict.refused);
    });
  }
}
