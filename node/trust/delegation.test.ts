import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DELEGATION_DEPTH_MAX, DELEGATIONS_FOLLOWED_MAX } from './limits.ts';
import { TestRelay } from './testing/test-relay.ts';
import {
  DAY_MS,
  type Delegated,
  type Json,
  moduleBytes,
  START_MS,
  TestRepository,
  TestSource,
} from './testing/test-repository.ts';
import type { ThirdPartyPolicy } from './trust-client.ts';

/** A repository in which each of these roles lists a module of its own name for cell-admission. */
function repositoryOf(...roles: (Partial<Delegated> & { name: string })[]): TestRepository {
  const repository = new TestRepository();
  for (const role of roles) {
    repository.delegate(role);
    repository.addModule({ role: role.name, module: role.name, bytes: moduleBytes(role.name) });
  }
  return repository;
}

async function refresh(repository: TestRepository, thirdParties: ThirdPartyPolicy = 'all') {
  const relay = new TestRelay(repository, { thirdParties });
  const source = new TestSource(repository.files);
  const result = await relay.client.refresh(source);
  assert('updated' in result && result.updated);
  return { relay, source, leftOut: result.leftOut };
}

function modules(relay: TestRelay): string[] {
  return relay.client.targets().map(({ custom }) => custom.module);
}

function reasons(leftOut: readonly { refused: string; file: string }[]): string[] {
  return leftOut.map(({ refused, file }) => `${file} ${refused}`);
}

test('delegation: a third party publishes for the hook that it is trusted with', async () => {
  const repository = repositoryOf({ name: 'guards' });
  repository.addModule();
  repository.publish();
  const { relay, leftOut } = await refresh(repository);
  assert.deepEqual(
    relay.client.targets().map(({ path, role }) => [path, role]),
    [
      ['cell-admission/strict-cells-1.wasm', 'targets'],
      ['cell-admission/guards-1.wasm', 'guards'],
    ],
  );
  assert.deepEqual(leftOut, []);
  assert('bytes' in (await relay.client.download(relay.client.targets()[1])));
  assert.deepEqual(relay.client.file('1.guards.json'), repository.get('1.guards.json'), 'kept for peers');
  assert.equal(await relay.updated(), false);
});

test('delegation: outside of it a target is left out, and the others stay', async () => {
  const repository = repositoryOf({ name: 'guards' });
  repository.addModule({ role: 'guards', module: 'guards', hook: 'path-selection' });
  const { targets } = repository.contentOf('guards');
  const good = targets['cell-admission/guards-1.wasm'];
  const custom = { ...(good.custom as Json), hook: 'path-selection' };
  targets['cell-admission/for-another-hook.wasm'] = { ...good, custom };
  repository.publish();
  const { relay, leftOut } = await refresh(repository);
  assert.deepEqual(relay.paths(), ['cell-admission/guards-1.wasm']);
  assert.deepEqual(
    leftOut.map(({ refused, file, detail }) => `${file} ${refused}: ${detail}`),
    [
      '1.guards.json outside-delegation: guards lists cell-admission/for-another-hook.wasm',
      '1.guards.json outside-delegation: guards lists path-selection/guards-1.wasm',
    ],
  );
});

test('delegation: what is left out is told once, not with every refresh', async () => {
  const repository = repositoryOf({ name: 'guards', paths: ['path-selection/*'] });
  repository.publish();
  const { relay, leftOut } = await refresh(repository);
  assert.equal(leftOut.length, 1);
  const again = await relay.client.refresh();
  assert('updated' in again && !again.updated);
  assert.deepEqual(again.leftOut, []);
});

test('delegation: metadata of third parties that the operator does not trust are not even fetched', async () => {
  const repository = repositoryOf({ name: 'guards' }, { name: 'others' });
  repository.publish();
  const none = await refresh(repository, 'none');
  assert.deepEqual(modules(none.relay), []);
  assert(!none.source.asked.some((file) => /guards|others/.test(file)));
  assert.equal(none.relay.client.isIncomplete(), false);
  const some = await refresh(repository, ['others']);
  assert.deepEqual(modules(some.relay), ['others']);
  assert(!some.source.asked.includes('1.guards.json'));
});

