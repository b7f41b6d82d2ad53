/**
 * The same publications, whatever the order, the channels and the accidents, end in the same running module.
 *
 * A publisher releases, raises fractions, gives priorities and revokes; relays hear of each publication by any
 * channel, in any order, twice or not at all, with the module or without, stop and start again in between, and call
 * their hook when they like. Once all have heard of the last one, all run what a relay runs that heard of nothing else.
 */

import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import type { ChannelName } from '../channels/channel.ts';
import { CHANNEL_NAMES } from '../channels/channel.ts';
import { queuePosition } from './rollout.ts';
import { TestAgent, World, withoutModules } from './testing/agent-world.ts';

const SEED = Number(process.env.RELAYWAVE_TEST_SEED ?? 1);

/** What the publisher does next; numbers are taken modulo what there is. */
type Step =
  | { readonly kind: 'release'; readonly module: 0 | 1; readonly priority: number; readonly fraction: string }
  | { readonly kind: 'raise'; readonly which: number }
  | { readonly kind: 'revoke'; readonly which: number };

/** What a relay meets with. */
type Event =
  | { readonly kind: 'offer'; readonly which: number; readonly channel: ChannelName; readonly bare: boolean }
  | { readonly kind: 'call'; readonly calls: number }
  | { readonly kind: 'wait'; readonly seconds: number }
  | { readonly kind: 'restart' };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constant('release' as const),
    module: fc.constantFrom(0 as const, 1 as const),
    priority: fc.integer({ min: 0, max: 2 }),
    fraction: fc.constantFrom('1', '0.5', '0.1'),
  }),
  fc.record({ kind: fc.constant('raise' as const), which: fc.nat() }),
  fc.record({ kind: fc.constant('revoke' as const), which: fc.nat() }),
);

const event: fc.Arbitrary<Event> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('offer' as const),
      which: fc.nat(),
      channel: fc.constantFrom(...CHANNEL_NAMES),
      bare: fc.boolean(),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('call' as const), calls: fc.integer({ min: 1, max: 5 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('wait' as const), seconds: fc.integer({ min: 0, max: 30 }) }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'restart' as const }) },
);

const MODULES = ['tally-up', 'tally-down'] as const;

interface Release {
  readonly module: string;
  readonly version: number;
  readonly priority: number;
  readonly hash: string;
  fraction: number;
  isRevoked: boolean;
}

interface Story {
  readonly publications: readonly ReadonlyMap<string, Uint8Array>[];
  readonly releases: readonly Release[];
}

/** What an honest publisher does: a module's later versions have at least its priority, so none steps back. */
function publish(world: World, steps: readonly Step[]): Story {
  const releases: Release[] = [];
  const priorities = [0, 0];
  const publications: ReadonlyMap<string, Uint8Array>[] = [];
  for (const [index, step] of steps.entries()) {
    const number = index + 1;
    if (step.kind === 'release') {
      const module = MODULES[step.module];
      priorities[step.module] = Math.max(priorities[step.module], step.priority);
      const priority = priorities[step.module];
      const hash = world.add(number, { module, priority, ...rollout(step.fraction) });
      const fraction = Number(step.fraction);
      releases.push({ module, version: number, priority, hash, fraction, isRevoked: false });
    } else if (releases.length === 0) continue;
    else {
      const release = releases[step.which % releases.length];
      const { module, version, priority, hash } = release;
      if (step.kind === 'revoke') {
        world.revoke(hash, { sequence: number });
        release.isRevoked = true;
      } else {
        world.add(version, { module, priority, ...rollout('1') });
        release.fraction = 1;
      }
    }
    publications.push(world.publish());
  }
  return { publications, releases };
}

/** The module that should run on a relay in the end, by its number; 0 is the default. */
function expected(releases: readonly Release[], relayId: string): number {
  const open = releases.filter(
    ({ isRevoked, fraction }) => !isRevoked && (fraction === 1 || queuePosition(relayId, 'salt') < fraction),
  );
  const [best] = open.sort((a, b) => b.priority - a.priority || b.version - a.version);
  return best?.version ?? 0;
}

function rollout(fraction: string) {
  return { rollout: { fraction, salt: 'salt', jitterSeconds: 20 } };
}

/** The module that runs once a relay has heard of everything and has had the time. */
async function end(relay: TestAgent, last: ReadonlyMap<string, Uint8Array>): Promise<number> {
  await relay.offer(last, 'circuit');
  await relay.time.pass(600_000);
  relay.answer(5);
  await relay.time.pass(60_000);
  return relay.answer(5);
}

it(`updates: any order over any channels ends in the same running module (seed ${SEED})`, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 1, maxLength: 8 }),
      fc.array(event, { maxLength: 25 }),
      fc.integer({ min: 0, max: 20 }),
      async (steps, events, name) => {
        const world = new World();
        const { publications, releases } = publish(world, steps);
        const last = publications.at(-1);
        if (last === undefined) return;
        const relayId = `relay ${name}`;
        let relay = new TestAgent(world, { relayId });
        for (const event of events) {
          switch (event.kind) {
            case 'offer': {
              const files = publications[event.which % publications.length];
              await relay.offer(event.bare ? withoutModules(files) : files, event.channel);
              break;
            }
            case 'call':
              relay.answer(event.calls);
              break;
            case 'wait':
              await relay.time.pass(event.seconds * 1000);
              break;
            case 'restart': {
              relay.agent.stop();
              relay.lifecycle.close();
              const { time, store, trustStore } = relay;
              relay = new TestAgent(world, { relayId, time, store, trustStore });
              relay.agent.start();
            }
          }
        }
        const only = new TestAgent(world, { relayId });
        const number = expected(releases, relayId);
        assert.equal(await end(only, last), number, 'a relay that heard of the last publication only');
        assert.equal(await end(relay, last), number, 'a relay that heard of what the events say');
      },
    ),
    { seed: SEED, numRuns: 200 },
  );
});
