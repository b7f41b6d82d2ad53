import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { TIMESTAMP_FILE } from './file-name.ts';
import { TestRelay } from './testing/test-relay.ts';
import {
  encode,
  type Json,
  type JsonValue,
  moduleBytes,
  sha256,
  TestRepository,
  TestSource,
} from './testing/test-repository.ts';
import { VerificationCache } from './verification-cache.ts';

const seed = Number(process.env.RELAYWAVE_TEST_SEED ?? 1);

/** Three publications, of which a relay has the first; new keys and a third party on the way. */
function makeHistory(): { repository: TestRepository; states: Map<string, Uint8Array>[] } {
  const repository = new TestRepository();
  const states: Map<string, Uint8Array>[] = [];
  repository.delegate({ name: 'guards' });
  repository.addModule({ role: 'guards', module: 'guards', bytes: moduleBytes('guards') });
  for (const version of [1, 2, 3]) {
    repository.addModule({ version, sequence: version, bytes: moduleBytes(`module ${version}`) });
    if (version === 2) {
      repository.roles.root.keys = ['root-1', 'root-2', 'root-4'];
      repository.roles.targets.keys = ['targets-1', 'targets-2', 'targets-4'];
      repository.publishRoot();
    }
    repository.publish({ bump: ['targets'] });
    states.push(repository.copy());
  }
  return { repository, states };
}

const { repository, states } = makeHistory();
const cache = new VerificationCache();
const [first, , last] = states;

async function relayAt(state: ReadonlyMap<string, Uint8Array>): Promise<TestRelay> {
  const relay = new TestRelay(repository, { cache });
  await relay.updated(state);
  return relay;
}

/** What a relay may ever say that it trusts: all that the publisher has said at one time. */
const TRUTHS = new Set<string>();
for (const state of states) {
  const relay = await relayAt(state);
  TRUTHS.add(JSON.stringify(relay.client.targets()));
  // A third party's metadata may be missing.
  TRUTHS.add(JSON.stringify(relay.client.targets().filter(({ role }) => role === 'targets')));
}
TRUTHS.add('[]');

/** Refreshes and downloads from a hostile source; nothing may be trusted that was never signed. */
async function trustsOnlyTheTruth(relay: TestRelay, files: ReadonlyMap<string, Uint8Array>): Promise<void> {
  const source = new TestSource(files);
  await relay.client.refresh(source);
  const targets = relay.client.targets();
  assert(TRUTHS.has(JSON.stringify(targets)), JSON.stringify(targets));
  for (const target of targets) {
    const downloaded = await relay.client.download(target, source);
    if ('bytes' in downloaded) assert.equal(sha256(downloaded.bytes), target.sha256);
  }
  // Spelling and signatures can be changed by anybody; what is said cannot.
  for (const file of relay.store.list()) {
    const bytes = relay.client.file(file);
    if (bytes === null || file.startsWith('targets/')) continue;
    const signed = states.map((state) => state.get(file)).filter((known) => known !== undefined);
    assert(signed.map(saying).includes(saying(bytes)), `${file} says what nobody signed`);
  }
}

function saying(bytes: Uint8Array): string {
  return JSON.stringify(sorted(JSON.parse(Buffer.from(bytes).toString()).signed));
}

function sorted(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((name) => [name, sorted(value[name])]),
  );
}

const NAMES = [...last.keys()];

const byteMutation = fc.record({
  file: fc.constantFrom(...NAMES),
  at: fc.nat(),
  cut: fc.nat({ max: 4 }),
  insert: fc.oneof(
    fc.uint8Array({ maxLength: 4 }),
    fc.constantFrom(...['"', '0', '\\', '{}', ',', ' '].map((text) => Buffer.from(text))),
  ),
});

function mutate(
  bytes: Uint8Array,
  { at, cut, insert }: { at: number; cut: number; insert: Uint8Array },
): Uint8Array {
  const from = at % (bytes.length + 1);
  return Uint8Array.from([...bytes.subarray(0, from), ...insert, ...bytes.subarray(from + cut)]);
}

