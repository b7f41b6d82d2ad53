import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, it } from 'node:test';
import { groupFiles, testGroups } from './test-groups.ts';

describe('test files in processes', () => {
  const root = mkdtempSync(join(tmpdir(), 'relaywave-groups-'));
  after(() => rmSync(root, { recursive: true }));

  function file(path: string, text = "it('is', () => {});"): string {
    const place = join(root, path);
    mkdirSync(dirname(place), { recursive: true });
    writeFileSync(place, text);
    return place;
  }

  it('those of a room share one, up to a number', () => {
    const trust = Array.from({ length: 30 }, (_unused, index) => file(`node/trust/a${index + 10}.test.ts`));
    const wasm = [file('node/wasm/a.test.ts'), file('node/wasm/deep/b.test.ts')];
    assert.deepEqual(testGroups(root, [...trust, ...wasm]), [trust.slice(0, 24), trust.slice(24), wasm]);
  });

  it('one that changes the process, or hooks into every test, has its own', () => {
    const plain = [file('node/hooks/a.test.ts'), file('node/hooks/b.test.ts')];
    for (const text of [
      'after(() => {});',
      "process.env.TZ = 'UTC';",
      'mock.timers.enable();',
      "chdir('/');",
    ]) {
      const other = file('node/hooks/c.test.ts', text);
      assert.deepEqual(testGroups(root, [...plain, other]), [plain, [other]], text);
    }
    const within = file('node/hooks/c.test.ts', "describe('d', () => {\n  after(() => {});\n});");
    assert.deepEqual(testGroups(root, [...plain, within]), [[...plain, within]]);
  });

  it('so has each of a room whose tests start processes', () => {
    const files = [file('simulator/cli/a.test.ts'), file('simulator/cli/b.test.ts')];
    assert.deepEqual(testGroups(root, files), [[files[0]], [files[1]]]);
  });

  it('a group is one file that loads all of its files', () => {
    const [one, two, three] = ['a', 'b', 'c'].map((name) => file(`node/relay/${name}.test.ts`)) as [
      string,
      string,
      string,
    ];
    const [alone, group] = groupFiles(root, [[one], [two, three]]) as [string, string];
    assert.equal(alone, one);
    assert.equal(readFileSync(group, 'utf8'), `import 'file://${two}';\nimport 'file://${three}';\n`);
  });
});
