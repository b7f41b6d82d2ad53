import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Connection } from '@libp2p/interface';
import { multiaddr } from '@multiformats/multiaddr';
import { PeerKeeper } from './peer-keeper.ts';

const ADDRESS = multiaddr('/ip4/127.0.0.1/tcp/9001');

/** A keeper whose dials end as told, one after the other, and whose timers fire when told. */
class Bench {
  readonly pausesMs: number[] = [];
  readonly failed: (number | null)[] = [];
  readonly connection = Object.assign(new EventTarget(), { status: 'open' });
  readonly keeper: PeerKeeper;
  dials = 0;
  private planned: (() => void) | null = null;

  constructor(outcomes: (Error | 'connected')[]) {
    this.keeper = new PeerKeeper({
      libp2p: {
        dial: async () => {
          this.dials++;
          const outcome = outcomes.shift() ?? new Error('nobody there');
          if (outcome !== 'connected') throw outcome;
          return this.connection as unknown as Connection;
        },
      },
      timers: {
        after: (delayMs, action) => {
          this.pausesMs.push(delayMs);
          this.planned = action;
          return {
            cancel: () => {
              this.planned = null;
            },
          };
        },
      },
      random: { uniform: () => 1 },
      addresses: [ADDRESS],
      onFailed: (_address, _error, pauseMs) => this.failed.push(pauseMs),
    });
  }

  /** Lets what was dialled settle. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 10; turn++) await Promise.resolve();
  }

  async fire(): Promise<boolean> {
    const action = this.planned;
    this.planned = null;
    action?.();
    await this.settle();
    return action !== null;
  }
}

describe('peers that are kept', () => {
  it('one that is named later is dialled at once, and again when that fails', async () => {
    const bench = new Bench([new Error('away'), 'connected']);
    assert.equal(await bench.keeper.keep(ADDRESS), false);
    assert.deepEqual([bench.dials, bench.failed.length], [1, 1]);
    assert.equal(await bench.fire(), true);
    assert.equal(bench.dials, 2);
    assert.equal(await new Bench(['connected']).keeper.keep(ADDRESS), true);
  });

  it('a peer that is away is dialled again, after pauses that double up to a minute', async () => {
    const bench = new Bench([]);
    bench.keeper.start();
    await bench.settle();
    for (let attempt = 0; attempt < 8; attempt++) assert.ok(await bench.fire());
    const expected = [1, 2, 4, 8, 16, 32, 60, 60, 60].map((seconds) => seconds * 1000);
    assert.deepEqual(bench.pausesMs, expected);
    assert.deepEqual(bench.failed, expected);
  });

  it('a connection that is lost is made anew, with pauses that begin again', async () => {
    const bench = new Bench([
      new Error('away'),
      new Error('away'),
      'connected',
      new Error('away'),
      'connected',
    ]);
    bench.keeper.start();
    await bench.settle();
    await bench.fire();
    await bench.fire();
    assert.equal(await bench.fire(), false, 'nothing is planned while it is connected');
    bench.connection.dispatchEvent(new Event('close'));
    await bench.fire();
    assert.deepEqual(bench.pausesMs, [1000, 2000, 1000, 2000]);
  });

  it('its own address in the list is left alone after the first time', async () => {
    const bench = new Bench([new Error('Tried to dial self')]);
    bench.keeper.start();
    await bench.settle();
    assert.deepEqual([bench.failed, await bench.fire(), bench.dials], [[null], false, 1]);
  });

  it('stopped, it dials nobody any more', async () => {
    const bench = new Bench(['connected']);
    bench.keeper.start();
    await bench.settle();
    bench.keeper.stop();
    bench.connection.dispatchEvent(new Event('close'));
    assert.deepEqual([await bench.fire(), bench.dials], [false, 1]);
  });
});
