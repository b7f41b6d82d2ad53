import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import type { Offer } from '../../../node/channels/channel.ts';
import type { Environment } from '../../../node/environment.ts';
import type { Fetcher } from '../../../node/trust/fetcher.ts';
import type { UpdateStack } from '../../../node/update-stack.ts';
import { testLiveArm } from '../../testing/test-scenario.ts';
import { VirtualClock } from '../virtual-clock.ts';
import { HandOvers, PUBLISH_AFTER_RESTART_US } from './hand-overs.ts';
import type { Job } from './job.ts';
import type { HandOver } from './publisher.ts';

const RELAY = 0;
const TIMESTAMP = 7;
const MODULE = 'targets/cell-admission/hash.module.wasm';
const HAND_OVER = {
  bundle: Uint8Array.of(1),
  source: {},
  timestamp: TIMESTAMP,
  targets: [MODULE],
} as unknown as HandOver;
const NEWEST = {} as Fetcher;
const makeHandOver = (): HandOver => HAND_OVER;

/** A process of the relay, as far as publications are handed to it. */
class Process {
  /** What it has been handed and has not judged yet. */
  readonly atIt: ((refused?: 'rollback') => void)[] = [];
  readonly sources: Fetcher[] = [];
  told = 0;
  readonly stack: UpdateStack;
  readonly environment: Environment;

  /** On a disk with metadata of this version, and fetching a module that it lacks. */
  constructor(timestamp: number, fetched: string | null) {
    const take = ({ source }: Offer): Promise<unknown> => {
      this.sources.push(source);
      return new Promise((resolve) => this.atIt.push((refused) => resolve({ refused: refused ?? null })));
    };
    const publish = async (): Promise<void> => void this.told++;
    this.stack = {
      take,
      client: { versions: () => ({ timestamp }), isIncomplete: () => false },
      isFetching: (file: string) => file === fetched,
    } as unknown as UpdateStack;
    this.environment = { pubsub: { publish } } as unknown as Environment;
  }
}

describe('hand-overs', () => {
  let clock: VirtualClock;
  let running: Process | null;
  let handOvers: HandOvers;

  beforeEach(() => {
    clock = new VirtualClock(1, 1);
    running = null;
    handOvers = new HandOvers({
      job: { arm: testLiveArm('live', ['gossip']), faults: [{}] } as unknown as Job,
      clock,
      stackOf: () => running?.stack ?? null,
      environmentOf: () => running?.environment ?? null,
      newest: () => NEWEST,
      onError: (error) => assert.fail(String(error)),
    });
  });

  function startProcess(timestamp = 0, fetched: string | null = null): Process {
    const process = new Process(timestamp, fetched);
    running = process;
    handOvers.restarted(RELAY);
    return process;
  }

  /** Lets virtual time pass up to here, and promises be kept. */
  async function passUntil(us: number): Promise<void> {
    clock.runUntil(
      us,
      () => {},
      () => false,
    );
    await setImmediate();
  }

  async function takeAll(process: Process): Promise<void> {
    for (const take of process.atIt.splice(0)) take();
    await setImmediate();
  }

  it('a relay that is up gets a publication at once, tells of it, and gets it no more', async () => {
    const first = startProcess();
    handOvers.publish(RELAY, makeHandOver);
    assert.deepEqual([first.atIt.length, first.told], [1, 1]);
    await takeAll(first);
    const second = startProcess(TIMESTAMP);
    await passUntil(2 * PUBLISH_AFTER_RESTART_US);
    assert.deepEqual([second.atIt.length, second.told], [0, 0]);
  });

  it('a relay that is down gets it when it has been back for a while', async () => {
    handOvers.publish(RELAY, makeHandOver);
    const process = startProcess();
    await passUntil(PUBLISH_AFTER_RESTART_US - 1);
    assert.equal(process.atIt.length, 0);
    await passUntil(PUBLISH_AFTER_RESTART_US + 1);
    assert.deepEqual([process.atIt.length, process.told], [1, 1]);
  });

  it('a relay that dies over it has not taken it, even if that is heard of when the next process runs', async () => {
    const first = startProcess();
    handOvers.publish(RELAY, makeHandOver);
    startProcess();
    await takeAll(first);
    // It dies once more before it would be handed anything.
    const third = startProcess();
    await passUntil(2 * PUBLISH_AFTER_RESTART_US);
    assert.deepEqual([third.atIt.length, third.told], [1, 1]);
  });

  it('a relay whose disk has lost what it took is given it again, and does not tell of it twice', async () => {
    const first = startProcess();
    handOvers.publish(RELAY, makeHandOver);
    await takeAll(first);
    const second = startProcess(TIMESTAMP - 1);
    await passUntil(2 * PUBLISH_AFTER_RESTART_US);
    assert.deepEqual([second.atIt.length, second.told], [1, 0]);
  });

  it('a relay that has heard of newer news first is given it again while it lacks its module', async () => {
    const first = startProcess();
    handOvers.publish(RELAY, makeHandOver);
    await takeAll(first);
    const lacking = startProcess(TIMESTAMP + 1, MODULE);
    await passUntil(2 * PUBLISH_AFTER_RESTART_US);
    assert.deepEqual([lacking.atIt.length, lacking.told], [1, 0]);
    const lackingAnother = startProcess(TIMESTAMP + 1, 'targets/cell-admission/hash.other.wasm');
    await passUntil(4 * PUBLISH_AFTER_RESTART_US);
    assert.equal(lackingAnother.atIt.length, 0);
  });

  it('a relay that has refused it is given it again on demand, one that has taken it is not', async () => {
    const refusing = startProcess(TIMESTAMP - 1);
    handOvers.publish(RELAY, makeHandOver);
    await takeAll(refusing);
    handOvers.restock(RELAY);
    assert.deepEqual([refusing.atIt.length, refusing.told], [1, 1]);
    const taking = startProcess(TIMESTAMP);
    handOvers.restock(RELAY);
    assert.equal(taking.atIt.length, 0);
  });

  it('a relay that refuses a publication as old gets all that there is, once', async () => {
    const process = startProcess();
    handOvers.publish(RELAY, makeHandOver);
    process.atIt.shift()!('rollback');
    await setImmediate();
    assert.equal(process.sources.length, 2);
    assert.equal(process.sources[1], NEWEST);
    process.atIt.shift()!('rollback');
    await setImmediate();
    assert.equal(process.sources.length, 2);
  });
});
