import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Offer } from '../channels/channel.ts';
import type { Fetcher } from '../trust/fetcher.ts';
import { TIMESTAMP_FILE } from '../trust/file-name.ts';
import { DAY_MS, TestSource } from '../trust/testing/test-repository.ts';
import { FETCH_ROUNDS, RESERVE_ROUND } from './module-fetch.ts';
import { answering, moduleFile, TestAgent, World, withoutModules } from './testing/agent-world.ts';
import { settled } from './testing/test-time.ts';

const ACCEPTED = { verdict: 'accept', refused: null, news: true };
const KNOWN = { verdict: 'accept', refused: null, news: false };

/** A relay that runs version 1, confirmed. */
async function running(world: World, options = {}) {
  const hash = world.add(1);
  const relay = new TestAgent(world, options);
  const files = world.publish();
  await relay.offer(files);
  assert.equal(relay.answer(), 1);
  relay.news();
  return { relay, hash, files };
}

describe('update agent: what it takes', () => {
  it('a gossiped module is heard, verified and staged, each once, and answers when its hook is reached', async () => {
    const world = new World();
    world.add(1);
    const files = world.publish();
    const relay = new TestAgent(world);
    assert.deepEqual(await relay.offer(files), ACCEPTED);
    assert.deepEqual(relay.news(), [
      'heard tally-up-1 by gossip',
      'verified tally-up-1',
      'staged tally-up-1',
    ]);
    assert.equal(relay.answer(), 1);
    assert.deepEqual(await relay.offer(files), KNOWN, 'genuine, so to be passed on');
    assert.deepEqual(await relay.offer(files, 'circuit'), KNOWN);
    assert.deepEqual(relay.news(), []);
    assert.deepEqual(world.peers.asked, [], 'nobody else was asked');
  });

  it('a module that the message lacks is fetched from peers after the receipt', async () => {
    const world = new World();
    world.add(1);
    const relay = new TestAgent(world);
    assert.deepEqual(await relay.offer(withoutModules(world.publish())), ACCEPTED);
    assert.deepEqual(relay.news(), ['heard tally-up-1 by gossip']);
    await relay.time.pass(2000);
    assert.deepEqual(relay.news(), ['verified tally-up-1', 'staged tally-up-1']);
    assert.equal(world.peers.asked.length, 1);
    assert.equal(relay.answer(), 1);
  });

  it('the receipt waits for the processor, and admission for the receipt', async () => {
    const world = new World();
    world.add(1);
    const relay = new TestAgent(world);
    relay.time.costMs.verify = 10;
    relay.time.costMs.admit = 100;
    let receipt: unknown = null;
    void relay.agent.take(gossip(world.publish())).then((result) => {
      receipt = result;
    });
    await relay.time.pass(9);
    assert.equal(receipt, null);
    assert.deepEqual(relay.news(), []);
    await relay.time.pass(1);
    assert.deepEqual(receipt, ACCEPTED);
    assert.deepEqual(relay.news(), ['heard tally-up-1 by gossip', 'verified tally-up-1']);
    await relay.time.pass(100);
    assert.deepEqual(relay.news(), ['staged tally-up-1']);
    const [verify, admit] = relay.time.works;
    assert.deepEqual(admit, { kind: 'admit', bytes: answering(1).length });
    assert.ok(verify.kind === 'verify' && verify.signatures >= 4 && verify.bytes > answering(1).length);
  });

  it('a newer version takes the place of the older one', async () => {
    const world = new World();
    const { relay } = await running(world);
    world.add(2);
    await relay.offer(world.publish());
    assert.deepEqual(relay.news(), [
      'heard tally-up-2 by gossip',
      'verified tally-up-2',
      'staged tally-up-2',
    ]);
    assert.equal(relay.answer(), 2);
  });

  it('the one of higher priority runs, and the other again when it is listed no more', async () => {
    const world = new World();
    const { relay } = await running(world);
    world.add(7, { module: 'urgent', priority: 5 });
    await relay.offer(world.publish());
    assert.equal(relay.answer(), 7);
    world.unlist(7, 'urgent');
    await relay.offer(world.publish());
    assert.equal(relay.answer(), 1);
    assert.deepEqual(relay.news(), ['heard urgent-7 by gossip', 'verified urgent-7', 'staged urgent-7']);
  });

  it('a module in line that is unlisted before its time never runs', async () => {
    const world = new World();
    const { relay } = await running(world);
    world.add(2, { notBefore: '2026-01-03T00:00:00Z' });
    await relay.offer(world.publish());
    assert.equal(relay.lifecycle.openSlot('tally')?.pendingHash, relay.client.targets()[1].sha256);
    world.unlist(2);
    await relay.offer(world.publish());
    relay.time.timeMs += 3 * DAY_MS;
    assert.equal(relay.answer(), 1);
  });
});

