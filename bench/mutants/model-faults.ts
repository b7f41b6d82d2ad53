/** Faults in the model of the routers: mesh, gossip, uplinks, and the order of events. */

import type { Fault } from './fault.ts';

const TINY_TEST = ['simulator/engine/model/tiny-networks.test.ts'];
const SLOT_TEST = ['simulator/engine/model/slot-replay.test.ts'];

export const MODEL_FAULTS: readonly Fault[] = [
  {
    wrong: 'a full mesh turns a GRAFT away without a PRUNE',
    file: 'simulator/engine/model/mesh-care.ts',
    find: 'if (isEarly || isFull) {',
    replace: 'if (isEarly || isFull) {\n      this.lookAfter(nowUs, relay);\n      return;',
    tests: TINY_TEST,
  },
  {
    wrong: 'a relay that was pruned forgets the backoff and grafts again',
    file: 'simulator/engine/model/mesh-care.ts',
    find: 'if (!this.isExpired(nowUs, relay, untilMs)) return true;',
    replace: '',
    tests: TINY_TEST,
  },
  {
    wrong: 'a backoff lasts a second, not a minute',
    file: 'simulator/engine/model/mesh-care.ts',
    find: 'nowMs(nowUs) + PRUNE_BACKOFF_MS)',
    replace: 'nowMs(nowUs) + PRUNE_BACKOFF_MS / 60)',
    tests: TINY_TEST,
  },
  {
    wrong: 'nobody says IDONTWANT',
    file: 'simulator/engine/model/gossip.ts',
    find: 'if (message.dataBytes >= IDONTWANT_MIN_DATA_BYTES) {',
    replace: 'if (message.dataBytes < IDONTWANT_MIN_DATA_BYTES) {',
    tests: TINY_TEST,
  },
  {
    wrong: 'messages are told of for a heartbeat too few',
    file: 'simulator/engine/model/gossip.ts',
    find: 'if (beats > GOSSIP_WINDOWS) continue;',
    replace: 'if (beats >= GOSSIP_WINDOWS) continue;',
    tests: TINY_TEST,
  },
  {
    wrong: 'the model forgets what waits on an uplink',
    file: 'simulator/engine/model/world.ts',
    find: 'Math.max(uplinks[at + FREE_US], nowUs) + bytes',
    replace: 'nowUs + bytes',
    tests: TINY_TEST,
  },
  {
    wrong: 'a relay verifies two publications at once on its one processor',
    file: 'simulator/engine/model/relay-work.ts',
    find: 'Math.max(0, this.freeUs[relay] - nowUs)',
    replace: 'Math.max(0, this.freeUs[relay] - nowUs) * 0',
    tests: TINY_TEST,
  },
  {
    wrong: 'events of one instant come in the order in which the model planned them',
    file: 'simulator/engine/model/calendar.ts',
    find: 'return ints[this.batch[index] * EVENT_INTS + SOURCE] > ints[event * EVENT_INTS + SOURCE];',
    replace: 'return ints[this.batch[index] * EVENT_INTS + SOURCE] < 0;',
    tests: ['simulator/engine/model/calendar.test.ts'],
  },
  {
    wrong: 'while a module waits for its operator, the trial of the one before gets no cells',
    file: 'simulator/engine/model/slot-replay.ts',
    find: 'if (waitMs > 0) this.heldUntilUs = stagedUs + waitMs * 1000;',
    replace:
      'if (waitMs > 0) [this.heldUntilUs, this.burstUs] = [stagedUs + waitMs * 1000, Number.POSITIVE_INFINITY];',
    tests: SLOT_TEST,
  },
  {
    wrong: 'a module that has been revoked while it waited runs when its operator agrees',
    file: 'simulator/engine/model/slot-replay.ts',
    find: 'if (this.pending === module) this.pending = null;',
    replace: '',
    tests: SLOT_TEST,
  },
  {
    wrong: 'a relay with more links than a byte counts takes one peer for another',
    file: 'simulator/engine/model/mesh.ts',
    find: 'const LINKS_OF_BYTE = 256;',
    replace: 'const LINKS_OF_BYTE = 512;',
    tests: ['simulator/engine/model/tiny-networks.test.ts'],
  },
  {
    wrong: 'a mesh that is lent leaves out heartbeats that it has slept through',
    file: 'simulator/engine/model/churn/mesh-on-loan.ts',
    find: '    mesh.wakeAll(world.nowUs);\n',
    replace: '',
    tests: ['simulator/engine/model/churn/mesh-on-loan.test.ts'],
  },
  {
    wrong: 'what a mesh has sent on its own thread is not counted',
    file: 'simulator/engine/model/churn/mesh-on-loan.ts',
    find: '    world.addCounts(returned.counts);\n',
    replace: '',
    tests: ['simulator/engine/model/churn/mesh-on-loan.test.ts'],
  },
  {
    wrong: 'a relay that trusts what it takes begins again before it has the module',
    file: 'simulator/engine/model/churn/living-work.ts',
    find: "return !acts.slice(0, at).some(({ act }) => act === 'trust');",
    replace: 'return true;',
    tests: ['simulator/engine/model/churn/channels.test.ts'],
  },
  {
    wrong: 'a relay that lacks the metadata of a third party passes for whole where it meets others',
    file: 'simulator/engine/model/churn/circuits.ts',
    find: "(exchange.missingOf(relay) === '' ? 0 : 0.5)",
    replace: '0',
    tests: ['simulator/testing/swarm/found-on-model.test.ts'],
  },
  {
    wrong: 'a process that ends in the middle of a take leaves what it had for the next one to trust',
    file: 'simulator/engine/model/churn/trusted-news.ts',
    find: 'this.blank.add(relay);',
    replace: 'return;',
    tests: ['simulator/testing/swarm/found-on-model.test.ts'],
  },
  {
    wrong: 'a trial goes on while its relay is down',
    file: 'simulator/engine/model/churn/living-work.ts',
    find: 'if (super.passesTrial(relay, step, beganUs, restart.endUs)) return true;',
    replace: 'if (super.passesTrial(relay, step, beganUs, restart.againUs)) return true;',
    tests: ['simulator/testing/swarm/found-on-model.test.ts'],
  },
  {
    wrong: 'news that came out while older ones were taken are heard before they are out',
    file: 'simulator/engine/model/churn/living-work.ts',
    find: '>= Math.round(this.scenario.updates[step.release].atSeconds * 1e6)',
    replace: '>= 0',
    tests: ['simulator/testing/swarm/found-on-model.test.ts'],
  },
];
