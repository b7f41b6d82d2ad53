import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { INLINE_MAX_BYTES, MODULE_MAX_BYTES } from '../../node/channels/limits.ts';
import { CHUNK_BYTES } from '../../node/trust/update-target.ts';
import { developmentKey, developmentKeys } from '../development-key.ts';
import {
  publishers,
  sampleKeys,
  sampleModule,
  sampleOptions,
  sampleRepository,
  sampleRoles,
} from '../testing/sample-repository.ts';
import { UpdateRepository } from './repository.ts';
import { RepositoryError, type RepositoryProblem } from './repository-error.ts';
import { MemoryStorage } from './repository-storage.ts';
import { isModule, isRevocation } from './update-entry.ts';

const everybody = [...sampleKeys.root, ...publishers];
const third = developmentKeys('delegated', 2);
const LAB = { name: 'lab', hooks: ['exit-policy'], keys: third, threshold: 1 };
const labModule = (version: number) =>
  sampleModule(version, { module: 'lab-exit', hook: 'exit-policy', role: 'lab' });

function refused(problem: RepositoryProblem, cure: RegExp, work: () => unknown): void {
  assert.throws(work, (error: unknown) => {
    assert.ok(error instanceof RepositoryError, String(error));
    assert.equal(error.problem, problem, error.message);
    assert.match(error.message, cure);
    return true;
  });
}

