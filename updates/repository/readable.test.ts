import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { TrustedMetadataStore } from 'tuf-js/dist/store.js';
import type { Fetcher } from '../../node/trust/fetcher.ts';
import { MemoryTrustStore } from '../../node/trust/trust-store.ts';
import { TufClient } from '../../node/trust/tuf-client.ts';
import { developmentKey } from '../development-key.ts';
import { FollowingClient } from '../testing/following-client.ts';
import {
  publishers,
  sampleKeys,
  sampleModule,
  sampleOptions,
  sampleRepository,
} from '../testing/sample-repository.ts';
import { type RepositoryOptions, UpdateRepository } from './repository.ts';
import { RepositoryError } from './repository-error.ts';
import type { SigningKey } from './signing-key.ts';
import { isModule } from './update-entry.ts';

const seed = Number(process.env.RELAYWAVE_TEST_SEED ?? 1);
const ROLES = ['root', 'targets', 'snapshot', 'timestamp', 'lab-0', 'lab-1'] as const;
const HOOKS = ['cell-admission', 'exit-policy', 'flow-window'];
const everybody = Array.from({ length: 25 }, (_, index) => developmentKey(index));

const role = fc.constantFrom(...ROLES);
const publisher = fc.constantFrom('targets', 'targets', 'targets', 'lab-0', 'lab-1', 'timestamp');
const hook = fc.constantFrom(...HOOKS);
/** Which of the modules that are listed, if there are so many. */
const pick = fc.constantFrom(0, 0, 0, 1, 7);

/** One thing that a publisher can do. */
const operation = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('publish' as const),
      role: publisher,
      module: fc.constantFrom('one', 'two'),
      version: fc.integer({ min: 1, max: 9 }),
      hook,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('rollout' as const),
      pick,
      fraction: fc.double({ min: 0.01, max: 1, noNaN: true }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('revoke' as const),
      pick,
      role: fc.option(publisher, { nil: null }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('delegate' as const),
      index: fc.constantFrom(0, 1),
      hooks: fc.uniqueArray(hook, { minLength: 1 }),
      threshold: fc.integer({ min: 1, max: 3 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('withdraw' as const), index: fc.constantFrom(0, 1) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('rotate' as const),
      role,
      add: fc.option(fc.integer({ min: 16, max: 24 }), { nil: null }),
      removeFirst: fc.boolean(),
      threshold: fc.option(fc.integer({ min: 1, max: 3 }), { nil: null }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('retire' as const), pick }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('renew' as const), role }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('sign' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('discard' as const) }) },
);
const step = fc.record({
  operation,
  /** Keys at hand; null: all of them. */
  who: fc.option(fc.subarray([...everybody.keys()]), { nil: null, freq: 2 }),
});
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

function perform(repository: UpdateRepository, { operation: what, who }: Step): void {
  const keys: SigningKey[] = who === null ? everybody : who.map((index) => everybody[index]);
  switch (what.do) {
    case 'publish': {
      const { hook, module: name, role: by, version: number } = what;
      const binary = Buffer.from(`${hook} ${name} ${number}`);
      repository.publishModule(sampleModule(number, { binary, hook, module: name, role: by }), keys);
      break;
    }
    case 'rollout':
      repository.setRollout(picked(repository, what.pick), what.fraction, keys);
      break;
    case 'retire':
      repository.retire(picked(repository, what.pick), keys);
      break;
    case 'revoke': {
      const target = picked(repository, what.pick);
      const by = what.role === null ? {} : { role: what.role };
      repository.revoke({ target, reason: 'random', ...by }, keys);
      break;
    }
    case 'delegate': {
      const own = everybody.slice(8 + 3 * what.index, 11 + 3 * what.index);
      const publicOnly = own.map(({ keyId, publicHex }) => ({ keyId, publicHex }));
      const { hooks, threshold } = what;
      repository.delegate({ name: `lab-${what.index}`, hooks, keys: publicOnly, threshold }, keys);
      break;
    }
    case 'withdraw':
      repository.withdrawDelegation(`lab-${what.index}`, keys);
      break;
    case 'rotate': {
      const { add, removeFirst, threshold } = what;
      repository.rotate(
        what.role,
        {
          ...(add === null ? {} : { add: [everybody[add]] }),
          ...(removeFirst ? { remove: [firstKey(repository, what.role)] } : {}),
          ...(threshold === null ? {} : { threshold }),
        },
        keys,
      );
      break;
    }
    case 'renew':
      repository.renew(what.role, keys);
      break;
    case 'sign':
      repository.sign(keys);
      break;
    case 'discard':
      repository.discard();
  }
}

