import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { RepositoryError } from '../repository/repository-error.ts';
import { type Outcome, runUpdate } from '../testing/update-command.ts';

const home = mkdtempSync(path.join(tmpdir(), 'relaywave-publish-'));
after(() => rmSync(home, { recursive: true }));

const START_MS = Date.UTC(2026, 0, 1);
const DAY_MS = 86_400_000;
let nowMs = START_MS;

/** Words are split at spaces. */
function run(line: string, ...more: string[]): Promise<Outcome> {
  return runUpdate([...line.split(' '), ...more], { userFolder: home, nowMs: () => nowMs });
}

/** The same, printing JSON. */
async function json(line: string, ...more: string[]) {
  const { out, code } = await run(`${line} --json`, ...more);
  assert.equal(code, 0, out);
  return JSON.parse(out);
}

async function fails(line: string, message: RegExp, ...more: string[]): Promise<void> {
  await assert.rejects(run(line, ...more), (error: unknown) => {
    assert.ok(error instanceof RepositoryError, String(error));
    assert.match(error.message, message);
    assert.match(error.message, /\n {4}hint: /);
    return true;
  });
}

async function isMistake(line: string, message: RegExp): Promise<void> {
  const { err, code } = await run(line);
  assert.equal(code, 2, line);
  assert.match(err, message);
}

const keyOf = (folder: string, end = '.key.json', place = 0) =>
  `${folder}/${
    readdirSync(path.join(home, folder))
      .filter((name) => name.endsWith(end))
      .sort()[place]
  }`;

const idOf = (file: string): string => JSON.parse(readFileSync(path.join(home, file), 'utf8')).keyid;

/** A repository of its own, with two of two root and targets keys. */
async function begin(name: string): Promise<void> {
  const made = await json(
    `repository create --repository ${name} --key root targets online --threshold root=2 targets=2`,
  );
  assert.deepEqual(made.versions, { root: 1, timestamp: 1, snapshot: 1, targets: { targets: 1 } });
}

before(async () => {
  await run('keys --role root --count 2 --out root');
  await run('keys --role targets --count 2 --out targets');
  await run('keys --role snapshot --out online');
  await run('keys --role timestamp --out online');
});

describe('update keys', () => {
  it('makes as many as asked for, for their owner only', async () => {
    const { out, code } = await run('keys --role root --count 3 --out many');
    assert.equal(code, 0);
    assert.equal(out.split('\n').length, 3);
    assert.match(out, /^[0-9a-f]{64} {2}.*root-[0-9a-f]{8}\.key\.json$/m);
    const names = readdirSync(path.join(home, 'many'));
    assert.equal(names.length, 6);
    for (const name of names.filter((found) => found.endsWith('.key.json'))) {
      if (process.platform === 'win32') break;
      assert.equal(statSync(path.join(home, 'many', name)).mode & 0o077, 0);
    }
  });

  it('development keys are marked, and said to be no secret', async () => {
    const { out, err } = await run('keys --role timestamp --development --out dev --json');
    assert.equal(JSON.parse(out).development, true);
    assert.match(err, /relays refuse development keys/);
    await isMistake(
      'keys --role timestamp --development --count 2 --out dev2',
      /there are 1 development keys/,
    );
  });

  it('refuses a role that cannot be, and a number that is none', async () => {
    await isMistake('keys --role Root! --out x', /--role Root!: must be lower-case/);
    await isMistake('keys --role root --count 0 --out x', /--count 0: must be a whole number from 1 to 32/);
    assert.equal(existsSync(path.join(home, 'x')), false);
  });
});