describe('update agent: modules in line', () => {
  const IN_TWO_DAYS = { notBefore: '2026-01-03T00:00:00Z' };

  it('one that is unlisted with nothing in its place never runs', async () => {
    const world = new World();
    world.add(1, IN_TWO_DAYS);
    const relay = new TestAgent(world);
    await relay.offer(world.publish());
    world.unlist(1);
    world.add(2, { hook: 'teapot' });
    await relay.offer(world.publish());
    relay.time.timeMs += 3 * DAY_MS;
    assert.equal(relay.answer(), 0);
  });

  it('one that falls behind what runs gives way', async () => {
    const world = new World();
    const { relay } = await running(world);
    world.add(7, { module: 'urgent', priority: 5, ...IN_TWO_DAYS });
    await relay.offer(world.publish());
    world.add(7, { module: 'urgent', priority: -5, ...IN_TWO_DAYS });
    await relay.offer(world.publish());
    relay.time.timeMs += 3 * DAY_MS;
    assert.equal(relay.answer(), 1);
  });

  it('one whose metadata have expired keeps its place over a restart', async () => {
    const world = new World();
    world.add(1, IN_TWO_DAYS);
    const relay = new TestAgent(world);
    await relay.offer(world.publish());
    const { trustStore, store, time } = relay;
    time.timeMs += 3 * DAY_MS;
    const again = new TestAgent(world, { trustStore, store, time });
    again.agent.start();
    assert.equal(again.answer(), 1);
  });
});

