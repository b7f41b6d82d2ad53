import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Call, VirtualClock, type VirtualTimer } from '../virtual-clock.ts';
import type { GossipSubInternals } from './internals.ts';
import { RouterSleep } from './sleep.ts';

const SECOND_US = 1_000_000;
const nothing = (): void => {};
const never = (): boolean => false;

/** What is held against a peer, which is nothing. */
function blameless() {
  const topics = { topic: { invalidMessageDeliveries: 0 } };
  return { connected: true, behaviourPenalty: 0, topics, knownIPs: new Set<string>() };
}

const ONLY_INVALID_MESSAGES = {
  timeInMeshWeight: 0,
  firstMessageDeliveriesWeight: 0,
  meshMessageDeliveriesWeight: 0,
  meshFailurePenaltyWeight: 0,
};

/** A quiet router with the members that sleep looks at, on a relay of its own; and a log of what is done. */
function quietRouter(relay = 1, topics: Record<string, typeof ONLY_INVALID_MESSAGES> = {}) {
  const clock = new VirtualClock(3, 1);
  const log: string[] = [];
  const note = (what: string) => () => log.push(`${what} at ${clock.nowUs / SECOND_US}`);
  const router = {
    opts: { heartbeatInterval: 1000, Dlo: 4, Dhi: 12, Dout: 2, mcacheLength: 5 },
    status: { heartbeatTimeout: undefined as VirtualTimer | undefined },
    heartbeatTicks: 0,
    topics: new Map([['topic', new Set(['a', 'b', 'c', 'd'])]]),
    streamsOutbound: new Map(['a', 'b', 'c', 'd', 'e', 'f'].map((peer) => [peer, {}])),
    mesh: new Map([['topic', new Set(['a', 'b', 'c', 'd'])]]),
    outbound: new Map([
      ['a', true],
      ['b', true],
    ]),
    backoff: new Map(),
    mcache: {
      gossip: 3,
      history: [[], [], [], [], []] as string[][],
      shift: () => {
        router.mcache.history.pop();
        router.mcache.history.unshift([]);
      },
    },
    peerhave: new Map(),
    iasked: new Map(),
    iwantCounts: new Map(),
    idontwantCounts: new Map(),
    idontwants: new Map<string, Map<string, number>>(),
    gossip: new Map(),
    control: new Map(),
    gossipTracer: { promises: new Map(), prune: nothing },
    fanout: new Map(),
    direct: new Set(),
    seenCache: { size: 1, prune: note('prune') },
    publishedMessageIds: { prune: nothing },
    score: {
      params: { topics, decayInterval: 1000 },
      peerStats: new Map(['a', 'b', 'c', 'd', 'e', 'f'].map((peer) => [peer, blameless()])),
      scoreCache: new Map<string, { score: number; cacheUntil: number }>(),
      scoreCacheValidityMs: 1000,
      deliveryRecords: { ensureRecord: note('record'), getRecord: nothing },
      markInvalidMessageDelivery: note('invalid'),
      _backgroundInterval: undefined as VirtualTimer | undefined,
      background: note('decay'),
      addPeer: (peer: string) => {
        router.score.peerStats.set(peer, { ...blameless(), knownIPs: new Set() });
      },
      addIP: (peer: string, address: string) => void log.push(`${peer} is at ${address}`),
      addPenalty: note('penalty'),
      score: () => -7,
    },
    acceptFromWhitelist: new Map(),
    acceptFrom: () => true,
    clearBackoff: () => log.push(`clear ${router.heartbeatTicks} at ${clock.nowUs / SECOND_US}`),
    runHeartbeat: () => {
      log.push(`heartbeat ${++router.heartbeatTicks} at ${clock.nowUs / SECOND_US}`);
      router.status.heartbeatTimeout = clock.startTimer(router.runHeartbeat, SECOND_US);
    },
  };
  const sleep = new RouterSleep(router as unknown as GossipSubInternals, clock, relay, new Uint8Array(3));
  clock.timerGate = (timer) => sleep.admits(timer);
  const at = (seconds: number, source: number, action: () => void) =>
    clock.plan(seconds * SECOND_US, new Call(source, action));
  at(0, relay, () => {
    router.status.heartbeatTimeout = clock.startTimer(router.runHeartbeat, SECOND_US);
    router.score._backgroundInterval = clock.startTimer(
      () => router.score.background(),
      SECOND_US / 2,
      SECOND_US,
    );
  });
  const run = (seconds: number) => clock.runUntil(seconds * SECOND_US, nothing, never);
  return { clock, router, sleep, log, at, run };
}