test('delegation: a third party cannot hold up the developers or other third parties', async () => {
  const failures: [string, (repository: TestRepository) => void][] = [
    ['not-found', (repository) => repository.files.delete('2.guards.json')],
    ['mix-and-match', (repository) => repository.files.set('2.guards.json', repository.get('1.guards.json'))],
    ['too-large', (repository) => repository.files.set('2.guards.json', new Uint8Array(10 ** 6))],
  ];
  for (const [reason, damage] of failures) {
    const repository = repositoryOf({ name: 'guards' }, { name: 'others' });
    repository.publish();
    const { relay } = await refresh(repository);
    repository.addModule({ version: 2 });
    repository.publish({ bump: ['targets', 'guards'] });
    const whole = repository.copy();
    damage(repository);
    const result = await relay.client.refresh();
    assert('updated' in result && result.updated, reason);
    assert.deepEqual(reasons(result.leftOut), [`2.guards.json ${reason}`]);
    assert.deepEqual(modules(relay), ['strict-cells', 'others']);
    assert.equal(relay.client.isIncomplete(), true);
    assert.equal(new TestRelay(repository, { store: relay.store }).client.isIncomplete(), true, 'restarted');
    assert.equal(await relay.updated(whole), true, 'another source has it');
    assert.equal(relay.client.isIncomplete(), false);
    assert.deepEqual(modules(relay), ['strict-cells', 'guards', 'others']);
  }
});

test('delegation: a role below its threshold, signed by others, malformed or expired is left out', async () => {
  const cases: [string, Parameters<TestRepository['publish']>[0] & object][] = [
    ['below-threshold', { signers: { guards: ['guards-1'] } }],
    ['below-threshold', { signers: { guards: ['targets-1', 'targets-2'] } }],
    ['malformed', { edit: { guards: (signed) => Object.assign(signed, { version: '1' }) } }],
    ['expired', { edit: { guards: (signed) => Object.assign(signed, { expires: '2025-01-01T00:00:00Z' }) } }],
    ['mix-and-match', { edit: { guards: (signed) => Object.assign(signed, { version: 2 }) } }],
  ];
  for (const [reason, publishing] of cases) {
    const repository = repositoryOf(
      { name: 'guards', signers: { threshold: 2, keys: ['guards-1', 'guards-2'] } },
      { name: 'others' },
    );
    repository.publish(publishing);
    const { relay, leftOut } = await refresh(repository);
    assert.deepEqual(reasons(leftOut), [`1.guards.json ${reason}`]);
    assert.deepEqual(modules(relay), ['others']);
    // What the right bytes have earned, no other source can mend.
    assert.equal(relay.client.isIncomplete(), reason === 'mix-and-match');
  }
});

test('delegation: one that expires later takes its own targets with it and no others', async () => {
  const repository = repositoryOf({ name: 'guards' }, { name: 'others' });
  repository.expiresMs.timestamp = START_MS + 9 * DAY_MS;
  const expires = new Date(START_MS + DAY_MS).toISOString();
  repository.publish({ edit: { guards: (signed) => Object.assign(signed, { expires }) } });
  const { relay } = await refresh(repository);
  assert.deepEqual(modules(relay), ['guards', 'others']);
  relay.clock.timeMs = START_MS + DAY_MS;
  assert.deepEqual(modules(relay), ['others']);
  const result = await relay.client.refresh();
  assert('updated' in result);
  assert.deepEqual(reasons(result.leftOut), ['1.guards.json expired']);
  assert.deepEqual(modules(relay), ['others']);
});

test('delegation: one that is withdrawn, or given to other keys, ends what the old keys signed', async () => {
  const repository = repositoryOf({ name: 'guards' });
  repository.publish();
  const { relay } = await refresh(repository);
  repository.delegations[0].signers.keys = ['guards-2'];
  repository.publish({ bump: ['targets'], signers: { guards: ['guards-1'] } });
  const result = await relay.client.refresh();
  assert('updated' in result && result.updated);
  assert.deepEqual(reasons(result.leftOut), ['1.guards.json below-threshold']);
  assert.deepEqual(modules(relay), []);
  repository.publish({ bump: ['guards'] });
  assert.equal(await relay.updated(), true);
  assert.deepEqual(modules(relay), ['guards']);
  repository.delegations.pop();
  repository.publish({ bump: ['targets'] });
  assert.equal(await relay.updated(), true);
  assert.deepEqual(modules(relay), []);
});

test('delegation: metadata that have not changed are not fetched again when the delegator has', async () => {
  const repository = repositoryOf({ name: 'guards' });
  repository.publish();
  const { relay } = await refresh(repository);
  repository.addModule();
  const before = repository.get('1.guards.json');
  repository.publish({ bump: ['targets'] });
  assert.deepEqual(repository.get('1.guards.json'), before);
  const source = new TestSource(repository.files);
  const result = await relay.client.refresh(source);
  assert('updated' in result && result.updated);
  assert(!source.asked.includes('1.guards.json'));
  assert.deepEqual(modules(relay), ['strict-cells', 'guards']);
});

