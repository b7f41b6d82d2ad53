import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { describe, it } from 'node:test';
import { shellWord } from '../report/shell-word.ts';
import { UsageError } from './exit-code.ts';
import { repeatLine } from './repeat-line.ts';
import { findWorkplace, PACKAGE_FOLDER, shownPath } from './workplace.ts';

const NPM = {
  npm_lifecycle_event: 'simulate',
  npm_package_json: `${PACKAGE_FOLDER}/package.json`,
  INIT_CWD: '/home/ada/study',
};

describe('the workplace', () => {
  it('under npm, paths are relative to where its user stands and results go to the package', () => {
    assert.deepEqual(findWorkplace(PACKAGE_FOLDER, NPM), {
      userFolder: '/home/ada/study',
      resultsHome: PACKAGE_FOLDER,
    });
  });

  it('called directly, by npx, or by another package, the current folder is both', () => {
    const here = { userFolder: tmpdir(), resultsHome: tmpdir() };
    assert.deepEqual(findWorkplace(tmpdir(), {}), here);
    assert.deepEqual(findWorkplace(tmpdir(), NPM), here);
    const npx = findWorkplace(PACKAGE_FOLDER, { ...NPM, npm_lifecycle_event: 'npx' });
    assert.equal(npx.userFolder, PACKAGE_FOLDER);
    const other = findWorkplace(PACKAGE_FOLDER, { ...NPM, npm_package_json: `${tmpdir()}/package.json` });
    assert.equal(other.userFolder, PACKAGE_FOLDER);
  });

  it('an option that npm kept for itself is refused, not lost', () => {
    assert.throws(
      () => findWorkplace(PACKAGE_FOLDER, { ...NPM, npm_config_seed: 'true' }),
      (error) => error instanceof UsageError && /put -- before it/.test(error.hint ?? ''),
    );
  });

  it('paths are shown as their user would write them', () => {
    assert.equal(shownPath('/home/ada/results/x', '/home/ada'), 'results/x');
    assert.equal(shownPath('/tmp/x', '/home/ada/a/long/way'), '/tmp/x');
  });

  it('the command that repeats a run survives a shell', () => {
    assert.equal(shellWord('a/b-c_1.yaml'), 'a/b-c_1.yaml');
    assert.equal(shellWord("it's $HOME"), `'it'\\''s $HOME'`);
    assert.equal(
      repeatLine('my file.yaml', 3, {
        engine: 'gossipsub',
        seed: '3',
        set: ['a.b=c', 'arms.x={channel: gossip}'],
      }),
      "npm run simulate -- 'my file.yaml' --seed 3 --engine gossipsub --set a.b=c --set 'arms.x={channel: gossip}'",
    );
  });
});
