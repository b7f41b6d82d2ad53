import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { TestAgent, World, withoutModules } from './testing/agent-world.ts';

describe('update agent', () => {
  it('a gossiped module is heard, verified and staged, each once, and answers when its hook is reached', async () => {
    const world = new World();
    world.add(1);
    const files = world.publish();
    const relay = new TestAgent(world);
    assert.deepEqual(await relay.offer(files), { verdict: 'accept', refused: null, news: true });
    assert.deepEqual(relay.news(), [
      'heard tally-up-1 by gossip',
      'verified tally-up-1',
      'staged tally-up-1',
    ]);
    assert.equal(relay.answer(), 1);
    await relay.offer(files);
    await relay.offer(files, 'circuit');
    assert.deepEqual(relay.news(), []);
    assert.deepEqual(world.peers.asked, [], 'nobody else was asked');
  });

  it('a module that the message lacks is fetched from peers after the receipt', async () => {
    const world = new World();
    world.add(1);
    const relay = new TestAgent(world);
    assert.equal((await relay.offer(withoutModules(world.publish()))).verdict, 'accept');
    assert.deepEqual(relay.news(), ['heard tally-up-1 by gossip']);
    await relay.time.pass(2000);
    assert.deepEqual(relay.news(), ['verified tally-up-1', 'staged tally-up-1']);
    assert.equal(world.peers.asked.length, 1);
    assert.equal(relay.answer(), 1);
  });
});