describe('publishing', () => {
  it('the same calls write the same bytes', () => {
    const [first, second] = [sampleOptions(), sampleOptions()];
    for (const options of [first, second]) {
      const repository = sampleRepository(options);
      repository.publishModule(sampleModule(1), publishers);
      repository.delegate(LAB, publishers);
    }
    assert.deepEqual(first.storage.list(), second.storage.list());
    for (const name of first.storage.list()) {
      assert.deepEqual(first.storage.read(name), second.storage.read(name), name);
    }
  });

  it('lists length, hash and the hash of each chunk', () => {
    const repository = sampleRepository();
    const binary = new Uint8Array(2 * CHUNK_BYTES + 5).map((_, index) => index % 251);
    repository.publishModule(sampleModule(1, { binary }), publishers);
    const [target] = repository.targets().filter(isModule);
    const hashOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
    assert.equal(target.length, binary.length);
    assert.equal(target.sha256, hashOf(binary));
    assert.deepEqual(target.custom.chunks, [
      hashOf(binary.subarray(0, CHUNK_BYTES)),
      hashOf(binary.subarray(CHUNK_BYTES, 2 * CHUNK_BYTES)),
      hashOf(binary.subarray(2 * CHUNK_BYTES)),
    ]);
  });

  it('reopened it goes on where it was', () => {
    const options = sampleOptions();
    sampleRepository(options).publishModule(sampleModule(1), publishers);
    const reopened = UpdateRepository.open(options);
    const { versions } = reopened.publishModule(sampleModule(2), publishers);
    assert.deepEqual(versions, { root: 1, timestamp: 3, snapshot: 3, targets: { targets: 3 } });
    assert.deepEqual(
      reopened.targets().map(({ custom }) => custom.sequence),
      [2, 3],
    );
  });

  it('a rollout is raised and lowered with the same salt, file and sequence', () => {
    const repository = sampleRepository();
    repository.publishModule(sampleModule(1, { rollout: { fraction: 0.05, salt: 'x' } }), publishers);
    const [before] = repository.targets().filter(isModule);
    const { files } = repository.setRollout(before.path, 0.5, publishers);
    assert.deepEqual([...files.keys()], ['3.targets.json', '3.snapshot.json', 'timestamp.json']);
    const [after] = repository.targets().filter(isModule);
    const rollout = { fraction: 0.5, salt: 'x', jitterSeconds: 0 };
    assert.deepEqual(after, { ...before, custom: { ...before.custom, rollout } });
    repository.setRollout({ module: 'strict-cells', version: 1 }, 1 / 3, publishers);
    assert.equal(repository.targets().filter(isModule)[0].custom.rollout.fraction, 0.333333);
    for (const fraction of [0, 1.01, -1, Number.NaN, 1e-9]) {
      refused('bad-target', /such as 0\.05/, () => repository.setRollout(before.path, fraction, publishers));
    }
  });

  it('a revocation is a target of its own, beside the module; what is revoked stays out', () => {
    const repository = sampleRepository();
    repository.publishModule(sampleModule(1), publishers);
    const target = { module: 'strict-cells', version: 1 };
    repository.revoke({ target, reason: 'it says "no"' }, publishers);
    const [module, revocation] = repository.targets();
    assert.ok(isRevocation(revocation));
    assert.equal(revocation.custom.revokes, module.sha256);
    assert.equal(revocation.custom.sequence, 3);
    refused('revoked', /see cell-admission/, () =>
      repository.revoke({ target, reason: 'again' }, publishers),
    );
    refused('revoked', /mended/, () =>
      repository.publishModule({ ...sampleModule(1), version: 2 }, publishers),
    );
    // A binary that this repository never listed, signed with stolen keys somewhere else.
    const stranger = { hook: 'exit-policy', module: 'evil', sha256: 'ab'.repeat(32) };
    repository.revoke({ target: stranger, reason: 'stolen keys' }, publishers);
    assert.ok(repository.targets().some((found) => isRevocation(found) && found.custom.module === 'evil'));
  });

  it('a module is retired when a later version is out for everybody, and not before', () => {
    const clock = { nowMs: Date.UTC(2026, 0, 1) };
    const repository = sampleRepository(sampleOptions(new MemoryStorage(), clock));
    const [one, two] = [1, 2].map((version) => ({ module: 'strict-cells', version }));
    repository.publishModule(sampleModule(1), publishers);
    refused('not-newer', /revoke it/, () => repository.retire(one, publishers));
    const notBefore = '2026-01-02T00:00:00Z';
    repository.publishModule(sampleModule(2, { rollout: { fraction: 0.5 }, notBefore }), publishers);
    refused('not-newer', /raise its rollout/, () => repository.retire(one, publishers));
    repository.setRollout(two, 1, publishers);
    refused('not-newer', /out for all/, () => repository.retire(one, publishers));
    clock.nowMs = Date.parse(notBefore);
    repository.retire(one, publishers);
    assert.deepEqual(
      repository.targets().map(({ path }) => path),
      ['cell-admission/strict-cells-2.wasm'],
    );
    // Its version does not come back, and its number in the role's sequence neither.
    refused('not-newer', /take version 3/, () => repository.publishModule(sampleModule(1), publishers));
    repository.publishModule(sampleModule(3), publishers);
    repository.revoke({ target: two, reason: 'bad' }, publishers);
    refused('revoked', /stays listed/, () => repository.retire(two, publishers));
  });

  it('refuses metadata that relays would not take, before anybody has signed them', () => {
    const repository = sampleRepository();
    const vectors = Array.from({ length: 32 }, () => ({ args: ['ab'.repeat(2048)], result: null }));
    repository.publishModule(sampleModule(1, { vectors }), publishers);
    refused('too-large', /update -- retire/, () => {
      repository.publishModule(sampleModule(2, { vectors }), publishers);
    });
    const hooks = Array.from({ length: 33 }, (_, index) => `hook-${index}`);
    refused('too-large', /33|32|refused by relays/, () => repository.delegate({ ...LAB, hooks }, publishers));
    assert.equal(repository.versions()?.timestamp, 2);
    assert.deepEqual(repository.waiting(), []);
  });

  it('refuses a version that is not above, a name that is another role’s, and terms that relays refuse', () => {
    const repository = sampleRepository();
    repository.publishModule(sampleModule(5), publishers);
    repository.delegate({ ...LAB, hooks: ['exit-policy', 'cell-admission'] }, publishers);
    for (const version of [1, 5]) {
      refused('not-newer', /take version 6/, () =>
        repository.publishModule(sampleModule(version), publishers),
      );
    }
    refused('not-newer', /name of its own/, () =>
      repository.publishModule(sampleModule(9, { role: 'lab' }), [...third, ...publishers]),
    );
    const wrong = [
      { module: 'Strict' },
      { hook: '../x' },
      { version: 0 },
      { interfaceVersion: 1.5 },
      { priority: 5000 },
      { notBefore: 'tomorrow' },
      { rollout: { fraction: 1, salt: 'a\nb' } },
      { rollout: { fraction: 1, jitterSeconds: -1 } },
      { vectors: [{ args: [0.5], result: null }] },
    ];
    for (const terms of wrong) {
      refused('bad-target', /hint/, () =>
        repository.publishModule({ ...sampleModule(6, { module: 'new' }), ...terms }, publishers),
      );
    }
    refused('too-large', /smaller/, () =>
      repository.publishModule(sampleModule(6, { binary: new Uint8Array(MODULE_MAX_BYTES + 1) }), publishers),
    );
    repository.publishModule(sampleModule(6, { binary: new Uint8Array(MODULE_MAX_BYTES) }), publishers);
    assert.ok(INLINE_MAX_BYTES < MODULE_MAX_BYTES);
  });

  it('refuses keys of other roles, and thresholds that cannot be met', () => {
    const repository = sampleRepository();
    refused('wrong-key', /it takes keys of targets: /, () =>
      repository.publishModule(sampleModule(1), [...sampleKeys.root, ...sampleKeys.timestamp]),
    );
    refused('wrong-key', /it takes keys of timestamp: /, () => repository.timestamp(sampleKeys.targets));
    for (const threshold of [0, 4, 1.5, -1]) {
      refused('threshold', /hint/, () => repository.rotate('targets', { threshold }, everybody));
      refused('threshold', /hint/, () => repository.delegate({ ...LAB, threshold }, publishers));
      refused('threshold', /hint/, () =>
        UpdateRepository.create(sampleOptions(), {
          roles: { ...sampleRoles, targets: { keys: sampleKeys.targets, threshold } },
        }),
      );
    }
    const twice = { keys: [sampleKeys.targets[0], sampleKeys.targets[0]], threshold: 2 };
    refused('threshold', /2 of 1 keys/, () =>
      UpdateRepository.create(sampleOptions(), { roles: { ...sampleRoles, targets: twice } }),
    );
    assert.equal(repository.versions()?.timestamp, 1, 'none of it was published');
  });

  it('refuses to build on what has expired, and says what to sign first', () => {
    const clock = { nowMs: Date.UTC(2026, 0, 1) };
    const options = sampleOptions(new MemoryStorage(), clock);
    const short = {
      ...options,
      expirySeconds: { ...options.expirySeconds, root: 100, targets: 50, snapshot: 60 },
    };
    const repository = sampleRepository(short);
    clock.nowMs += 49_999;
    repository.timestamp(publishers);
    clock.nowMs += 1;
    refused('expired', /renew targets/, () => repository.timestamp(publishers));
    repository.renew('targets', publishers);
    repository.timestamp(publishers);
    clock.nowMs += 50_000;
    refused('expired', /renew root/, () => repository.publishModule(sampleModule(1), publishers));
    repository.renew('root', everybody);
    repository.publishModule(sampleModule(1), publishers);
    clock.nowMs += 60_000;
    repository.renew('targets', publishers);
    repository.renew('root', everybody);
    repository.renew('snapshot', publishers);
    assert.deepEqual(repository.versions(), {
      root: 3,
      timestamp: 9,
      snapshot: 7,
      targets: { targets: 4 },
    });
  });
});

