import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CHANNEL_NAMES } from '../../node/channels/channel.ts';
import { load, SMALL, told } from '../testing/small-scenario.ts';
import { testLiveArm } from '../testing/test-scenario.ts';
import { channelLabel, type LiveArm } from './scenario.ts';

function withArm(arm: string): string {
  return SMALL.replace('{ channel: gossip }', arm);
}

function liveArm(arm: string): LiveArm {
  const [first] = load(withArm(arm)).scenario.arms;
  assert(first.kind === 'live');
  return first;
}

describe('arms', () => {
  it('a channel may be one name or a list, in the order of the file', () => {
    assert.deepEqual(liveArm('{ channel: gossip }'), testLiveArm('live'));
    assert.deepEqual(liveArm('{ channel: [circuit] }').channels, ['circuit']);
    const both = liveArm('{ channel: [gossip, catch-up] }');
    assert.deepEqual(both.channels, ['gossip', 'catch-up']);
    assert.equal(channelLabel(both), 'gossip+catch-up');
  });

  it('a directory is nine authorities, polled in the first half of each hour, unless told otherwise', () => {
    assert.deepEqual(liveArm('{ channel: directory }').directory, {
      authorities: 9,
      uplinkBitsPerSecond: 100e6,
      intervalSeconds: 3600,
      jitterShare: 0.5,
    });
    const directory = '{ authorities: 3, uplink: 10 Mbit/s, interval: 30min, jitter: 25% }';
    assert.deepEqual(liveArm(`{ channel: [directory, gossip], directory: ${directory} }`).directory, {
      authorities: 3,
      uplinkBitsPerSecond: 10e6,
      intervalSeconds: 1800,
      jitterShare: 0.25,
    });
    assert.deepEqual(liveArm('{ channel: circuit, circuit: { perSecond: 100 } }').circuit, {
      perSecond: 100,
    });
    assert.deepEqual(liveArm('{ channel: circuit }').circuit, { perSecond: 13_900 });
  });

  it('catch-up alone, twice the same or none at all are refused with a list that would do', () => {
    for (const channel of ['catch-up', '[catch-up]']) {
      assert.deepEqual(told(withArm(`{ channel: ${channel} }`)), [
        '6:20 arms.live.channel: catch-up alone brings nothing to the relays that are there | put another channel beside it: [gossip, catch-up]',
      ]);
    }
    assert.deepEqual(told(withArm('{ channel: [gossip, gossip] }')), [
      '6:29 arms.live.channel[1]: gossip stands here twice | remove one',
    ]);
    assert.match(told(withArm('{ channel: [] }'))[0], /must have at least 1 entry, not 0/);
  });

  it('an unknown channel is told with the known ones, alone and in a list', () => {
    assert.deepEqual(told(withArm('{ channel: directry }')), [
      `6:20 arms.live.channel: must be one of ${CHANNEL_NAMES.join(', ')}, manual, not the text "directry" | did you mean directory?`,
    ]);
    assert.match(
      told(withArm('{ channel: [gossip, manual] }'))[0],
      /^6:29 arms.live.channel\[1\]: must be one of gossip, directory, circuit, catch-up\b(?!.*, manual).*not .*"manual"/,
    );
    assert.deepEqual(told(withArm('{}')), ['6:3 arms.live.channel: is missing | add "channel: gossip"']);
    assert.match(
      told(withArm('gossip'))[0],
      /must be a map of keys, not .* \| for example { channel: gossip }/,
    );
  });

  it('a key of a channel that the arm has not is refused with the list that would have it', () => {
    assert.deepEqual(told(withArm('{ channel: gossip, directory: { authorities: 9 } }')), [
      '6:39 arms.live.directory: means nothing without the channel directory | make the channel [gossip, directory], or remove this key',
    ]);
    assert.match(
      told(withArm('{ channel: gossip, circuit: {} }'))[0],
      /make the channel \[gossip, circuit\]/,
    );
    assert.match(told(withArm('{ channel: gossip, lag: tor-2016-17 }'))[0], /lag: unknown key/);
    assert.match(
      told(withArm('{ channel: manual, lag: tor-2016-17, circuit: {} }'))[0],
      /circuit: unknown key/,
    );
  });

  it('absurd plans are refused at their keys', () => {
    const plan = '{ authorities: 0, uplink: 5, interval: 0s, jitter: 150%, relays: 3 }';
    assert.deepEqual(
      told(withArm(`{ channel: directory, directory: ${plan} }`)).map((line) => line.replace(/ \|.*/, '')),
      [
        '6:57 arms.live.directory.authorities: must be at least 1, not 0',
        '6:68 arms.live.directory.uplink: the number 5 has no unit',
        '6:81 arms.live.directory.interval: must be at least 1s',
        '6:93 arms.live.directory.jitter: must be at most 1, not 150%',
        '6:99 arms.live.directory.relays: unknown key',
      ],
    );
    assert.match(
      told(withArm('{ channel: circuit, circuit: { perSecond: 0 } }'))[0],
      /must be above 0, not 0/,
    );
  });
});
