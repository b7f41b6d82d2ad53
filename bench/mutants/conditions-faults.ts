/** Faults in the faults: partitions, clocks, disks, processes that die. */

import type { Fault } from './fault.ts';

const KINDS_TEST = ['simulator/engine/gossipsub/faults/fault-kinds.test.ts'];
const CONDITIONS = 'simulator/engine/gossipsub/faults/conditions.ts';
const ROUGH_PATH = 'simulator/engine/gossipsub/faults/rough-path.ts';

export const CONDITIONS_FAULTS: readonly Fault[] = [
  {
    wrong: 'a one-way cut stops what is sent to its targets, not what they send',
    file: CONDITIONS,
    find: "if (plan.direction === 'outgoing' && hits[from] === 0) continue;",
    replace: "if (plan.direction === 'outgoing' && hits[from] === 1) continue;",
    tests: KINDS_TEST,
    titles: ['one way'],
  },
  {
    wrong: 'a partition cuts the relays of one side off from each other',
    file: CONDITIONS,
    find: 'if (hits[from] === hits[to] || bridges',
    replace: 'if (hits[from] === 0 || bridges',
    tests: KINDS_TEST,
    titles: ['a bridge between', 'one way', 'nobody behind the cut'],
  },
  {
    wrong: 'bridges of a partition are cut as well',
    file: CONDITIONS,
    find: ' || bridges[from] === 1 || bridges[to] === 1) continue;',
    replace: ' || (bridges[from] === 1 && bridges[to] === 1)) continue;',
    tests: KINDS_TEST,
    titles: ['a bridge between'],
  },
  {
    wrong: 'what a long cut should lose is delivered across it',
    file: ROUGH_PATH,
    find: "if (cut.fault.untilUs - nowUs > PATIENCE_US) return 'dropped';",
    replace: "if (cut.fault.untilUs - nowUs > PATIENCE_US) return 'arrives';",
    tests: ['simulator/engine/gossipsub/faults/rough-path.test.ts'],
  },
  {
    wrong: 'what a cut has held up is sent again too early',
    file: ROUGH_PATH,
    find: 'cut.fault.untilUs + RETRANSMIT_US',
    replace: 'nowUs + RETRANSMIT_US',
    tests: ['simulator/engine/gossipsub/faults/rough-path.test.ts'],
  },
  {
    wrong: 'a duplicated frame is duplicated again',
    file: ROUGH_PATH,
    find: 'what === ARRIVAL.frame && !this.copies.has(arrival)',
    replace: 'what === ARRIVAL.frame',
    tests: ['simulator/engine/gossipsub/faults/rough-path.test.ts'],
  },
  {
    wrong: 'a clock that should be ahead is behind',
    file: CONDITIONS,
    find: 'ms += fault.plan.bySeconds * 1000;',
    replace: 'ms -= fault.plan.bySeconds * 1000;',
    tests: KINDS_TEST,
    titles: ['a clock that is ahead'],
  },
  {
    wrong: 'timers of a process that has died fire in the next one',
    file: 'simulator/engine/gossipsub/faults/processes.ts',
    find: '      event.cancel();\n      return false;',
    replace: '      return true;',
    tests: ['simulator/engine/gossipsub/faults/processes.test.ts'],
  },
  {
    wrong: 'a full disk takes what is written',
    file: 'simulator/engine/gossipsub/faults/relay-disk.ts',
    find: "      if (state.isFull()) failWith('ENOSPC', name);\n",
    replace: '',
    tests: KINDS_TEST,
    titles: ['what a full disk did not take'],
  },
  {
    wrong: 'a lost link is tried again and again without a backoff',
    file: 'simulator/engine/gossipsub/faults/redial.ts',
    find: '2 ** Math.min(tries, 10)',
    replace: '2 ** Math.min(tries, 0)',
    tests: ['simulator/engine/gossipsub/faults/redial.test.ts'],
  },
  {
    wrong: 'a relay that dies at a step of an update dies there once more than it should',
    file: 'simulator/engine/gossipsub/faults/fault-driver.ts',
    find: 'if (deaths >= plan.times) continue;',
    replace: 'if (deaths > plan.times) continue;',
    tests: KINDS_TEST,
    titles: ['at a step of an update'],
  },
];
