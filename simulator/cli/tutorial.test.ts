/** docs/tutorial.md as its reader would follow it: files are saved, commands are run, what is shown is what comes out. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { PACKAGE_FOLDER } from './workplace.ts';

const TUTORIAL = readFileSync(join(PACKAGE_FOLDER, 'docs', 'tutorial.md'), 'utf8');
const BLOCKS = /```(?<language>\w+)\n(?<text>.*?)```/gs;
const SAVED_AS = /[Ss]ave this as `(?<file>[\w.]+)`[^`]*$/s;
const EXIT_CODE = / +# exit code (?<code>\d+)$/;
const RUN_IN_CI_ITSELF = 'npm ci';

describe('the tutorial', () => {
  const folder = mkdtempSync(join(tmpdir(), 'relaywave-tutorial-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  symlinkSync(join(PACKAGE_FOLDER, 'scenarios'), join(folder, 'scenarios'));

  function run(line: string): string {
    const [call, code = '0'] = line.split(EXIT_CODE);
    const parts = /^npm run (?<verb>\w+) -- (?<args>.*)$/.exec(call!)?.groups;
    assert(parts !== undefined, `a command that this test cannot run: ${line}`);
    const command = join(PACKAGE_FOLDER, 'simulator', 'cli', 'relaywave.mjs');
    const { stdout, stderr, status } = spawnSync(
      process.execPath,
      [command, parts.verb!, ...parts.args!.trim().split(/\s+/)],
      { cwd: folder, encoding: 'utf8', env: { ...process.env, COLUMNS: '80', NO_COLOR: '1' } },
    );
    assert.equal(status, Number(code), `${line}\n${stderr}`);
    return `${stdout}\n${stderr}`;
  }

  it('leads from clone to an own question by commands that print what it shows', () => {
    let [output, file, shown] = ['', '', 0];
    for (const { index, groups } of TUTORIAL.matchAll(BLOCKS)) {
      const { language, text } = groups as { language: string; text: string };
      if (language === 'sh') {
        const commands = text.split('\n').filter((line) => line !== '' && line !== RUN_IN_CI_ITSELF);
        output = commands.map(run).join('\n');
      } else if (language === 'text') {
        assert(output.includes(text.trimEnd()), `not printed:\n${text}\nbut:\n${output}`);
        shown++;
      } else {
        const saved = SAVED_AS.exec(TUTORIAL.slice(0, index))?.groups?.file;
        // A block without a file of its own is the line of the last one that is to be changed.
        if (saved === undefined) changeLine(join(folder, file), text);
        else writeFileSync(join(folder, (file = saved)), text);
      }
    }
    assert.equal(shown, 7);
  });
});

/** Puts a line in the place of the one that begins with the same key. */
function changeLine(file: string, line: string): void {
  const key = /^\s*[\w-]+:/.exec(line)![0];
  const lines = readFileSync(file, 'utf8').split('\n');
  const at = lines.findIndex((other) => other.startsWith(key));
  assert(at >= 0, `${file} has no line ${key}`);
  writeFileSync(file, lines.with(at, line.trimEnd()).join('\n'));
}
