/** Faults in the admission of modules: fuel, purity, determinism, and what is refused. */

import type { Fault } from './fault.ts';

export const WASM_FAULTS: readonly Fault[] = [
  {
    wrong: 'filling memory costs no fuel',
    file: 'node/wasm/scratch-code.ts',
    find: '  units().op(OP.i32Sub, OP.globalSet).u32(fuel);',
    replace: '  units().op(OP.drop, OP.globalSet).u32(fuel);',
    tests: ['node/wasm/admit.test.ts'],
  },
  {
    wrong: 'a budget that is used up to the last unit traps',
    file: 'node/wasm/meter.ts',
    find: 'out.op(OP.globalGet).u32(fuel).op(OP.i32Const, 0, OP.i32LtS);',
    replace: 'out.op(OP.globalGet).u32(fuel).op(OP.i32Const, 1, OP.i32LtS);',
    tests: ['node/wasm/meter.test.ts'],
  },
  {
    wrong: 'a module remembers in its globals what it saw of another relay',
    file: 'node/wasm/meter.ts',
    find: 'if (mutable) code.copy',
    replace: 'if (mutable && index > 0) code.copy',
    tests: ['node/wasm/admit.test.ts'],
  },
  {
    wrong: 'scratch memory is not wiped between calls',
    file: 'node/wasm/meter.ts',
    find: 'code.op(OP.call).u32(this.wipeFunction).op(OP.end);',
    replace: 'code.op(OP.end);',
    tests: ['node/wasm/admit.test.ts'],
  },
  {
    wrong: 'a NaN that is stored keeps its bits',
    file: 'node/wasm/meter.ts',
    find: "if (type === 'f32' || type === 'f64') writeCanonical(out, type, value);",
    replace: "if (type === 'f32') writeCanonical(out, type, value);",
    tests: ['node/wasm/admit.test.ts'],
  },
  {
    wrong: 'indirect calls are no calls where recursion is looked for',
    file: 'node/wasm/call-graph.ts',
    find: '=== wanted) callees.push(candidate);',
    replace: '!== wanted) callees.push(candidate);',
    tests: ['node/wasm/hostile-modules.test.ts'],
  },
  {
    wrong: 'the vectors that came with a module are not tried',
    file: 'node/wasm/admit.ts',
    find: '[...hook.vectors, ...(options.vectors ?? [])]',
    replace: '[...hook.vectors]',
    tests: ['node/wasm/hostile-modules.test.ts'],
  },
  {
    wrong: 'the canary looks at what a module answers, and not at what it spends',
    file: 'node/wasm/canary.ts',
    find: 'if (dirty !== clean[index] || used !== fuel[index]) {',
    replace: 'if (dirty !== clean[index]) {',
    tests: ['node/wasm/admit.test.ts', 'node/wasm/hostile-modules.test.ts'],
  },
];