describe('update agent: what it refuses', () => {
  it('metadata that nobody signed cost their sender score, and nothing comes of them', async () => {
    const world = new World();
    world.add(1);
    const files = new Map(world.publish());
    const timestamp = Buffer.from(files.get(TIMESTAMP_FILE)!)
      .toString()
      .replace('"version":1', '"version":9');
    files.set(TIMESTAMP_FILE, Buffer.from(timestamp));
    const relay = new TestAgent(world);
    const receipt = await relay.offer(files);
    assert.deepEqual(receipt, { verdict: 'reject', refused: 'below-threshold', news: false });
    assert.deepEqual(relay.news(), ['refused below-threshold']);
    assert.ok(relay.time.works[0].kind === 'verify', 'the flood costs what it costs');
  });

  it('an older publication is a replay: not passed on, and it brings nothing back', async () => {
    const world = new World();
    const { relay, files } = await running(world);
    world.add(2);
    await relay.offer(world.publish());
    assert.equal(relay.answer(), 2);
    relay.news();
    assert.deepEqual(await relay.offer(files), { verdict: 'ignore', refused: 'rollback', news: false });
    assert.deepEqual(relay.news(), ['refused rollback']);
    assert.equal(relay.answer(), 2);
  });

  it('false bytes of a module beside genuine metadata: the message is rejected, the module comes from peers', async () => {
    const world = new World();
    const hash = world.add(1);
    const files = new Map(world.publish());
    files.set(moduleFile('tally-up', 1, hash), answering(9));
    const relay = new TestAgent(world);
    assert.deepEqual(await relay.offer(files), { verdict: 'reject', refused: 'wrong-hash', news: true });
    assert.deepEqual(relay.news(), ['heard tally-up-1 by gossip', 'refused wrong-hash tally-up-1']);
    await relay.time.pass(2000);
    assert.equal(relay.answer(), 1);
  });

  it('a relay that has the module already looks at the bytes in the message all the same', async () => {
    const world = new World();
    const { relay, hash, files } = await running(world);
    const file = moduleFile('tally-up', 1, hash);
    const other = new Map(files).set(file, answering(9));
    assert.deepEqual(await relay.offer(other), { verdict: 'reject', refused: 'wrong-hash', news: false });
    const longer = new Map(files).set(file, new Uint8Array(200));
    assert.deepEqual(await relay.offer(longer), { verdict: 'reject', refused: 'wrong-length', news: false });
    const shorter = new Map(files).set(file, new Uint8Array(10));
    assert.deepEqual(await relay.offer(shorter), { verdict: 'reject', refused: 'wrong-length', news: false });
  });

  for (const [reason, change] of [
    ['unknown-hook', { hook: 'teapot' }],
    ['wrong-interface', { interfaceVersion: 2 }],
  ] as const) {
    it(`${reason}: counted once, not passed on, and no hindrance to what follows`, async () => {
      const world = new World();
      world.add(1, change);
      const relay = new TestAgent(world);
      const files = world.publish();
      assert.deepEqual(await relay.offer(files), { verdict: 'ignore', refused: reason, news: true });
      assert.deepEqual(await relay.offer(files), { verdict: 'ignore', refused: reason, news: false });
      assert.deepEqual(relay.news(), [`refused ${reason} tally-up-1`]);
      world.repository.publishTimestamp();
      assert.deepEqual(await relay.offer(world.repository.copy()), ACCEPTED, 'a fresh timestamp is of use');
      world.add(2, { module: 'other' });
      assert.deepEqual(await relay.offer(world.publish()), ACCEPTED);
      assert.deepEqual(relay.news(), ['heard other-2 by gossip', 'verified other-2', 'staged other-2']);
    });
  }

  it('a module of use and one of none in one publication: it is passed on', async () => {
    const world = new World();
    world.add(1);
    world.add(2, { hook: 'teapot' });
    const relay = new TestAgent(world);
    assert.deepEqual(await relay.offer(world.publish()), ACCEPTED);
    assert.equal(relay.answer(), 1);
    assert.ok(relay.news().includes('refused unknown-hook tally-up-2'));
  });

  it('a module that failed its trial here is not taken again, and the next best runs', async () => {
    const world = new World();
    world.add(1);
    world.add(2);
    const relay = new TestAgent(world);
    await relay.offer(world.publish());
    assert.equal(relay.answer(1), 2);
    relay.fail();
    assert.equal(relay.answer(1), 0, 'nothing ran here before');
    relay.news();
    world.repository.publishTimestamp();
    await relay.offer(world.repository.copy());
    assert.deepEqual(relay.news().sort(), [
      'heard tally-up-1 by gossip',
      'refused quarantined tally-up-2',
      'staged tally-up-1',
      'verified tally-up-1',
    ]);
    assert.equal(relay.answer(), 1);
  });

  it('a module that does not answer its vectors is refused by admission, and the next best runs', async () => {
    const world = new World();
    world.add(1);
    world.add(2, { vectors: [{ args: [0], result: 3 }] });
    const relay = new TestAgent(world);
    await relay.offer(world.publish());
    await settled();
    assert.ok(relay.log.includes('refused canary-result tally-up-2'));
    assert.equal(relay.answer(), 1);
    relay.news();
    world.repository.publishTimestamp();
    await relay.offer(world.repository.copy());
    assert.deepEqual(relay.news(), [], 'once');
    world.add(2, { vectors: [{ args: [0], result: 2 }] });
    await relay.offer(world.publish());
    assert.equal(relay.answer(), 2, 'the publisher has put it right');
  });

  it('vectors that do not fit the hook are malformed', async () => {
    const world = new World();
    world.add(1, { vectors: [{ args: [0, 0], result: 3 }] });
    const relay = new TestAgent(world);
    await relay.offer(world.publish());
    assert.ok(relay.log.includes('refused malformed tally-up-1'));
    assert.equal(relay.answer(), 0);
  });
});

