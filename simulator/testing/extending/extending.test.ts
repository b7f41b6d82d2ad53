/** The examples of docs/extending fit the sources as they are, and do what their pages say. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Summary } from '../../measure/summary.ts';
import { TreeCopy } from '../tree-copy.ts';
import {
  filesOf,
  GENERATED,
  howToRenew,
  KINDS,
  type Kind,
  PROJECT,
  patchOf,
  readPage,
  readPatch,
  scenarioOf,
} from './example.ts';

const WHAT_TO_DO =
  'a patch of docs/extending no longer fits what it changes; docs/extending/README.md says how to renew it';

/** What each page's scenario shows, beyond the assertions that it states itself. */
const SHOWN: Readonly<Record<Kind, (summary: Summary) => void>> = {
  hook: ({ arms }) => assert.equal(arms.live!.rolledBack, 0),
  channel: ({ arms }) => {
    assert(arms.gossip!.reachedFraction < 1, 'gossip alone misses somebody');
    assert.equal(arms['anti-entropy']!.reachedFraction, 1);
  },
  fault: ({ arms }) => {
    const [hole] = arms.live!.faults!;
    assert.equal(hole!.kind, 'blackhole');
    assert(hole!.effects > 0);
  },
  engine: ({ engine, arms }) => {
    assert.equal(engine, 'ideal');
    assert.equal(arms.live!.cost!.duplicates, 0);
  },
};

describe('the examples of docs/extending', () => {
  const copy = new TreeCopy(PROJECT);
  const files = KINDS.flatMap((kind) => filesOf(readPatch(kind)));
  /** What Git has against each patch by itself. */
  const against = new Map<Kind, string>();
  let isPatched = false;

  before(() => {
    for (const kind of KINDS) {
      const { said, status } = run('git', 'apply', '--check', patchOf(kind));
      if (status !== 0) against.set(kind, `${said}\n${howToRenew(kind)}`);
    }
    isPatched = run('git', 'apply', ...KINDS.map(patchOf)).status === 0;
    if (isPatched) relaywave('schema');
  });
  after(() => copy.remove());

  function run(command: string, ...args: string[]) {
    const { NODE_TEST_CONTEXT: _ofThisTest, ...environment } = process.env;
    const env = {
      ...environment,
      TMPDIR: copy.temporary,
      GIT_CEILING_DIRECTORIES: join(copy.root, '..'),
      NO_COLOR: '1',
    };
    const { stdout, stderr, status } = spawnSync(command, args, { cwd: copy.root, encoding: 'utf8', env });
    return { stdout, said: `${stdout}${stderr}`, status };
  }

  function succeeds(command: string, ...args: string[]): string {
    const { stdout, said, status } = run(command, ...args);
    assert.equal(status, 0, `${command} ${args.join(' ')}\n${said}\n${WHAT_TO_DO}`);
    return stdout;
  }

  const node = (...args: string[]): string => succeeds(process.execPath, ...args);
  const relaywave = (...args: string[]): string => node('simulator/cli/relaywave.mjs', ...args);
  const bin = (name: string): string => join('node_modules', '.bin', name);

  for (const kind of KINDS) {
    it(`${kind}: the patch applies to the sources, and its page goes through every file of it`, () => {
      assert.equal(against.get(kind), undefined);
      const files = filesOf(readPatch(kind));
      assert(files.some(({ bringsTests }) => bringsTests));
      const page = readPage(kind);
      for (const { path } of files) {
        assert(page.includes(path), `${kind}.md says nothing of ${path}`);
        assert(!GENERATED.includes(path), `${patchOf(kind)} has ${path}, which a command writes`);
      }
    });
  }

  it('together: they apply, their entries stand in the newest part of the changelog, style and types are right', () => {
    assert(isPatched, WHAT_TO_DO);
    const newest = copy.read('CHANGELOG.md').split(/^## /m)[1]!;
    for (const word of ['stream-limit', 'anti-entropy', 'blackhole', 'ideal'])
      assert(newest.includes(`\`${word}\``));
    const styled = files.map(({ path }) => path).filter((path) => /\.(ts|json)$/.test(path));
    succeeds(bin('biome'), 'check', ...new Set(styled));
    node(bin('tsc'), '--noEmit');
  });

  it('together: the tests that they bring pass', () => {
    assert(isPatched, WHAT_TO_DO);
    const tests = files.filter(({ bringsTests }) => bringsTests);
    // One process for all: what costs is loading the sources.
    copy.write('brought.test.ts', tests.map(({ path }) => `import './${path}';\n`).join(''));
    node(bin('tsx'), 'brought.test.ts');
  });

  for (const kind of KINDS) {
    it(`${kind}: the scenario of its page comes out as the page says`, () => {
      assert(isPatched, WHAT_TO_DO);
      copy.write(`${kind}.yaml`, scenarioOf(readPage(kind)));
      const said = relaywave('simulate', `${kind}.yaml`, '--out', join('out', kind), '--json', '--quiet');
      SHOWN[kind](JSON.parse(said) as Summary);
    });
  }
});