describe('signatures one by one', () => {
  const [alice, bob] = sampleKeys.targets;
  const online = [...sampleKeys.snapshot, ...sampleKeys.timestamp];

  it('a change goes live with the signature that completes it, and not before', () => {
    const options = sampleOptions();
    const repository = sampleRepository(options);
    const staged = repository.publishModule(sampleModule(1), [alice, ...online]);
    assert.equal(staged.live, false);
    assert.equal(staged.files.size, 0);
    assert.deepEqual(
      staged.waiting.map(({ role, version, threshold, signed }) => ({ role, version, threshold, signed })),
      [{ role: 'targets', version: 2, threshold: 2, signed: [alice.keyId] }],
    );
    assert.equal(repository.targets().length, 0);
    assert.equal(repository.file('staged/targets/targets.json'), null);
    // The same key again is no second signature.
    refused('wrong-key', /targets: /, () => UpdateRepository.open(options).sign([alice]));
    const complete = UpdateRepository.open(options).sign([bob]);
    assert.equal(complete.live, false);
    assert.deepEqual(
      complete.waiting.map(({ role }) => role),
      ['snapshot'],
    );
    const published = UpdateRepository.open(options).sign(online);
    assert.equal(published.live, true);
    assert.deepEqual(published.waiting, []);
    assert.equal(options.storage.list().filter((name) => name.startsWith('staged/')).length, 0);
  });

  it('snapshot and timestamp wait for each other’s holders', () => {
    const options = sampleOptions();
    const repository = sampleRepository(options);
    repository.rotate('snapshot', { add: developmentKeys('rotation', 1), threshold: 2 }, everybody);
    repository.publishModule(sampleModule(1), sampleKeys.targets);
    assert.deepEqual(repository.sign(sampleKeys.snapshot).waiting[0].role, 'snapshot');
    const reopened = UpdateRepository.open(options);
    assert.deepEqual(reopened.sign(developmentKeys('rotation', 1)).waiting[0].role, 'timestamp');
    assert.equal(UpdateRepository.open(options).sign(sampleKeys.timestamp).live, true);
  });

  it('a change that expired while it waited is not published any more', () => {
    const clock = { nowMs: Date.UTC(2026, 0, 1) };
    const repository = sampleRepository(sampleOptions(new MemoryStorage(), clock));
    repository.delegate(LAB, publishers);
    repository.publishModule(labModule(1), [third[0]]);
    clock.nowMs = Date.parse(repository.staged().get('lab')!.targets.get('lab')!.metadata.signed.expires);
    repository.renew('targets', sampleKeys.targets);
    refused('expired', /sign --discard lab/, () => repository.sign(online));
    repository.discard('lab');
    assert.equal(repository.sign(online).live, true);
  });

  it('a snapshot that expired while it waited is made anew', () => {
    const clock = { nowMs: Date.UTC(2026, 0, 1) };
    const options = sampleOptions(new MemoryStorage(), clock);
    const short = { ...options, expirySeconds: { ...options.expirySeconds, snapshot: 60 } };
    const [fresh] = developmentKeys('rotation', 1);
    const repository = sampleRepository(short);
    repository.rotate('snapshot', { add: [fresh], threshold: 2 }, everybody);
    repository.publishModule(sampleModule(1), publishers);
    assert.deepEqual(repository.waiting()[0].signed, [sampleKeys.snapshot[0].keyId]);
    clock.nowMs += 60_000;
    assert.deepEqual(repository.sign([fresh]).waiting[0].signed, [fresh.keyId]);
    assert.equal(repository.sign(publishers).live, true);
    assert.equal(repository.state()?.snapshot.metadata.signed.expires, '2026-01-01T00:02:00Z');
  });

  it('a timestamp that needs two keys waits for the second', () => {
    const options = sampleOptions();
    const [fresh] = developmentKeys('rotation', 1);
    sampleRepository(options).rotate('timestamp', { add: [fresh], threshold: 2 }, everybody);
    const staged = UpdateRepository.open(options).timestamp(sampleKeys.timestamp);
    assert.deepEqual(
      staged.waiting.map(({ role, version, unsigned }) => [role, version, unsigned]),
      [['timestamp', 3, [fresh.keyId]]],
    );
    const reopened = UpdateRepository.open(options);
    assert.deepEqual(reopened.waiting(), staged.waiting);
    assert.equal(reopened.sign([fresh]).versions?.timestamp, 3);
    assert.deepEqual(reopened.waiting(), []);
  });

  it('a fresh timestamp does not wait for a staged change, nor take it along', () => {
    const repository = sampleRepository();
    repository.publishModule(sampleModule(1), [alice]);
    const fresh = repository.timestamp(sampleKeys.timestamp);
    assert.deepEqual([...fresh.files.keys()], ['timestamp.json']);
    assert.equal(fresh.waiting[0].role, 'targets');
    assert.equal(repository.sign([bob, ...online]).versions?.timestamp, 3);
  });

  it('one change of a role at a time; another role is free; discarding makes room', () => {
    const repository = sampleRepository();
    repository.delegate(LAB, publishers);
    repository.publishModule(sampleModule(1), [alice]);
    refused('waiting', /sign --discard targets/, () => repository.publishModule(sampleModule(2), [alice]));
    refused('waiting', /sign --discard targets/, () =>
      repository.rotate(
        'targets',
        { remove: [alice.keyId, bob.keyId], add: [developmentKey(20)] },
        everybody,
      ),
    );
    assert.equal(repository.publishModule(labModule(1), [third[0], ...online]).live, true);
    repository.discard('targets');
    assert.deepEqual(repository.waiting(), []);
    assert.equal(repository.publishModule(sampleModule(2), publishers).live, true);
    refused('unknown-role', /staged is nothing/, () => repository.discard('targets'));
    refused('wrong-key', /nothing waits/, () => repository.sign([alice]));
  });

  it('a new repository waits for its first signatures too', () => {
    const options = sampleOptions();
    const publicOnly = sampleKeys.root.map(({ keyId, publicHex }) => ({ keyId, publicHex }));
    const repository = UpdateRepository.create(options, {
      roles: { ...sampleRoles, root: { keys: publicOnly, threshold: 2 } },
    });
    assert.equal(repository.versions(), null);
    refused('waiting', /sign/, () => repository.publishModule(sampleModule(1), publishers));
    repository.sign([sampleKeys.root[0]]);
    assert.equal(UpdateRepository.open(options).sign([sampleKeys.root[2], ...online]).live, true);
    refused('present', /empty folder/, () => sampleRepository(options));
    refused('absent', /make one/, () => UpdateRepository.open(sampleOptions()));
  });

  it('whoever changes what others have signed is found out before anybody signs it', () => {
    const storage = new MemoryStorage();
    sampleRepository(sampleOptions(storage)).publishModule(sampleModule(1), [alice]);
    const file = 'staged/targets/targets.json';
    const text = Buffer.from(storage.read(file)!).toString('utf8');
    storage.write(new Map([[file, Buffer.from(text.replace('"priority":0', '"priority":9'))]]));
    refused('unsound', /discard/, () => UpdateRepository.open(sampleOptions(storage)).sign([bob]));
    const module = storage.list().find((name) => name.endsWith('.wasm'))!;
    storage.write(new Map([[module, Buffer.from('other')]]));
    refused('unsound', /not what was staged/, () => UpdateRepository.open(sampleOptions(storage)));
  });
});