describe('update agent: third parties', () => {
  function delegated(world: World) {
    world.repository.delegate({ name: 'somebody', paths: ['tally/*'] });
    world.add(5, { module: 'theirs', role: 'somebody', priority: 3 });
    return world.publish('somebody');
  }

  it('run where the operator lets them', async () => {
    const world = new World();
    const { relay } = await running(world, { thirdParties: ['somebody'] });
    await relay.offer(delegated(world));
    assert.equal(relay.answer(), 5);
  });

  it('do not where the operator trusts nobody else', async () => {
    const world = new World();
    const { relay } = await running(world, { thirdParties: 'none' });
    await relay.offer(delegated(world));
    await relay.time.pass(10_000);
    assert.deepEqual(relay.news(), []);
    assert.equal(relay.answer(), 1);
  });

  it('do not even if the trust client lists them against the policy', async () => {
    const world = new World();
    const { relay } = await running(world, { thirdParties: 'none', clientThirdParties: 'all' });
    await relay.offer(delegated(world));
    assert.deepEqual(relay.news(), ['refused untrusted-role theirs-5']);
    assert.equal(relay.answer(), 1);
  });

  it('metadata of theirs that are missing do not stop what runs, nor hold up the developers', async () => {
    const world = new World();
    const { relay } = await running(world);
    world.repository.expiresMs.targets = world.repository.expiresMs.root;
    await relay.offer(delegated(world));
    assert.equal(relay.answer(), 5);
    world.repository.contentOf('somebody').version++;
    const without = new Map(world.publish());
    without.delete('2.somebody.json');
    assert.equal((await relay.offer(without)).verdict, 'accept');
    assert.equal(relay.answer(), 5);
    world.add(9, { module: 'fix', priority: 9 });
    const fix = new Map(world.publish());
    fix.delete('2.somebody.json');
    await relay.offer(fix);
    assert.equal(relay.answer(), 9);
  });
});

describe('update agent: revocation', () => {
  it('the version before answers, on relays that ran it and on those that never did', async () => {
    const world = new World();
    const { relay } = await running(world);
    const second = world.add(2);
    await relay.offer(world.publish());
    assert.equal(relay.answer(), 2);
    const late = new TestAgent(world);
    await late.offer(world.repository.copy());
    assert.equal(late.answer(), 2);
    late.news();
    relay.news();
    world.revoke(second);
    const files = world.publish();
    assert.deepEqual(await relay.offer(files), ACCEPTED);
    assert.deepEqual(relay.news(), [`revoked ${second.slice(0, 8)}`]);
    assert.equal(relay.answer(), 1);
    await late.offer(files);
    assert.equal(late.answer(), 1, 'it never had version 1');
    const fresh = new TestAgent(world);
    await fresh.offer(files);
    assert.equal(fresh.answer(), 1);
    assert.deepEqual(fresh.news().sort(), [
      'heard tally-up-1 by gossip',
      `revoked ${second.slice(0, 8)}`,
      'staged tally-up-1',
      'verified tally-up-1',
    ]);
  });

  it('with nothing before it, the default answers', async () => {
    const world = new World();
    const { relay, hash } = await running(world);
    world.revoke(hash);
    await relay.offer(world.publish());
    assert.equal(relay.answer(), 0);
  });

  it('takes out a module on trial and one in line', async () => {
    const world = new World();
    const { relay } = await running(world);
    const second = world.add(2);
    await relay.offer(world.publish());
    assert.equal(relay.answer(1), 2, 'on trial');
    const third = world.add(3, { notBefore: '2026-01-03T00:00:00Z' });
    await relay.offer(world.publish());
    world.revoke(second);
    world.revoke(third);
    await relay.offer(world.publish());
    relay.time.timeMs += 3 * DAY_MS;
    assert.equal(relay.answer(), 1);
  });

  it('is remembered over a restart, and told once', async () => {
    const world = new World();
    const { relay, hash } = await running(world);
    world.revoke(hash);
    const files = world.publish();
    await relay.offer(files);
    const { trustStore, store, time } = relay;
    const again = new TestAgent(world, { trustStore, store, time });
    again.agent.start();
    await again.offer(files);
    assert.deepEqual(again.news(), []);
    assert.equal(again.answer(), 0);
    const emptied = new TestAgent(world, { store, time });
    world.repository.content.get('targets')!.targets = {};
    world.add(2, { bytes: answering(1) });
    assert.equal(
      (await emptied.offer(world.publish())).refused,
      'revoked',
      'though its metadata are forgotten',
    );
    assert.equal(emptied.answer(), 0);
  });

  it('revoked bytes that are published again are refused', async () => {
    const world = new World();
    const { relay, hash } = await running(world);
    world.revoke(hash, { sequence: 2 });
    await relay.offer(world.publish());
    relay.news();
    world.add(3, { bytes: answering(1) });
    assert.deepEqual(await relay.offer(world.publish()), {
      verdict: 'ignore',
      refused: 'revoked',
      news: true,
    });
    assert.deepEqual(relay.news(), ['refused revoked tally-up-3']);
  });

  it('an older version is not taken because the newer is listed no more', async () => {
    const world = new World();
    const { relay } = await running(world);
    world.add(2);
    await relay.offer(world.publish());
    assert.equal(relay.answer(), 2);
    relay.news();
    world.unlist(2);
    await relay.offer(world.publish());
    assert.deepEqual(relay.news(), ['refused not-newer tally-up-1']);
    assert.equal(relay.answer(), 2);
  });
});