test('sleep: a quiet router runs no heartbeat, and counts those it missed when it wakes', () => {
  const { router, sleep, log, at, run, clock } = quietRouter();
  run(10);
  assert.deepEqual(log, []);
  const events = clock.eventsFired;
  at(1000.5, 2, () => sleep.wake());
  run(1000.75);
  assert.equal(router.heartbeatTicks, 1000);
  assert(clock.eventsFired - events <= 3, 'sleeping takes no events');
  assert.deepEqual(log, ['prune at 1000', 'decay at 1000.5']);
});

test('sleep: the heartbeat after waking comes at its old rhythm, and sleeps again if there is nothing to do', () => {
  const { router, sleep, log, at, run } = quietRouter();
  at(5.25, 1, () => {
    sleep.wake();
    router.control.set('a', {});
  });
  at(7.5, 1, () => router.control.clear());
  run(60);
  assert.deepEqual(log, ['prune at 5', 'heartbeat 6 at 6', 'heartbeat 7 at 7']);
});

test('sleep: a message keeps the router awake for as long as it is gossiped about, and is dropped in time', () => {
  const { router, sleep, log, at, run } = quietRouter();
  const { mcache } = router;
  at(5.25, 1, () => {
    sleep.wake();
    mcache.history[0].push('id');
  });
  // The heartbeats that the stand-in runs move nothing on.
  for (const seconds of [6.5, 7.5, 8.5]) at(seconds, 1, () => mcache.shift());
  run(8.75);
  assert.deepEqual(log, ['prune at 5', 'heartbeat 6 at 6', 'heartbeat 7 at 7', 'heartbeat 8 at 8']);
  const windowAt = (seconds: number): number => {
    at(seconds, 1, () => sleep.wake());
    run(seconds + 1e-6);
    return mcache.history.findIndex(({ length }) => length > 0);
  };
  assert.equal(windowAt(8.8), 3);
  assert.equal(windowAt(9.5), 4, 'after the heartbeat at 9 s, which was not run');
  assert.equal(windowAt(20.5), -1);
  assert.equal(mcache.history.length, 5);
});

test('sleep: counters begin anew with a heartbeat that is not run', () => {
  const { router, run } = quietRouter();
  const { peerhave, iasked, iwantCounts, idontwantCounts } = router;
  for (const counters of [peerhave, iasked, iwantCounts, idontwantCounts]) counters.set('a', 1);
  run(1.5);
  for (const counters of [peerhave, iasked, iwantCounts, idontwantCounts]) assert.equal(counters.size, 0);
});

test('sleep: an IDONTWANT is forgotten as of the heartbeat that makes it as old as the window of messages', () => {
  const { router, sleep, at, run } = quietRouter();
  const unwanted = new Map([
    ['early', 0],
    ['late', 1],
  ]);
  router.idontwants.set('a', unwanted);
  at(4.5, 1, () => sleep.wake());
  run(4.75);
  assert.deepEqual([...unwanted.keys()], ['early', 'late']);
  at(5.5, 1, () => sleep.wake());
  run(5.75);
  assert.deepEqual([...unwanted.keys()], ['late']);
});

test('sleep: what has expired is dropped by a heartbeat that is not run, though it is the only one', () => {
  const { sleep, log, at, run } = quietRouter();
  at(1.5, 1, () => sleep.wake());
  at(2.5, 1, () => sleep.wake());
  run(2.75);
  assert.deepEqual(log, ['prune at 1', 'prune at 2']);
});

