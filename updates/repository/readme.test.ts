import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { registerUpdateCommands } from '../cli/register.ts';

const home = mkdtempSync(path.join(tmpdir(), 'relaywave-readme-'));
after(() => rmSync(home, { recursive: true }));

const README = readFileSync(fileURLToPath(new URL('./README.md', import.meta.url)), 'utf8');

/** The `update` command lines of its code blocks, as words. */
function commandLines(): string[][] {
  const blocks = [...README.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, block]) => block.split('\n'));
  return blocks
    .filter((line) => line.startsWith('npm run update -- '))
    .map((line) => [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, word]) => quoted ?? word).slice(4));
}

const privateKeys = (folder: string, begin = '') =>
  readdirSync(path.join(home, folder))
    .filter((name) => name.startsWith(begin) && name.endsWith('.key.json'))
    .sort();

/** What a reader puts in the place of the words in capitals. */
function filledIn(word: string): string {
  if (word === 'ID') return privateKeys('keys/online', 'timestamp')[0].slice('timestamp-'.length).slice(0, 8);
  const [one, two] = word.startsWith('keys/targets/') ? privateKeys('keys/targets') : [];
  return word.replace('ONE.key.json', one).replace('TWO.key.json', two);
}

it('the commands of the README work, one after the other', async () => {
  const lines = commandLines();
  assert.ok(lines.length >= 18, `${lines.length} commands`);
  let nowMs = Date.UTC(2026, 0, 1);
  const said: string[] = [];
  for (const words of lines) {
    let code: number | null = null;
    const program = new Command().exitOverride();
    registerUpdateCommands(program, {
      out: (line) => said.push(line),
      err: () => {},
      finish: (finished) => {
        code = finished;
      },
      userFolder: home,
      nowMs: () => (nowMs += 60_000),
    });
    await program.parseAsync(['update', ...words.map(filledIn)], { from: 'user' });
    assert.equal(code, 0, words.join(' '));
  }
  const text = said.join('\n');
  assert.equal([...text.matchAll(/^staged: /gm)].length, 2, 'too few keys twice');
  for (const what of [
    'strict-cells 1',
    'revocation',
    'keys of timestamp',
    'vegas-window 1',
    'end of traffic-lab',
  ]) {
    assert.match(text, new RegExp(`^published: ${what}`, 'm'));
  }
});