describe('rotations and delegations', () => {
  it('a removed key signs nothing any more; the new one does', () => {
    const repository = sampleRepository();
    const fresh = developmentKey(16);
    const [old, kept, also] = sampleKeys.targets;
    repository.rotate('targets', { add: [fresh], remove: [old.keyId] }, everybody);
    // The two who stay have signed what is live, so that only the root is new.
    assert.deepEqual(repository.versions(), { root: 2, timestamp: 2, snapshot: 2, targets: { targets: 1 } });
    repository.rotate('targets', { remove: [also.keyId] }, everybody.concat(fresh));
    assert.deepEqual(repository.versions(), { root: 3, timestamp: 3, snapshot: 3, targets: { targets: 2 } });
    const online = [...sampleKeys.snapshot, ...sampleKeys.timestamp];
    assert.equal(repository.publishModule(sampleModule(1), [old, kept, ...online]).live, false);
    assert.equal(repository.sign([fresh, ...online]).live, true);
    refused('wrong-key', /its keys are/, () =>
      repository.rotate('targets', { remove: [old.keyId] }, everybody),
    );
  });

  it('a new root takes the old keys and the new', () => {
    const repository = sampleRepository();
    const [a, b, c] = sampleKeys.root;
    const fresh = developmentKeys('rotation', 3);
    const change = { add: fresh, remove: [a, b, c].map(({ keyId }) => keyId) };
    const online = [...sampleKeys.snapshot, ...sampleKeys.timestamp];
    const staged = repository.rotate('root', change, online.concat(a));
    // Two of the three new ones are enough, and all three could sign; of the old ones one is missing.
    assert.deepEqual(
      staged.waiting.map(({ role, signed }) => [role, signed.length]),
      [['root', 1]],
    );
    assert.equal(repository.sign([b, ...online]).live, true);
    refused('wrong-key', /root/, () => repository.renew('root', [a, b, c]));
    assert.equal(repository.renew('root', [...fresh, ...online]).versions?.root, 3);
  });

  it('a delegation waits for the third party, which publishes for its hooks only', () => {
    const repository = sampleRepository();
    const publicOnly = third.map(({ keyId, publicHex }) => ({ keyId, publicHex }));
    const staged = repository.delegate({ ...LAB, keys: publicOnly }, publishers);
    assert.deepEqual(
      staged.waiting.map(({ role }) => role),
      ['lab'],
    );
    const online = [...sampleKeys.snapshot, ...sampleKeys.timestamp];
    assert.equal(repository.sign([third[1], ...online]).live, true);
    assert.equal(repository.publishModule(labModule(1), [third[0], ...online]).live, true);
    refused('outside-delegation', /exit-policy\/\*/, () =>
      repository.publishModule(sampleModule(1, { role: 'lab', module: 'sly' }), [third[0], ...online]),
    );
    repository.publishModule(sampleModule(1), publishers);
    const target = { module: 'strict-cells', version: 1 };
    refused('outside-delegation', /exit-policy\/\*/, () =>
      repository.revoke({ target, reason: 'rivalry', role: 'lab' }, [third[0], ...online]),
    );
    // The developers may revoke what the third party published.
    const lab = { module: 'lab-exit', version: 1 };
    repository.revoke({ target: lab, reason: 'harmful', role: 'targets' }, publishers);
    assert.equal(repository.targets().filter(isRevocation)[0].role, 'targets');
  });

  it('keys of a third party are rotated by the developers and signed by the third party', () => {
    const repository = sampleRepository();
    repository.delegate(LAB, publishers);
    const fresh = developmentKey(12);
    const remove = third.map(({ keyId }) => keyId);
    const { keyId, publicHex } = fresh;
    const staged = repository.rotate('lab', { add: [{ keyId, publicHex }], remove }, publishers);
    assert.deepEqual(
      staged.waiting.map(({ role, version }) => [role, version]),
      [['lab', 2]],
    );
    assert.equal(repository.sign([fresh, ...publishers]).live, true);
    refused('wrong-key', /lab/, () => repository.publishModule(labModule(1), [...third, ...publishers]));
    repository.withdrawDelegation('lab', publishers);
    refused('unknown-role', /there are targets/, () => repository.publishModule(labModule(1), [fresh]));
    refused('unknown-role', /another name/, () => repository.delegate(LAB, publishers));
  });

  it('refuses names of roles that would clash', () => {
    const repository = sampleRepository();
    for (const name of ['root', 'targets', 'snapshot', 'timestamp', '7', 'Lab', '../lab', '']) {
      refused('unknown-role', /traffic-lab/, () => repository.delegate({ ...LAB, name }, publishers));
    }
    refused('outside-delegation', /hooks/, () => repository.delegate({ ...LAB, hooks: ['*'] }, publishers));
    refused('outside-delegation', /hooks/, () => repository.delegate({ ...LAB, hooks: [] }, publishers));
  });
});

