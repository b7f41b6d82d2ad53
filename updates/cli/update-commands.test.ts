import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { catalogue } from '../../node/hooks/catalogue/catalogue.ts';
import { UPDATES_FOLDER } from '../build.ts';
import { runUpdate } from '../testing/update-command.ts';
import { UpdateError } from '../update-file.ts';

const home = mkdtempSync(path.join(tmpdir(), 'relaywave-update-'));
after(() => rmSync(home, { recursive: true }));

const run = (...args: string[]) => runUpdate(args, { userFolder: home });

describe('update init', () => {
  for (const hook of catalogue.keys()) {
    for (const language of ['wat', 'assemblyscript']) {
      it(`${hook} in ${language}: what it writes builds, is admitted, and can be tested at once`, async () => {
        const name = `./new-${hook}-${language}`;
        const started = await run('init', name, '--hook', hook, '--language', language);
        assert.equal(started.code, 0);
        assert.equal(started.out.split('\n').length, 3);
        const tested = await run('test', name, '--json');
        const report = JSON.parse(tested.out);
        // Its one answer fits the first vector, and cannot fit all that some hooks expect.
        if (report.rejected === null) assert.equal(report.vectors[0].problem, null);
        else assert.match(report.rejected.rejected, /^canary-(result|contract)$/, tested.out);
      });
    }
  }

  it('refuses a hook that is not there, a language it does not know, and a folder that is', async () => {
    const unknown = await run('init', './x', '--hook', 'nope');
    assert.equal(unknown.code, 2);
    assert.match(unknown.err, /no hook "nope"; there are cell-admission, /);
    assert.equal((await run('init', './x', '--hook', 'exit-policy', '--language', 'c')).code, 2);
    await assert.rejects(run('init', '.', '--hook', 'exit-policy'), UpdateError);
    await assert.rejects(run('init', './Bad_Name', '--hook', 'exit-policy'), /lower-case letters/);
    assert.equal(existsSync(path.join(home, 'x')), false);
  });
});

describe('update test', () => {
  it('every good update of this project passes its vectors', async () => {
    const { readdirSync } = await import('node:fs');
    const names = readdirSync(UPDATES_FOLDER).filter((name) =>
      existsSync(path.join(UPDATES_FOLDER, name, 'vectors.json')),
    );
    assert.ok(names.length >= 9, names.join());
    const { out, code } = await run('test', ...names);
    assert.equal(code, 0, out);
  });

  it('says what a vector got and what it wanted', async () => {
    await run('init', './wrong', '--hook', 'exit-policy');
    writeFileSync(
      path.join(home, 'wrong', 'vectors.json'),
      '[{ "title": "web", "args": [16843009, 443], "expect": 1 }, { "title": "mail", "args": [16843009, 25], "expect": 0 }]',
    );
    writeFileSync(
      path.join(home, 'wrong', 'module.wat'),
      '(module (func (export "may_exit") (param i32 i32) (result i32) (i32.and (i32.ge_u (local.get 1) (i32.const 443)) (i32.ne (local.get 0) (i32.const 0xc0a80101)))))',
    );
    const { out, code } = await run('test', './wrong');
    assert.equal(code, 1);
    assert.match(out, /rejected: canary-contract: vector 2: result 1/);
  });

  it('names every mistake of vectors.json with its place', async () => {
    await run('init', './vectors', '--hook', 'padding-decision');
    const file = path.join(home, 'vectors', 'vectors.json');
    writeFileSync(
      file,
      '[{ "args": [1, 2] }, { "args": [1, -2, "zz"] }, { "args": [1, 2, "a5*17"], "want": 3 }, 7]',
    );
    await assert.rejects(run('test', './vectors'), (error: Error) => {
      assert.match(error.message, /\[0\]\.args: must be the 3 arguments event, random, machine/);
      assert.match(error.message, /\[1\]\.args\[1\] \(random\): must be a whole number from 0 to 4294967295/);
      assert.match(error.message, /\[2\]\.want: unknown key/);
      assert.match(error.message, /\[3\]: must be an object/);
      return true;
    });
  });
});

describe('update build', () => {
  it('prints name, size, hook and hash', async () => {
    await run('init', './built', '--hook', 'exit-policy');
    const first = await run('build', './built');
    assert.match(first.out, /^built {2}\d+ bytes {2}exit-policy {2}[0-9a-f]{16}$/);
    assert.match((await run('build', './built')).out, /unchanged$/);
  });
});

describe('update inspect', () => {
  it('shows sections, exports and the verdict of the hook that fits', async () => {
    const { out, code } = await run(
      'inspect',
      path.join(UPDATES_FOLDER, 'reduced-exit', 'build', 'module.wasm'),
    );
    assert.equal(code, 0);
    assert.match(out, /0x[0-9a-f]{4} +\d+ {2}data/);
    assert.match(out, /may_exit: function \(i32,i32\)->\(i32\)/);
    assert.match(out, /1 to 1 pages, 272 bytes of data/);
    assert.match(out, /admission for exit-policy\n {2}admitted: 2 functions/);
  });

  it('shows where a broken file breaks, and says for another hook why it does not fit', async () => {
    const whole = readFileSync(path.join(UPDATES_FOLDER, 'strict-cells', 'build', 'module.wasm'));
    writeFileSync(path.join(home, 'cut.wasm'), whole.subarray(0, 60));
    const cut = await run('inspect', './cut.wasm');
    assert.equal(cut.code, 1);
    assert.match(cut.out, /broken: unexpected end/);
    assert.match(cut.out, /rejected: malformed: unexpected end \(at 0x/);
    assert.match(cut.out, /\[[0-9a-f]{2}\]/);
    writeFileSync(path.join(home, 'whole.wasm'), whole);
    const other = await run('inspect', './whole.wasm', '--hook', 'exit-policy', '--json');
    assert.equal(JSON.parse(other.out).verdicts[0].rejected.rejected, 'export-unexpected');
    await assert.rejects(run('inspect', './nothing.wasm'), /nothing\.wasm: ENOENT/);
  });
});