describe('update agent: rollout', () => {
  const outside = (fraction: string) => ({ rollout: { fraction, salt: 'salt', jitterSeconds: 0 } });
  /** A relay that a rollout to a tenth leaves out, and the versions before and in it. */
  async function waiting() {
    const world = new World();
    world.add(1);
    world.add(2, outside('0.1'));
    const files = world.publish();
    for (let i = 0; ; i++) {
      const relay = new TestAgent(world, { relayId: `relay ${i}` });
      await relay.offer(files);
      if (relay.answer() === 1) return { world, relay };
    }
  }

  it('a relay outside of the cohort verifies and keeps the module, and runs the one before', async () => {
    const { relay } = await waiting();
    assert.deepEqual(relay.news().sort(), [
      'heard tally-up-1 by gossip',
      'heard tally-up-2 by gossip',
      'staged tally-up-1',
      'verified tally-up-1',
      'verified tally-up-2',
    ]);
    assert.equal(relay.time.works.filter(({ kind }) => kind === 'admit').length, 1, 'only what it runs');
  });

  it('when the fraction is raised, the module is staged without being fetched again', async () => {
    const { world, relay } = await waiting();
    relay.news();
    world.add(2, outside('1'));
    await relay.offer(withoutModules(world.publish()));
    assert.deepEqual(relay.news(), ['staged tally-up-2']);
    assert.deepEqual(world.peers.asked, []);
    assert.equal(relay.answer(), 2);
  });

  it('revoked while it waits, it is forgotten', async () => {
    const { world, relay } = await waiting();
    const second = relay.client.targets().find(({ path }) => path.endsWith('2.wasm'))!.sha256;
    world.revoke(second);
    world.add(2, outside('1'));
    await relay.offer(world.publish());
    assert.equal(relay.answer(), 1);
  });

  it('a relay of the cohort switches at a time of its own within the jitter window', async () => {
    const world = new World();
    world.add(1, { rollout: { fraction: '1', salt: 's', jitterSeconds: 1000 } });
    const files = world.publish();
    const switched: number[] = [];
    for (let i = 0; i < 40; i++) {
      const relay = new TestAgent(world, { relayId: `relay ${i}` });
      await relay.offer(files);
      let seconds = 0;
      for (; relay.answer(1) === 0; seconds += 10) relay.time.timeMs += 10_000;
      switched.push(seconds);
    }
    assert.ok(Math.max(...switched) <= 1000);
    assert.ok(new Set(switched).size > 25, `${new Set(switched).size} different times`);
  });

  it('nobody switches before the time that the publisher has set', async () => {
    const world = new World();
    world.add(1, { notBefore: '2026-01-01T06:00:00Z' });
    const relay = new TestAgent(world);
    await relay.offer(world.publish());
    relay.time.timeMs += 6 * 3_600_000 - 1;
    assert.equal(relay.answer(), 0);
    relay.time.timeMs += 1;
    assert.equal(relay.answer(), 1);
  });
});

