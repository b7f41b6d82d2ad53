/** Passes buffers to a module and back: into its windows before a call, to the caller after one that succeeded. */

import type { WasmValue } from '../wasm/module-interface.ts';
import type { ModuleVersion } from '../wasm/module-version.ts';
import type { AnyHook } from './define-hook.ts';

/**
 * Writes the buffers among `args` into the module's windows; answers what the module is passed.
 *
 * Throws RangeError for a buffer of another length than the hook's, which is the caller's mistake.
 */
export function passBuffers(
  hook: AnyHook,
  version: ModuleVersion,
  args: readonly unknown[],
): (WasmValue | undefined)[] {
  const passed = args.slice() as (WasmValue | undefined)[];
  for (let place = 0; place < hook.bufferOf.length; place++) {
    const buffer = hook.bufferOf[place];
    if (buffer < 0) continue;
    const window = version.bufferWindows[buffer];
    const given = args[place] as Uint8Array;
    if (given.length !== window.length) {
      throw new RangeError(`${hook.parameters[place].name}: ${given.length} bytes, must be ${window.length}`);
    }
    window.set(given);
    passed[place] = hook.layout.buffers[buffer].at;
  }
  return passed;
}

/** Whether the hook accepts the answer and the buffers as the module left them. */
export function acceptsBuffers(
  hook: AnyHook,
  version: ModuleVersion,
  answer: WasmValue | undefined,
  args: readonly unknown[],
): boolean {
  if (hook.check === null && hook.checkBuffers === null) return true;
  const changed = args.slice();
  for (let place = 0; place < hook.bufferOf.length; place++) {
    const buffer = hook.bufferOf[place];
    if (buffer >= 0 && hook.writable[buffer]) changed[place] = version.bufferWindows[buffer];
  }
  if (hook.check !== null && !hook.check(answer, ...changed)) return false;
  return hook.checkBuffers === null || hook.checkBuffers(args, changed);
}

/** Hands the buffers that the module may change to the caller. */
export function returnBuffers(hook: AnyHook, version: ModuleVersion, args: readonly unknown[]): void {
  for (let place = 0; place < hook.bufferOf.length; place++) {
    const buffer = hook.bufferOf[place];
    if (buffer >= 0 && hook.writable[buffer]) (args[place] as Uint8Array).set(version.bufferWindows[buffer]);
  }
}
