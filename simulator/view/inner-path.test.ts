import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import fc from 'fast-check';
import { decodedParts, innerPath, pathParts } from './inner-path.ts';

describe('paths that a client names', () => {
  const outer = realpathSync(mkdtempSync(join(tmpdir(), 'relaywave-inner-')));
  const home = join(outer, 'results');
  mkdirSync(join(home, 'quick', 'seed-1'), { recursive: true });
  writeFileSync(join(home, 'quick', 'seed-1', 'report.html'), 'page');
  writeFileSync(join(outer, 'secret.txt'), 'secret');
  mkdirSync(join(outer, 'results-of-others'));
  symlinkSync(join(outer, 'secret.txt'), join(home, 'leads-out.txt'));
  symlinkSync(outer, join(home, 'folder-out'));
  symlinkSync(join(home, 'quick'), join(home, 'leads-in'));
  symlinkSync(join(outer, 'results-of-others'), join(home, 'sibling'));
  after(() => rmSync(outer, { recursive: true }));

  it('a file inside is found, also through a link that stays inside', async () => {
    const path = join(home, 'quick', 'seed-1', 'report.html');
    assert.deepEqual(await innerPath(home, pathParts('quick/seed-1/report.html')), { path });
    assert.deepEqual(await innerPath(home, pathParts('leads-in/seed-1/report.html')), { path });
    assert.deepEqual(await innerPath(home, decodedParts('quick/seed%2D1/report.html')), { path });
  });

  it('what climbs, hides, or is absolute on some system is refused by its looks', async () => {
    for (const given of [
      '..',
      '../secret.txt',
      'quick/../../secret.txt',
      'quick/./seed-1',
      '/etc/passwd',
      'quick//seed-1',
      '',
      '.hidden/file',
      'quick/.git',
      '..\\secret.txt',
      'quick\\seed-1',
      'C:/windows',
      'quick/seed-1:stream',
      'quick/seed-1\0.html',
      'quick/seed\n1',
      `${'a/'.repeat(20)}a`,
      'a'.repeat(256),
    ]) {
      assert.deepEqual(
        await innerPath(home, pathParts(given)),
        { refused: 'bad-path' },
        JSON.stringify(given),
      );
    }
  });

  it('no encoding gets past that: it is undone once, and what is left is judged', async () => {
    for (const given of [
      '%2e%2e/secret.txt',
      '..%2fsecret.txt',
      'quick%2Fseed-1',
      '%2e%2e%5csecret.txt',
      'quick/%00',
      '%252e%252e%252fsecret.txt/..',
      '%c0%ae%c0%ae/secret.txt',
      '%zz',
    ]) {
      assert.deepEqual(await innerPath(home, decodedParts(given)), { refused: 'bad-path' }, given);
    }
    // Encoded twice, it is the name of a file that is not there.
    assert.deepEqual(await innerPath(home, decodedParts('%252e%252e/secret.txt')), { refused: 'missing' });
  });

  it('a link that leads out is not followed, not even to a folder whose name begins alike', async () => {
    for (const given of ['leads-out.txt', 'folder-out', 'folder-out/secret.txt', 'sibling']) {
      assert.deepEqual(await innerPath(home, pathParts(given)), { refused: 'missing' }, given);
    }
  });

  it('whatever is named, an answer lies inside', async () => {
    const piece = fc.oneof(
      fc.constantFrom(
        '..',
        '.',
        'quick',
        'seed-1',
        'folder-out',
        'leads-in',
        'secret.txt',
        '%2e%2e',
        '\\',
        '\0',
      ),
      fc.string({ unit: 'binary', maxLength: 4 }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(piece, { maxLength: 6 }),
        fc.constantFrom('/', '%2f', '\\'),
        async (pieces, by) => {
          const given = pieces.join(by);
          for (const parts of [pathParts(given), decodedParts(given)]) {
            const found = await innerPath(home, parts);
            if ('path' in found) assert(found.path.startsWith(`${home}/`), given);
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});