test('sleep: whatever a heartbeat would act on keeps the router awake', () => {
  const restless: Record<string, (router: ReturnType<typeof quietRouter>['router']) => void> = {
    'a message to gossip about': (router) => router.mcache.history[0].push('id'),
    'a promise that may be broken': (router) => router.gossipTracer.promises.set('id', {}),
    'a mesh below Dlo, and a peer to add': (router) => router.mesh.get('topic')?.delete('d'),
    'a mesh above Dhi': (router) => {
      for (let i = 0; i < 9; i++) router.mesh.get('topic')?.add(`more ${i}`);
    },
    'too few outbound peers, and one to add': (router) => {
      router.outbound.delete('b');
      router.outbound.set('e', true);
      router.topics.get('topic')?.add('e');
    },
    'gossip to flush': (router) => router.gossip.set('a', []),
    'control to flush': (router) => router.control.set('a', []),
    'a fanout': (router) => router.fanout.set('topic', new Set()),
    'a penalised peer': (router) => {
      router.score.addPenalty();
      router.score.peerStats.set('b', { ...blameless(), behaviourPenalty: 1 });
    },
    'a peer that sent something invalid': (router) => {
      router.score.addPenalty();
      const topics = { topic: { invalidMessageDeliveries: 0.5 } };
      router.score.peerStats.set('b', { ...blameless(), topics });
    },
    'a bad score that is still remembered': (router) => {
      router.score.addPenalty();
      router.score.scoreCache.set('b', { score: -1, cacheUntil: Number.POSITIVE_INFINITY });
    },
  };
  for (const [name, unsettle] of Object.entries(restless)) {
    const { router, log, run } = quietRouter();
    unsettle(router);
    run(1.2);
    assert(log.includes('heartbeat 1 at 1'), name);
  }
});

test('sleep: what no heartbeat can mend lets the router sleep', () => {
  const hopeless: Record<string, (router: ReturnType<typeof quietRouter>['router']) => void> = {
    'no peers at all': (router) => {
      router.mesh.get('topic')?.clear();
      router.topics.clear();
      router.streamsOutbound.clear();
      router.outbound.clear();
    },
    'a mesh below Dlo, and nobody else to add': (router) => {
      router.mesh.get('topic')?.delete('d');
      router.topics.get('topic')?.delete('d');
    },
    'a mesh below Dlo, and no stream to the only other': (router) => {
      router.mesh.get('topic')?.delete('d');
      router.streamsOutbound.delete('d');
    },
    'too few outbound peers, and no other that is outbound': (router) => {
      router.outbound.delete('b');
      router.topics.get('topic')?.add('e');
    },
    'what is kept of a peer that is gone': (router) => {
      router.score.addPenalty();
      router.score.peerStats.set('b', { ...blameless(), connected: false, behaviourPenalty: 7 });
    },
    'a bad score that is out of date': (router) => {
      router.score.addPenalty();
      router.score.scoreCache.set('b', { score: -1, cacheUntil: 0 });
    },
  };
  for (const [name, unsettle] of Object.entries(hopeless)) {
    const { router, log, run } = quietRouter();
    unsettle(router);
    log.length = 0;
    run(3.2);
    assert.deepEqual(log, [], name);
  }
});

test('sleep: expired backoffs are dropped as of the last missed heartbeat that looks at them', () => {
  const { router, sleep, log, at, run } = quietRouter();
  router.backoff.set('topic', new Map());
  at(33.5, 1, () => sleep.wake());
  run(33.75);
  // Heartbeats 15 and 30 look at backoffs; while there are some, the router runs those that it meets awake.
  assert(log.includes('clear 30 at 30'), log.join());
  assert.equal(router.heartbeatTicks, 33);
});

test('sleep: a heartbeat that looks at backoffs is run by a router that meets it awake, if there are any', () => {
  const heartbeats = (backoffs: number): string[] => {
    const { router, sleep, log, at, run } = quietRouter();
    for (let topic = 0; topic < backoffs; topic++) router.backoff.set(`topic ${topic}`, new Map());
    at(13.5, 1, () => sleep.wake());
    at(14.5, 1, () => sleep.wake());
    run(15.5);
    return log.filter((line) => line.startsWith('heartbeat'));
  };
  assert.deepEqual(heartbeats(1), ['heartbeat 15 at 15']);
  assert.deepEqual(heartbeats(0), []);
});

