/** Faults in the slots that run modules: the trial, the switch, the fall back, and what a failed call leaves behind. */

import type { Fault } from './fault.ts';

const SLOT = 'node/hooks/slot.ts';
const CALL_SITE = 'node/hooks/call-site.ts';
const SLOT_TEST = ['node/hooks/slot.test.ts'];

export const HOOKS_FAULTS: readonly Fault[] = [
  {
    wrong: 'a failing module is struck, and never rolled back',
    file: SLOT,
    find: 'if (tenure.strike(this.hook.strikes)) this.rollBack(reason);',
    replace: 'if (tenure.strike(this.hook.strikes) && reason === "trap") this.rollBack(reason);',
    tests: SLOT_TEST,
  },
  {
    wrong: 'a rolled-back module may be offered again',
    file: SLOT,
    find: "    this.keepOut(failed.version.hash, reason);\n    this.report('rolled-back'",
    replace: "    this.report('rolled-back'",
    tests: SLOT_TEST,
  },
  {
    wrong: 'a rollback on trial keeps the state that the failed module has left',
    file: SLOT,
    find: 'if (kept.stateVersion === stateVersion) this.state.set(kept.state);\n    else this.state.fill(0);',
    replace: 'if (kept.stateVersion !== stateVersion) this.state.fill(0);',
    tests: SLOT_TEST,
  },
  {
    wrong: 'a staged module is switched in before its time',
    file: SLOT,
    find: 'if (staged.notBeforeMs > this.runtime.nowMs()) return;',
    replace: 'if (staged.notBeforeMs > this.runtime.nowMs() + 1000) return;',
    tests: SLOT_TEST,
  },
  {
    wrong: 'the trial ends one call too early',
    file: SLOT,
    find: 'tenure.calls - tenure.faults >= confirmAfter',
    replace: 'tenure.calls - tenure.faults >= confirmAfter - 1',
    tests: SLOT_TEST,
  },
  {
    wrong: 'failed calls count for the end of a trial',
    file: SLOT,
    find: 'tenure.calls - tenure.faults >= confirmAfter',
    replace: 'tenure.calls >= confirmAfter',
    tests: SLOT_TEST,
  },
  {
    wrong: 'of repeated calls a module that remembers sees one',
    file: SLOT,
    find: 'stateWindow.length === 0 && bufferWindows',
    replace: 'bufferWindows',
    tests: ['node/hooks/repeated-calls.test.ts'],
  },
  {
    wrong: 'buffers of a call that broke the contract reach the caller',
    file: CALL_SITE,
    find: "    if (!acceptsBuffers(hook, version, answer, args)) {\n      this.fault = 'contract';",
    replace:
      "    if (!acceptsBuffers(hook, version, answer, args)) {\n      returnBuffers(hook, version, args);\n      this.fault = 'contract';",
    tests: SLOT_TEST,
  },
  {
    wrong: 'the window of strikes is one call too long',
    file: 'node/hooks/tenure.ts',
    find: 'this.calls - this.strikes[0] >= policy.windowCalls',
    replace: 'this.calls - this.strikes[0] > policy.windowCalls',
    tests: SLOT_TEST,
  },
  {
    wrong: 'a module is measured without the tolerance of its hook',
    file: 'node/hooks/tenure.ts',
    find: '(before.penalties + tolerance * before.calls) * now.calls',
    replace: 'before.penalties * now.calls',
    tests: ['node/updates/relay-lifecycle.test.ts'],
  },
];