test('delegation: a role that has not published yet is waited for without a word', async () => {
  const repository = repositoryOf({ name: 'guards' });
  repository.publish({
    edit: { snapshot: (signed) => delete (signed.meta as object as { [x: string]: 1 })['guards.json'] },
  });
  const { relay, leftOut } = await refresh(repository);
  assert.deepEqual(leftOut, []);
  repository.publish();
  assert.equal(await relay.updated(), true);
  assert.deepEqual(modules(relay), ['guards']);
});

test('delegation: of two roles that list a path, the one searched first has it', async () => {
  const repository = repositoryOf({ name: 'first' }, { name: 'second' });
  for (const role of ['second', 'first']) {
    repository.addModule({ role, module: 'both', bytes: moduleBytes(`both of ${role}`) });
  }
  repository.publish();
  const { relay } = await refresh(repository);
  const both = relay.client.targets().filter(({ custom }) => custom.module === 'both');
  assert.deepEqual(
    both.map(({ role }) => role),
    ['first'],
  );
  repository.addModule({ module: 'both', bytes: moduleBytes('both of the developers') });
  repository.publish({ bump: ['targets'] });
  await relay.updated();
  const now = relay.client.targets().filter(({ custom }) => custom.module === 'both');
  assert.deepEqual(
    now.map(({ role }) => role),
    ['targets'],
  );
});

test('delegation: a terminating one ends the search for its paths, trusted or not', async () => {
  const repository = repositoryOf(
    { name: 'first', terminating: true },
    { name: 'second', paths: ['cell-admission/*', 'path-selection/*'] },
  );
  repository.addModule({ role: 'second', module: 'elsewhere', hook: 'path-selection' });
  repository.publish();
  assert.deepEqual(modules((await refresh(repository)).relay), ['first', 'elsewhere']);
  assert.deepEqual(modules((await refresh(repository, ['second'])).relay), ['elsewhere']);
});

test('delegation: a role passes on no more than it was given', async () => {
  const repository = repositoryOf(
    { name: 'parent' },
    { name: 'child', by: 'parent', paths: ['*/*'] },
    { name: 'sibling' },
  );
  repository.addModule({ role: 'child', module: 'beyond', hook: 'path-selection' });
  repository.publish();
  const { relay, leftOut } = await refresh(repository);
  assert.deepEqual(modules(relay), ['parent', 'child', 'sibling'], 'pre-order');
  assert.deepEqual(reasons(leftOut), ['1.child.json outside-delegation']);
  assert.deepEqual(modules((await refresh(repository, ['child', 'sibling'])).relay), ['sibling']);
});

test('delegation: a third party that names its own keys for another role does not shut that role out', async () => {
  const repository = repositoryOf({ name: 'mallory' }, { name: 'guards' });
  repository.delegations.splice(1, 0, {
    by: 'mallory',
    name: 'guards',
    signers: { threshold: 1, keys: ['mallory-1'] },
    paths: ['cell-admission/*'],
    terminating: false,
  });
  repository.publish({ signers: { guards: ['guards-1'] } });
  const { relay, leftOut } = await refresh(repository);
  assert.deepEqual(modules(relay), ['mallory', 'guards']);
  assert.deepEqual(reasons(leftOut), ['1.guards.json below-threshold']);
});

test('delegation: circles, long chains and crowds are followed to a bound', async () => {
  const circle = repositoryOf({ name: 'a' }, { name: 'b', by: 'a' });
  circle.delegations.push({ ...circle.delegations[0], by: 'b' });
  circle.publish();
  assert.deepEqual(modules((await refresh(circle)).relay), ['a', 'b']);

  const names = Array.from({ length: DELEGATION_DEPTH_MAX + 2 }, (_, n) => `link-${n}`);
  const chain = repositoryOf(...names.map((name, n) => ({ name, by: n === 0 ? 'targets' : names[n - 1] })));
  chain.publish();
  assert.deepEqual(modules((await refresh(chain)).relay), names.slice(0, DELEGATION_DEPTH_MAX));

  const crowd = Array.from({ length: DELEGATIONS_FOLLOWED_MAX + 2 }, (_, n) => `party-${n}`);
  const many = repositoryOf(
    { name: 'parent' },
    ...crowd.map((name, n) => ({ name, by: n < 9 ? 'targets' : 'parent' })),
  );
  many.publish();
  assert.equal(modules((await refresh(many)).relay).length, DELEGATIONS_FOLLOWED_MAX);
});