describe('a repository that somebody else has changed', () => {
  it('is not built on, whichever file it is', () => {
    const storage = new MemoryStorage();
    const repository = sampleRepository(sampleOptions(storage));
    repository.delegate(LAB, publishers);
    repository.renew('root', everybody);
    const metadata = storage.list().filter((name) => name.endsWith('.json'));
    const live = [
      '1.root.json',
      '2.root.json',
      '2.targets.json',
      '1.lab.json',
      '3.snapshot.json',
      'timestamp.json',
    ];
    for (const name of live) {
      assert.ok(metadata.includes(name), name);
      for (const bytes of [null, Buffer.from('{}'), Buffer.from('\u00ff'), bent(storage.read(name)!)]) {
        const copy = storage.copy();
        copy.write(new Map([[name, bytes]]));
        // Without its last root a repository is an older one, whose timestamp may still be good.
        if (name === '2.root.json' && bytes === null) continue;
        const problem = name === '1.root.json' && bytes === null ? 'absent' : 'unsound';
        refused(problem, /restore|make one/, () => UpdateRepository.open(sampleOptions(copy)));
      }
    }
  });

  it('nor one under a root that the root before did not sign', () => {
    const [ours, theirs] = [new MemoryStorage(), new MemoryStorage()];
    sampleRepository(sampleOptions(ours));
    const strangers = developmentKeys('rotation', 1);
    const role = { keys: strangers, threshold: 1 };
    UpdateRepository.create(sampleOptions(theirs), {
      roles: { root: role, targets: role, snapshot: role, timestamp: role },
    }).renew('root', strangers);
    theirs.write(new Map([['1.root.json', ours.read('1.root.json')]]));
    refused('unsound', /2\.root\.json lacks 2 valid/, () => UpdateRepository.open(sampleOptions(theirs)));
  });

  it('nor one put together from two publications', () => {
    const storage = new MemoryStorage();
    const repository = sampleRepository(sampleOptions(storage));
    const other = storage.copy();
    repository.publishModule(sampleModule(1), publishers);
    UpdateRepository.open(sampleOptions(other)).publishModule(sampleModule(2), publishers);
    for (const name of ['2.targets.json', '2.snapshot.json', 'timestamp.json']) {
      const mixed = storage.copy();
      mixed.write(new Map([[name, other.read(name)]]));
      refused('unsound', /restore/, () => UpdateRepository.open(sampleOptions(mixed)));
    }
  });
});

/** The same metadata, expiring in another year. */
function bent(bytes: Uint8Array): Uint8Array {
  const text = Buffer.from(bytes).toString('utf8');
  const other = text.replace(/"expires":"\d/, '"expires":"3');
  assert.notEqual(other, text);
  return Buffer.from(other);
}