test('any bytes changed in any file: nothing is trusted that was not signed, and nothing is thrown', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(byteMutation, { minLength: 1, maxLength: 3 }), async (mutations) => {
      const files = new Map(last);
      for (const mutation of mutations) files.set(mutation.file, mutate(files.get(mutation.file)!, mutation));
      const relay = await relayAt(first);
      await trustsOnlyTheTruth(relay, files);
      assert.equal(await relay.refusal(last), null, 'and an honest source puts it right');
    }),
    { seed, numRuns: 400 },
  );
});

test('any member of any metadata changed: it is not trusted', async () => {
  const value = fc.oneof(
    fc.constantFrom<JsonValue>(
      null,
      0,
      -1,
      1,
      2,
      9,
      1.5,
      2 ** 53,
      '',
      '1',
      true,
      false,
      {},
      [],
      '2099-01-01T00:00:00Z',
    ),
    fc.json().map((text) => JSON.parse(text) as JsonValue),
  );
  const edit = fc.record({
    file: fc.constantFrom(...NAMES.filter((name) => name.endsWith('.json'))),
    path: fc.array(fc.nat(), { minLength: 1, maxLength: 6 }),
    value,
  });
  await fc.assert(
    fc.asyncProperty(edit, async ({ file, path, value: put }) => {
      const json = JSON.parse(Buffer.from(last.get(file)!).toString()) as Json;
      let node: Json = json;
      for (const step of path) {
        const names = Object.keys(node);
        if (names.length === 0) break;
        const name = names[step % names.length];
        const child = node[name];
        if (step === path.at(-1) || typeof child !== 'object' || child === null) {
          node[name] = put;
          break;
        }
        node = child as Json;
      }
      const relay = await relayAt(first);
      await trustsOnlyTheTruth(relay, new Map(last).set(file, encode(json)));
    }),
    { seed, numRuns: 400 },
  );
});

test('files of all publications mixed at random: nothing is trusted that did not belong together', async () => {
  const choice = fc.array(fc.nat({ max: states.length - 1 }), {
    minLength: NAMES.length,
    maxLength: NAMES.length,
  });
  const swap = fc.option(fc.tuple(fc.constantFrom(...NAMES), fc.constantFrom(...NAMES)), { nil: null });
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(choice, swap), { maxLength: 4 }), async (sources) => {
      const relay = await relayAt(first);
      for (const [chosen, swapped] of sources) {
        const files = new Map<string, Uint8Array>();
        for (const [index, name] of NAMES.entries()) {
          const bytes = states[chosen[index]].get(name);
          if (bytes !== undefined) files.set(name, bytes);
        }
        if (swapped !== null) files.set(swapped[0], last.get(swapped[1])!);
        await trustsOnlyTheTruth(relay, files);
      }
    }),
    { seed, numRuns: 200 },
  );
});

test('publications and replays in any order, files withheld, restarts between: versions never go back', async () => {
  const act = fc.record({
    publication: fc.nat({ max: states.length - 1 }),
    withheld: fc.option(fc.constantFrom(...NAMES), { nil: null }),
    restart: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(act, { minLength: 1, maxLength: 10 }), async (acts) => {
      let relay = new TestRelay(repository, { cache });
      const highest = { root: 1, timestamp: 0, snapshot: 0 };
      for (const { publication, withheld, restart } of acts) {
        const files = new Map(states[publication]);
        if (withheld !== null) files.delete(withheld);
        await trustsOnlyTheTruth(relay, files);
        if (restart) relay = new TestRelay(repository, { cache, store: relay.store });
        const versions = relay.client.versions();
        for (const each of ['root', 'timestamp', 'snapshot'] as const) {
          // 0: what a new root or a restart has left unfinished, until another source finishes it.
          if (versions[each] === 0) continue;
          assert(versions[each] >= highest[each], `${each} ${versions[each]} after ${highest[each]}`);
          highest[each] = versions[each];
        }
      }
      assert.equal(await relay.refusal(last), null);
      assert.equal(relay.client.versions().timestamp, 3);
      assert.equal(sha256(relay.client.file(TIMESTAMP_FILE)!), sha256(last.get(TIMESTAMP_FILE)!));
    }),
    { seed, numRuns: 200 },
  );
});
