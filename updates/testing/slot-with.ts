/** A slot that an update of this project answers, for the tests of the updates. */

import assert from 'node:assert/strict';
import type { Hook } from '../../node/hooks/define-hook.ts';
import { HookRuntime } from '../../node/hooks/hook-runtime.ts';
import type { Parameter, ResultKind } from '../../node/hooks/parameter.ts';
import type { Slot } from '../../node/hooks/slot.ts';
import { buildUpdate } from '../build.ts';

const runtime = new HookRuntime();

/** Builds and admits the update, and stages it in a new slot of its hook. */
export async function slotWith<Parameters extends readonly Parameter[], Kind extends ResultKind>(
  hook: Hook<Parameters, Kind>,
  name: string,
): Promise<Slot<Parameters, Kind>> {
  const { wasm, hook: id } = await buildUpdate(name);
  assert.equal(id, hook.id);
  const admission = runtime.admit(hook, wasm);
  assert.ok('admitted' in admission, `${name}: ${JSON.stringify(admission)}`);
  const slot = runtime.slot(hook);
  slot.stage(admission.admitted);
  return slot;
}

/** The same hook without a module. */
export function slotOf<Parameters extends readonly Parameter[], Kind extends ResultKind>(
  hook: Hook<Parameters, Kind>,
): Slot<Parameters, Kind> {
  return runtime.slot(hook);
}