describe('update agent: many things at once', () => {
  it('two offers of one publication are judged, and the module comes once', async () => {
    const world = new World();
    world.add(1);
    const files = world.publish();
    const relay = new TestAgent(world);
    relay.time.costMs.verify = 5;
    relay.time.costMs.admit = 5;
    const both = [
      relay.agent.take(gossip(files)),
      relay.agent.take({ ...gossip(files), channel: 'catch-up' }),
    ];
    await relay.time.pass(100);
    assert.deepEqual(await Promise.all(both), [ACCEPTED, KNOWN]);
    assert.deepEqual(relay.news(), [
      'heard tally-up-1 by gossip',
      'verified tally-up-1',
      'staged tally-up-1',
    ]);
  });

  it('a module that is overtaken while it is admitted is not staged', async () => {
    const world = new World();
    world.add(1);
    const relay = new TestAgent(world);
    relay.time.costMs.admit = 100;
    await relay.offer(world.publish());
    await relay.time.pass(50);
    world.add(2);
    await relay.offer(world.publish());
    await relay.time.pass(1000);
    assert.deepEqual(
      relay.news().filter((line) => line.startsWith('staged')),
      ['staged tally-up-2'],
    );
  });

  it('a processor that finishes out of order does not bring an older publication back', async () => {
    const world = new World();
    world.add(7, { module: 'early' });
    const relay = new TestAgent(world);
    const first: (() => void)[] = [];
    const { processor } = relay.time;
    const atOnce = processor.work;
    processor.work = (_work, done) => first.push(done);
    const receipt = relay.agent.take(gossip(world.publish()));
    await settled();
    processor.work = atOnce;
    world.unlist(7, 'early');
    world.add(1);
    await relay.offer(world.publish());
    for (const done of first) done();
    assert.deepEqual(await receipt, { verdict: 'ignore', refused: null, news: false });
    assert.deepEqual(relay.news(), [
      'heard tally-up-1 by gossip',
      'verified tally-up-1',
      'staged tally-up-1',
    ]);
    assert.equal(relay.answer(), 1);
  });

  it('bytes that come by gossip end a download that hangs', async () => {
    const world = new World();
    world.add(1);
    const files = world.publish();
    const relay = new TestAgent(world);
    const source = new TestSource(withoutModules(files));
    const hanging = {
      fetch: (...asked: Parameters<TestSource['fetch']>) =>
        asked[0].endsWith('.wasm') ? new Promise<never>(() => {}) : source.fetch(...asked),
    };
    world.peers.failure = 'not-found';
    assert.deepEqual(await relay.take({ channel: 'circuit', source: hanging, peer: 'slow' }), ACCEPTED);
    assert.deepEqual(relay.news(), ['heard tally-up-1 by circuit']);
    await relay.offer(files);
    assert.deepEqual(relay.news(), ['verified tally-up-1', 'staged tally-up-1']);
    assert.equal(relay.time.waiting, 1, 'the alarm of the timestamp');
  });

  it('a peer that offers and then sends nothing has a head start of seconds, not a monopoly', async () => {
    const world = new World();
    world.add(1);
    const files = world.publish();
    const relay = new TestAgent(world);
    const source = new TestSource(files);
    const hanging = {
      fetch: (...asked: Parameters<TestSource['fetch']>) =>
        asked[0].endsWith('.wasm') ? new Promise<never>(() => {}) : source.fetch(...asked),
    };
    await relay.take({ channel: 'circuit', source: hanging, peer: 'slow' });
    await relay.time.pass(3000);
    assert.equal(relay.answer(), 1);
  });

  it('downloads that fail are tried again at growing intervals, then given up until the next offer', async () => {
    const world = new World();
    world.add(1);
    const files = withoutModules(world.publish());
    const relay = new TestAgent(world);
    world.peers.failure = 'not-found';
    await relay.offer(files);
    const rounds: number[] = [];
    for (let second = 0; second < 1800; second++) {
      const before = world.peers.asked.length;
      await relay.time.pass(1000);
      if (world.peers.asked.length > before) rounds.push(second);
    }
    assert.equal(rounds.length, FETCH_ROUNDS);
    assert.ok(rounds[3] < 15 && rounds[11] - rounds[10] > 60, rounds.join());
    assert.deepEqual(relay.news(), ['heard tally-up-1 by gossip', 'refused not-found tally-up-1']);
    world.peers.failure = null;
    await relay.offer(files);
    await relay.time.pass(2000);
    assert.deepEqual(relay.news(), ['verified tally-up-1', 'staged tally-up-1']);
  });

  it('what no peer has had for RESERVE_ROUND rounds is asked of authorities as well, where there are any', async () => {
    const world = new World();
    world.add(1);
    const files = world.publish();
    const asked: number[] = [];
    const authorities: Fetcher = {
      fetch: (file, limits) => {
        asked.push(world.peers.asked.length);
        return new TestSource(files).fetch(file, limits);
      },
    };
    const relay = new TestAgent(world, { reserve: authorities });
    world.peers.failure = 'not-found';
    await relay.offer(withoutModules(files));
    await relay.time.pass(30_000);
    assert.deepEqual(asked, [], 'not while it may only be on its way');
    await relay.time.pass(60_000);
    assert.deepEqual(asked, [RESERVE_ROUND], 'once, after the peers of that round');
    assert.deepEqual(relay.news(), [
      'heard tally-up-1 by gossip',
      'verified tally-up-1',
      'staged tally-up-1',
    ]);
  });

  it('a download of what nobody wants any more is called off', async () => {
    const world = new World();
    const hash = world.add(1);
    const relay = new TestAgent(world);
    world.peers.failure = 'not-found';
    await relay.offer(withoutModules(world.publish()));
    world.revoke(hash);
    await relay.offer(withoutModules(world.publish()));
    await relay.time.pass(600_000);
    assert.deepEqual(world.peers.asked, []);
  });

  it('a relay that stops meanwhile does nothing more', async () => {
    const world = new World();
    world.add(1);
    const files = world.publish();
    const relay = new TestAgent(world);
    relay.time.costMs.verify = 5;
    const receipt = relay.agent.take(gossip(files));
    await settled();
    relay.agent.stop();
    await relay.time.pass(10_000);
    assert.deepEqual(await receipt, { verdict: 'ignore', refused: null, news: false });
    assert.deepEqual(relay.news(), []);
    assert.equal((await relay.offer(files)).verdict, 'ignore');
    assert.equal(relay.time.waiting, 0, 'no timer is left');
    assert.equal(relay.answer(), 0);
  });

  it('after a restart a relay goes on with what it trusts', async () => {
    const world = new World();
    world.add(1);
    const relay = new TestAgent(world);
    world.peers.failure = 'not-found';
    await relay.offer(withoutModules(world.publish()));
    relay.agent.stop();
    world.peers.failure = null;
    const { trustStore, store, time } = relay;
    const again = new TestAgent(world, { trustStore, store, time });
    again.agent.start();
    await time.pass(2000);
    assert.deepEqual(again.news(), ['heard tally-up-1 by null', 'verified tally-up-1', 'staged tally-up-1']);
    assert.equal(again.answer(), 1);
  });
});

