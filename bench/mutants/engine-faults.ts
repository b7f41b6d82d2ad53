/** Faults in virtual time, chance, links and threads: what every run of the real routers stands on. */

import type { Fault } from './fault.ts';

const TRANSPORT_TEST = ['simulator/engine/gossipsub/transport.test.ts'];
const SLEEP_TEST = ['simulator/engine/gossipsub/sleep.test.ts'];
const LIVE_TEST = ['simulator/arms/live.test.ts'];
const SAME_TRACE = ['full and fast fidelity leave the same trace, on one thread and on two'];

export const ENGINE_FAULTS: readonly Fault[] = [
  {
    wrong: 'events of one instant come in the order in which they were planned',
    file: 'simulator/engine/event-queue.ts',
    find: '(parentTime === timeUs && ranks[parent] < rank)',
    replace: 'parentTime === timeUs',
    tests: ['simulator/engine/event-queue.test.ts'],
  },
  {
    wrong: 'a timer and a frame of one relay and instant draw the same numbers',
    file: 'simulator/engine/event-random.ts',
    find: 'Math.imul(kind, 0x9e3779b1)',
    replace: 'Math.imul(kind & 0, 0x9e3779b1)',
    tests: ['simulator/engine/virtual-clock.test.ts'],
  },
  {
    wrong: 'every relay is given the same stream of random numbers',
    file: 'simulator/engine/random.ts',
    find: 'Math.imul(index + 1, 0x9e3779b1)',
    replace: 'Math.imul(index > 0 ? 2 : 1, 0x9e3779b1)',
    tests: ['simulator/engine/random.test.ts'],
  },
  {
    wrong: 'what has been shuffled favours some orders over others',
    file: 'simulator/engine/random.ts',
    find: 'const j = this.integer(i + 1);',
    replace: 'const j = this.integer(i);',
    tests: ['simulator/engine/random.test.ts'],
  },
  {
    wrong: 'simulated code reads the real clock',
    file: 'simulator/engine/virtual-globals.ts',
    find: '  performance.now = () => clock.nowUs / 1000;\n',
    replace: '',
    tests: ['simulator/engine/virtual-globals.test.ts'],
  },
  {
    wrong: 'an interval that has been cancelled fires once more',
    file: 'simulator/engine/virtual-clock.ts',
    find: '    if (!this.active) return;\n',
    replace: '    if (!this.active && this.everyUs === 0) return;\n',
    tests: ['simulator/engine/virtual-clock.test.ts'],
  },
  {
    wrong: 'an uplink forgets what waits on it',
    file: 'simulator/engine/gossipsub/uplink.ts',
    find: 'Math.max(this.freeUs, nowUs)',
    replace: 'nowUs',
    tests: TRANSPORT_TEST,
  },
  {
    wrong: 'an uplink that was idle saves the time up',
    file: 'simulator/engine/gossipsub/uplink.ts',
    find: 'Math.max(this.freeUs, nowUs)',
    replace: 'this.freeUs',
    tests: TRANSPORT_TEST,
  },
  {
    wrong: 'now and then a frame is lost on the way',
    file: 'simulator/engine/gossipsub/transport.ts',
    find: 'if (this.hosts[to] !== null) {\n',
    replace: 'if (rank % 997 === 0) return departsUs;\n    if (this.hosts[to] !== null) {\n',
    tests: [],
    runs: ['scenarios/quick.yaml --scale 20%'],
  },
  {
    wrong: 'a frame is handed over twice',
    file: 'simulator/engine/gossipsub/transport.ts',
    find: '    receiver.arrive(arrival);\n',
    replace: '    receiver.arrive(arrival);\n    if (what === ARRIVAL.frame) receiver.arrive(arrival);\n',
    tests: TRANSPORT_TEST,
  },
  {
    wrong: 'frames that were dropped are left out of the books',
    file: 'simulator/engine/invariants/frame-ledger.ts',
    find: 'framesDelivered + framesDropped + framesInFlight) return null;',
    replace: 'framesDelivered + framesInFlight) return null;',
    tests: ['simulator/engine/invariants/invariants.test.ts'],
  },
  {
    wrong: 'letters that find room overtake those that wait for it',
    file: 'simulator/engine/gossipsub/mailbox.ts',
    find: 'if (this.overflow.length > 0 || !this.write(letter))',
    replace: 'if (!this.write(letter))',
    tests: ['simulator/engine/gossipsub/mailbox.test.ts'],
  },
  {
    wrong: 'a thread does not wait for the others before it agrees on a window',
    file: 'simulator/engine/gossipsub/windows.ts',
    find: '    barrier.wait();\n    if (this.stopped) return null;',
    replace: '    if (this.stopped) return null;',
    tests: LIVE_TEST,
    titles: SAME_TRACE,
  },
  {
    wrong: 'a thread runs twice as far ahead of the others as links allow',
    file: 'simulator/engine/gossipsub/windows.ts',
    find: 'Math.min(othersNextUs + lookAheadUs,',
    replace: 'Math.min(othersNextUs + 2 * lookAheadUs,',
    tests: LIVE_TEST,
    titles: SAME_TRACE,
  },
  {
    wrong: 'at one instant a sleeping heartbeat comes after what its own relay has caused',
    file: 'simulator/engine/gossipsub/suspended-timer.ts',
    find: 'relay <= clock.currentSource',
    replace: 'relay < clock.currentSource',
    tests: SLEEP_TEST,
  },
  {
    wrong: 'a router sleeps through the heartbeat that clears its backoffs',
    file: 'simulator/engine/gossipsub/sleep.ts',
    find: 'if (router.backoff.size !== 0 && tick % BACKOFF_CLEARING_HEARTBEATS === 0) return false;',
    replace: '',
    tests: SLEEP_TEST,
  },
  {
    wrong: 'what a peer has done is forgotten while its score sleeps',
    file: 'simulator/engine/gossipsub/score-sleep.ts',
    find: '      if (peer.behaviourPenalty !== 0) return false;\n',
    replace: '',
    tests: SLEEP_TEST,
  },
  {
    wrong: 'a broken promise of IWANT is held against a slow relay one too early',
    file: 'node/channels/peer-scoring.ts',
    find: 'behaviourPenaltyThreshold: 6,',
    replace: 'behaviourPenaltyThreshold: 5,',
    tests: ['node/channels/peer-scoring.test.ts'],
  },
  {
    wrong: 'a request takes no round trip to open its stream',
    file: 'simulator/engine/gossipsub/simulated-peers.ts',
    find: 'latencyUs: latencyUs + 2 * roundTrips * latencyUs,',
    replace: 'latencyUs: latencyUs + roundTrips * latencyUs,',
    tests: ['simulator/engine/gossipsub/simulated-peers.test.ts'],
  },
  {
    wrong: 'relays dial others without counting the links that they have',
    file: 'simulator/engine/gossipsub/link-keeper.ts',
    find: 'this.target - this.relay.countDialled() - this.intended.size',
    replace: 'this.target - this.intended.size',
    tests: ['simulator/engine/gossipsub/churn.test.ts'],
    titles: ['the mean degree stays'],
  },
  {
    wrong: 'authorities hand out what no consensus has listed yet',
    file: 'simulator/engine/gossipsub/publisher.ts',
    find: 'Math.floor(nowUs / intervalUs) * intervalUs - EPOCH_MS * 1000',
    replace: 'nowUs + 0 * intervalUs - EPOCH_MS * 1000',
    tests: LIVE_TEST,
    titles: ['over all channels'],
  },
];
