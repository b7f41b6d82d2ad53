/** What becomes of updates that a rehearsal says too little of. */

import type { Scenario } from '../../scenario/scenario.ts';
import type { Rehearsed } from './rehearsal.ts';

/** A module that an engine cannot follow which knows of it by its rehearsal. */
export class FailingModuleError extends Error {}

/** Throws FailingModuleError for what only the rehearsal shows, and no engine that knows nothing else can do. */
export function refuseWhatNobodyCanFollow(
  { publications, failing }: Rehearsed,
  { updates, engine }: Pick<Scenario, 'updates' | 'engine'>,
): void {
  if (failing.length > 0) {
    const { module } = updates[failing[0]];
    throw new FailingModuleError(
      `module ${module} fails on trial, which the engine ${engine} does not follow; use the engine gossipsub`,
    );
  }
  for (const { onOthers } of publications) {
    const verified = onOthers.steps.filter(({ kind }) => kind === 'verified').map(({ release }) => release);
    const unfetched = onOthers.steps.find(
      ({ kind, release }) => kind === 'heard' && !verified.includes(release),
    );
    if (unfetched === undefined) continue;
    const { module } = updates[unfetched.release];
    throw new FailingModuleError(
      `module ${module} does not come with its message, and the engine ${engine} asks no peers for it; use the engine gossipsub`,
    );
  }
}