function picked(repository: UpdateRepository, pick: number): string {
  return repository.targets().filter(isModule)[pick]?.path ?? 'none';
}

function firstKey(repository: UpdateRepository, of: string): string {
  const state = repository.state();
  const delegations = state?.targets.get('targets')?.metadata.signed.delegations?.roles ?? {};
  return (state?.root.metadata.signed.roles[of] ?? delegations[of])?.keyIDs[0] ?? 'none';
}

function follow(repository: UpdateRepository): FollowingClient {
  return new FollowingClient(repository.firstRoot()!, (root) => new TrustedMetadataStore(root));
}

/** A relay of this project with the first root of the repository. */
function relayOf(repository: UpdateRepository, { nowMs }: RepositoryOptions): TufClient {
  const relay = new TufClient({
    fetcher: sourceOf(repository),
    clock: { nowMs },
    store: new MemoryTrustStore(),
    developmentNetwork: true,
    thirdParties: 'all',
  });
  relay.init(repository.firstRoot()!);
  return relay;
}

function sourceOf(repository: UpdateRepository): Fetcher {
  return {
    fetch: async (file) => {
      const bytes = repository.file(file);
      return bytes === null ? { failed: 'not-found' } : { bytes };
    },
  };
}

describe('whatever publishers do', () => {
  it('clients that follow can read every publication, and nothing of what is staged', async () => {
    const seen = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 8, maxLength: 16 }), async (steps) => {
        const options = sampleOptions();
        let repository = sampleRepository(options);
        const client = follow(repository);
        client.refresh((name) => repository.file(name));
        const relay = relayOf(repository, options);
        for (const next of steps) {
          const before = repository.versions()?.timestamp;
          let outcome = 'refused';
          try {
            perform(repository, next);
            outcome = repository.versions()?.timestamp === before ? 'staged' : 'live';
          } catch (error) {
            assert.ok(error instanceof RepositoryError, String((error as Error).stack));
            assert.equal(repository.versions()?.timestamp, before, 'what is refused changes nothing');
          }
          const key = `${next.operation.do} ${outcome}`;
          seen.set(key, (seen.get(key) ?? 0) + 1);
          client.refresh((name) => repository.file(name));
          assert.deepEqual(
            client.targets,
            repository.targets().map(({ path }) => path),
          );
          const refreshed = await relay.refresh(sourceOf(repository));
          assert.ok(!('refused' in refreshed) && refreshed.leftOut.length === 0, JSON.stringify(refreshed));
          assert.deepEqual(relay.targets(), repository.targets());
          // What the publisher finds when it comes back is what it left.
          const reopened = UpdateRepository.open(options);
          assert.deepEqual(reopened.versions(), repository.versions());
          assert.deepEqual(reopened.waiting(), repository.waiting());
          repository = reopened;
        }
        // And one that comes only now, with the first root.
        follow(repository).refresh((name) => repository.file(name));
      }),
      { seed, numRuns: 20 },
    );
    const common = ['publish', 'delegate', 'rotate', 'renew', 'sign'].map((what) => `${what} live`);
    for (const what of [...common, 'publish staged', 'rotate staged']) {
      assert.ok(seen.has(what), `none is ${what}: ${[...seen].join(' ')}`);
    }
    assert.ok(['rollout', 'revoke', 'withdraw'].some((what) => seen.has(`${what} live`)));
  });

  it('the client that follows does refuse what it must', () => {
    const options = sampleOptions();
    const repository = sampleRepository(options);
    const client = follow(repository);
    repository.publishModule(sampleModule(1), publishers);
    client.refresh((name) => repository.file(name));
    const old = new Map(options.storage.list().map((name) => [name, repository.file(name)]));
    repository.timestamp(sampleKeys.timestamp);
    client.refresh((name) => repository.file(name));
    assert.throws(() => client.refresh((name) => old.get(name) ?? null), /less than current version/);
  });
});
