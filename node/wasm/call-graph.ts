/**
 * Who calls whom: refuses recursion and chains of calls that could overflow the stack.
 *
 * A stack overflow strikes at a depth that depends on the compiler's tier and on what the host has on its
 * stack; bounding the frames beforehand is the only way to the same outcome everywhere.
 */

import type { BodyPlan } from './body-plan.ts';
import type { DecodedModule } from './decoded-module.ts';
import type { ModuleLimits } from './limits.ts';
import { refuse } from './rejection.ts';

/** Return address, saved registers and the temporaries that metering adds, in bytes. */
const FRAME_OVERHEAD_BYTES = 128;
const BYTES_PER_VALUE = 8;

const MARK = { unseen: 0, open: 1, closed: 2 } as const;

/** Estimated stack of the deepest chain of calls, bytes. */
export function checkCallGraph(
  module: DecodedModule,
  plans: readonly BodyPlan[],
  limits: ModuleLimits,
): number {
  const imported = module.importedFunctions;
  const edges = plans.map((plan) => calleesOf(plan, module));
  const state = new Uint8Array(plans.length);
  const depthBytes = new Float64Array(plans.length);
  for (let root = 0; root < plans.length; root++) {
    // Depth-first with an own stack: the module decides how deep it goes.
    const path = state[root] === MARK.unseen ? [root] : [];
    while (path.length > 0) {
      const body = path[path.length - 1];
      state[body] = MARK.open;
      let deepest = 0;
      let next = -1;
      for (const callee of edges[body]) {
        const target = callee - imported;
        if (state[target] === MARK.open) refuse('recursion', `function ${callee} can call itself`);
        if (state[target] === MARK.unseen) {
          next = target;
          break;
        }
        deepest = Math.max(deepest, depthBytes[target]);
      }
      if (next >= 0) {
        path.push(next);
        continue;
      }
      state[body] = MARK.closed;
      path.pop();
      depthBytes[body] = deepest + frameBytes(module, plans[body], body);
      if (depthBytes[body] > limits.stackBytes) {
        refuse(
          'limit-stack',
          `calls need ${depthBytes[body]} bytes of stack, the limit is ${limits.stackBytes}`,
        );
      }
    }
  }
  return depthBytes.reduce((most, bytes) => Math.max(most, bytes), 0);
}

function frameBytes(module: DecodedModule, plan: BodyPlan, body: number): number {
  const parameters = module.functions[module.importedFunctions + body].type.parameters.length;
  const values = parameters + module.bodies[body].locals + plan.operands;
  return FRAME_OVERHEAD_BYTES + BYTES_PER_VALUE * values;
}

/** Functions that a body can reach in one call; an indirect call reaches those of its type in the table. */
function calleesOf(plan: BodyPlan, module: DecodedModule): number[] {
  const callees = [...plan.callees];
  for (const typeIndex of plan.indirectTypes) {
    const wanted = signatureText(module.types[typeIndex]);
    for (const candidate of module.tableFunctions) {
      if (signatureText(module.functions[candidate].type) === wanted) callees.push(candidate);
    }
  }
  return callees;
}

/** `(i32,i32)->(i32)`: equal for equal signatures. */
export function signatureText(type: { parameters: readonly string[]; results: readonly string[] }): string {
  return `(${type.parameters.join()})->(${type.results.join()})`;
}