test('sleep: at the very instant of a heartbeat, the order is that of the relays', () => {
  const late = quietRouter(1);
  late.at(5, 2, () => late.sleep.wake());
  late.run(5.5);
  assert.equal(late.router.heartbeatTicks, 5, 'its own timer comes before what relay 2 causes');
  const early = quietRouter(1);
  early.at(5, 0, () => early.sleep.wake());
  early.run(4.99);
  assert.equal(early.router.heartbeatTicks, 1);
  early.run(5.5);
  assert.equal(early.router.heartbeatTicks, 5, 'the heartbeat at 5 s follows what relay 0 caused');
  assert(early.log.includes('prune at 4'), early.log.join());
  const own = quietRouter(1);
  own.at(5, 1, () => own.sleep.wake());
  own.run(5.5);
  assert.equal(own.router.heartbeatTicks, 5, 'and what relay 1 had planned before the heartbeat at 4 s');
  assert(own.log.includes('prune at 4'), own.log.join());
});

test('sleep: scores decay in their old rhythm from the first penalty on, and are real from then', () => {
  const { router, log, at, run } = quietRouter();
  assert.equal(router.score.score(), 0, 'nobody was penalised');
  at(20.25, 1, () => {
    router.score.addPenalty();
    router.score.peerStats.set('a', { ...blameless(), behaviourPenalty: 1 });
  });
  at(22.25, 1, () => router.score.peerStats.set('a', blameless()));
  run(40);
  assert.equal(router.score.score(), -7);
  assert.deepEqual(
    log.filter((line) => /^(decay|penalty)/.test(line)),
    ['decay at 19.5', 'penalty at 20.25', 'decay at 20.5', 'decay at 21.5'],
  );
});

test('sleep: scores decay in the rhythm that a process finds when it has stood still', () => {
  const { clock, router, sleep, log, at, run } = quietRouter();
  const [pausedUs, resumedUs] = [5.25 * SECOND_US, 7.2 * SECOND_US];
  clock.eventGate = (event, rank) => {
    if (clock.nowUs <= pausedUs || clock.nowUs >= resumedUs) return true;
    clock.scheduleRanked(resumedUs, rank, event);
    return false;
  };
  at(5.25, 1, () => sleep.wakeAll());
  at(10.25, 1, () => {
    router.score.addPenalty();
    router.score.peerStats.set('a', { ...blameless(), behaviourPenalty: 1 });
  });
  run(11.5);
  assert.deepEqual(
    log.filter((line) => /^(decay|penalty)/.test(line)),
    ['decay at 4.5', 'decay at 10.2', 'penalty at 10.25', 'decay at 11.2'],
  );
});

test('sleep: with topics scored for invalid messages only, the first of those wakes the scores', () => {
  const { router, log, at, run } = quietRouter(1, { topic: ONLY_INVALID_MESSAGES });
  run(10);
  assert.deepEqual(log, []);
  assert.equal(router.score.score(), 0);
  at(20.25, 1, () => router.score.markInvalidMessageDelivery());
  run(20.3);
  assert.deepEqual(log, ['decay at 19.5', 'invalid at 20.25']);
  assert.equal(router.score.score(), -7);
});

test('sleep: with deliveries scored, neither heartbeats nor scores sleep', () => {
  const { router, log, run } = quietRouter(1, {
    topic: { ...ONLY_INVALID_MESSAGES, meshFailurePenaltyWeight: -1 },
  });
  run(2.2);
  assert.deepEqual(log, ['decay at 0.5', 'heartbeat 1 at 1', 'decay at 1.5', 'heartbeat 2 at 2']);
  assert.equal(router.score.score(), -7);
});

test('sleep: records of messages are looked at as of the last decay, if topics are scored', () => {
  const { router, log, at, run } = quietRouter(1, { topic: ONLY_INVALID_MESSAGES });
  at(30.25, 1, () => router.score.deliveryRecords.ensureRecord());
  at(30.3, 1, () => router.score.deliveryRecords.ensureRecord());
  run(31);
  assert.deepEqual(log, ['decay at 29.5', 'record at 30.25', 'record at 30.3']);
});

test('sleep: no addresses of peers are kept', () => {
  const { router, log } = quietRouter();
  for (const peer of ['g', 'h']) {
    router.score.addPeer(peer);
    router.score.addIP(peer, '10.0.0.1');
  }
  const [one, other] = ['g', 'h'].map((peer) => router.score.peerStats.get(peer)?.knownIPs);
  assert.deepEqual(log, []);
  assert.equal(one?.size, 0);
  assert.equal(one, other, 'one empty set for all');
});