describe('update agent: freshness', () => {
  it('an expired timestamp raises one alarm, stops nothing, and a fresh one ends it', async () => {
    const world = new World();
    const { relay } = await running(world);
    await relay.time.pass(DAY_MS - 1);
    assert.deepEqual(relay.news(), []);
    await relay.time.pass(10 * DAY_MS);
    assert.deepEqual(relay.news(), ['stale']);
    assert.equal(relay.answer(), 1);
    world.repository.expiresMs.timestamp = relay.time.timeMs + DAY_MS;
    world.repository.expiresMs.snapshot = relay.time.timeMs + DAY_MS;
    const files = world.publish();
    await relay.offer(files);
    assert.deepEqual(relay.news(), ['fresh']);
    await relay.time.pass(2 * DAY_MS);
    assert.deepEqual(relay.news(), ['stale']);
  });

  it('timestamps that keep coming cost one timer', async () => {
    const world = new World();
    const { relay } = await running(world);
    for (let hour = 1; hour <= 48; hour++) {
      await relay.time.pass(3_600_000);
      world.repository.expiresMs.timestamp += 3_600_000;
      world.repository.publishTimestamp();
      await relay.offer(world.repository.copy());
      assert.equal(relay.time.waiting, 1);
    }
    assert.deepEqual(relay.news(), []);
  });

  it('a relay that comes back with expired metadata says so at once, and runs on', async () => {
    const world = new World();
    const { relay } = await running(world);
    const { trustStore, store, time } = relay;
    relay.lifecycle.close();
    time.timeMs += 10 * DAY_MS;
    const again = new TestAgent(world, { trustStore, store, time });
    again.agent.start();
    assert.deepEqual(again.news(), ['stale']);
    assert.equal(again.answer(), 1);
  });
});

function gossip(files: ReadonlyMap<string, Uint8Array>): Offer {
  return { channel: 'gossip', source: new TestSource(files), peer: 'peer' };
}