describe('update repository', () => {
  it('is begun once, and needs a key for each role', async () => {
    await begin('first');
    await fails(
      'repository create --repository first --key root targets online',
      /there is a repository already/,
    );
    await isMistake(
      'repository create --repository none --key root targets',
      /no key for snapshot; make one/,
    );
    await isMistake('repository create --repository none', /--key: give the keys/);
    await isMistake('repository create --repository none --key root --threshold root', /such as targets=2/);
    await fails('repository status --repository none', /none: there is no repository/);
    assert.equal(existsSync(path.join(home, 'none')), false);
    assert.equal(existsSync(path.join(home, 'none.staged')), false);
  });

  it('a folder that is none, or cannot be made, is told as such and not as a bug', async () => {
    const keys = '--key root targets online';
    const file = keyOf('root');
    await fails(`repository status --repository ${file}`, /cannot be used \(ENOTDIR/);
    await fails(`repository create --repository ${file}/below ${keys}`, /cannot be used \(ENOTDIR/);
    await fails(`publish strict-cells --repository ${file} ${keys}`, /cannot be used \(ENOTDIR/);
    await fails(`keys --role root --out ${file}`, /cannot be written \(EEXIST\)/);
  });

  it('status shows roles, updates and what is missing, and fails when something expires soon', async () => {
    await begin('shown');
    await run('publish strict-cells --repository shown --key targets online --rollout 5%');
    await run('publish reduced-exit --repository shown --key', keyOf('targets'));
    const { out, code } = await run('repository status --repository shown');
    assert.equal(code, 0);
    assert.match(out, /targets +2 +2 of 2 +2026-04-01T00:00:00Z \(90 d\)/);
    assert.match(out, /cell-admission\/strict-cells-1\.wasm {2}\d+ bytes {2}targets {2}5 %/);
    assert.match(out, /targets 3: lists exit-policy\/reduced-exit-1\.wasm/);
    const missing = idOf(keyOf('targets', '.key.json', 1)).slice(0, 8);
    assert.match(out, new RegExp(`targets 3 has 1 of 2 signatures; can sign: ${missing}`));
    const soon = await run('repository status --repository shown --within 2d');
    assert.equal(soon.code, 1);
    assert.match(soon.err, /renew timestamp/);
    nowMs += DAY_MS;
    const late = await run('repository status --repository shown --json');
    nowMs -= DAY_MS;
    assert.equal(late.code, 1);
    const { roles, waiting } = JSON.parse(late.out);
    assert.equal(roles.find(({ role }: { role: string }) => role === 'timestamp').secondsLeft, 0);
    assert.equal(waiting.length, 1);
    await isMistake('repository status --repository shown --within soon', /--within soon: must be a time/);
  });
});

describe('update publish', () => {
  it('publishes with its terms; a rollout is raised, a module revoked, and published no more', async () => {
    await begin('released');
    const published = await json(
      'publish strict-cells --repository released --key targets online --rollout 0.05 --jitter 10min --priority 7 --not-before 2026-02-01T00:00:00Z',
    );
    assert.equal(published.live, true);
    assert.equal(published.files.length, 4);
    const custom = () => {
      const { version } = JSON.parse(readFileSync(path.join(home, 'released', 'timestamp.json'), 'utf8'))
        .signed.meta['snapshot.json'];
      const file = path.join(home, 'released', `${version}.targets.json`);
      const { targets } = JSON.parse(readFileSync(file, 'utf8')).signed;
      return targets['cell-admission/strict-cells-1.wasm'].custom;
    };
    const { rollout, priority, notBefore, vectors, hook } = custom();
    assert.equal(rollout.fraction, '0.05');
    assert.equal(rollout.jitterSeconds, 600);
    assert.deepEqual([priority, notBefore, hook], [7, '2026-02-01T00:00:00Z', 'cell-admission']);
    assert.ok(vectors.length >= 5, 'its own vectors travel with it');
    await run('rollout strict-cells@1 50% --repository released --key targets online');
    assert.equal(custom().rollout.fraction, '0.5');
    assert.equal(custom().rollout.salt, rollout.salt);
    const revoked = await run(
      'revoke strict-cells@1 --repository released --key targets online --reason',
      'it drops cells',
    );
    assert.match(revoked.out, /^published: revocation of strict-cells@1\n.*\.revocation\.json/);
    const status = await run('repository status --repository released');
    assert.match(status.out, /strict-cells-1\.wasm .* revoked$/m);
    await fails('publish strict-cells --repository released --key targets online', /is revoked/);
  });

  it('tests it first: what relays would refuse, or fails its trial, is not published', async () => {
    await begin('tested');
    await fails(
      'publish bad-trap --repository tested --key targets online',
      /bad-trap: relays would refuse it/,
    );
    assert.equal((await json('repository status --repository tested')).updates.length, 0);
    const forced = await run('publish bad-trap --force --repository tested --key targets online');
    assert.match(forced.err, /published all the same/);
    assert.equal((await json('repository status --repository tested')).updates.length, 1);
  });

  it('a hook that is not of this version is refused, unless it is forced', async () => {
    await begin('forced');
    const { writeFileSync, mkdirSync } = await import('node:fs');
    mkdirSync(path.join(home, 'strange'));
    const update = { hook: 'strange-hook', interfaceVersion: 1, version: 1, source: 'module.wat' };
    writeFileSync(path.join(home, 'strange', 'update.json'), JSON.stringify(update));
    writeFileSync(path.join(home, 'strange', 'module.wat'), '(module)');
    await assert.rejects(
      run('publish ./strange --repository forced --key targets online'),
      /no strange-hook/,
    );
    const forced = await run('publish ./strange --force --repository forced --key targets online');
    assert.match(forced.err, /not a hook of this version; the update is published untested/);
    assert.match(forced.out, /^published: strange 1 for strange-hook/);
  });

  it('mistakes of the command line end with 2 and publish nothing', async () => {
    await begin('mistaken');
    const to = '--repository mistaken --key targets online';
    await isMistake('publish strict-cells --repository mistaken', /--key: give the private keys/);
    await isMistake(
      `publish strict-cells --rollout 200% ${to}`,
      /--rollout 200%: must be such as 0\.05 or 5%/,
    );
    await isMistake(`publish strict-cells --rollout 0 ${to}`, /--rollout 0: must be/);
    await isMistake(`publish strict-cells --jitter long ${to}`, /--jitter long: must be such as 10min/);
    await isMistake(`publish strict-cells --priority 1.5 ${to}`, /--priority 1\.5: must be a whole number/);
    await isMistake(
      `publish strict-cells --expires timestamp=soon ${to}`,
      /--expires timestamp=soon: must be/,
    );
    await isMistake(`publish strict-cells --expires moon=1d ${to}`, /must be a role of root/);
    await isMistake(`revoke strict-cells --reason x ${to}`, /strict-cells: must be its path, name@version/);
    await isMistake(
      `revoke strict-cells@1 --reason x --hook cell-admission ${to}`,
      /--hook and --module go together/,
    );
    assert.equal((await json('repository status --repository mistaken')).roles[1].version, 1);
  });

  it('--expires decides how long it is good for', async () => {
    await begin('expiring');
    await run(
      'publish strict-cells --repository expiring --key targets online --expires timestamp=12h targets=2d',
    );
    const { roles } = await json('repository status --repository expiring');
    const left = Object.fromEntries(
      roles.map(({ role, secondsLeft }: { role: string; secondsLeft: number }) => [role, secondsLeft]),
    );
    assert.deepEqual(left, {
      root: 365 * 86_400,
      targets: 172_800,
      snapshot: 30 * 86_400,
      timestamp: 43_200,
    });
  });

  it('a key that others can read signs nothing', { skip: process.platform === 'win32' }, async () => {
    await begin('readable');
    await run('keys --role targets --out open');
    const file = keyOf('open');
    chmodSync(path.join(home, file), 0o644);
    await fails('publish strict-cells --repository readable --key', /others than its owner/, file);
  });
});

describe('update sign, rotate, delegate', () => {
  it('signatures come one by one, each signer seeing what it signs', async () => {
    await begin('slow');
    const first = await run('publish strict-cells --repository slow --key', keyOf('targets'));
    assert.match(first.out, /^staged: strict-cells 1 for cell-admission\n {2}waits: targets 2 has 1 of 2/);
    assert.match(first.err, /next: .* sign --repository slow --key FILE/);
    await fails(
      'publish strict-cells --repository slow --key',
      /waits for signatures already/,
      keyOf('targets'),
    );
    await fails('sign --repository slow --key', /none of the keys may sign this/, keyOf('targets'));
    const second = await run('sign --repository slow --key', keyOf('targets', '.key.json', 1));
    assert.match(second.err, /signing: targets 2: lists cell-admission\/strict-cells-1\.wasm \{"sha256":"/);
    assert.match(second.out, /waits: snapshot 2 has 0 of 1 signatures/);
    const last = await run('sign --repository slow --key online');
    assert.match(last.out, /^published: what was staged/);
    await fails('sign --repository slow --key online', /nothing waits for signatures/);
    await run('publish reduced-exit --repository slow --key', keyOf('targets'));
    assert.equal((await run('sign --repository slow --discard')).code, 0);
    assert.deepEqual((await json('repository status --repository slow')).staged, []);
  });

  it('a rotated key signs nothing any more', async () => {
    await begin('rotated');
    await run('keys --role timestamp --out fresh');
    const old = idOf(keyOf('online', '.key.json', 1));
    const rotated = await run(
      `rotate timestamp --add fresh --remove ${old.slice(0, 8)} --repository rotated --key root online`,
    );
    assert.match(rotated.out, /^published: keys of timestamp\n(.*\n)*.*2\.root\.json/);
    await fails('timestamp --repository rotated --key online', /none of the keys may sign this/);
    assert.equal((await json('timestamp --repository rotated --key fresh')).versions.timestamp, 3);
    assert.equal((await json('renew root --repository rotated --key root online fresh')).versions.root, 3);
    await isMistake(
      'rotate targets --remove 12345678 --repository rotated --key root',
      /keys of targets are/,
    );
    await isMistake('rotate targets --threshold x --repository rotated --key root', /--threshold x: must be/);
  });

  it('a third party publishes for its hooks, once it has accepted, until it is withdrawn', async () => {
    await begin('shared');
    await run('keys --role lab --out lab');
    const delegated = await run(
      `delegate lab --hooks exit-policy --keys ${keyOf('lab', '.pub.json')} --repository shared --key targets online`,
    );
    assert.match(delegated.out, /waits: lab 1 has 0 of 1 signatures/);
    await run('sign --repository shared --key lab online');
    await run('publish reduced-exit --role lab --repository shared --key lab online');
    const { updates } = await json('repository status --repository shared');
    assert.deepEqual(
      updates.map(({ path: target, role }: { path: string; role: string }) => [target, role]),
      [['exit-policy/reduced-exit-1.wasm', 'lab']],
    );
    await fails(
      'publish strict-cells --role lab --repository shared --key lab online',
      /lab may not publish cell-admission\/strict-cells-1\.wasm\n.*exit-policy\/\*/,
    );
    await isMistake('delegate other --repository shared --key targets', /--hooks: which hooks/);
    await isMistake('delegate other --hooks exit-policy --repository shared --key targets', /--keys: give/);
    await run('delegate lab --withdraw --repository shared --key targets online');
    assert.deepEqual((await json('repository status --repository shared')).updates, []);
  });
});
