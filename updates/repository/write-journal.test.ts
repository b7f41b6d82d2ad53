import assert from 'node:assert/strict';
import * as fileSystem from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { type JournalFileSystem, WriteJournal } from './write-journal.ts';

const home = fileSystem.mkdtempSync(path.join(tmpdir(), 'relaywave-journal-'));
after(() => fileSystem.rmSync(home, { recursive: true }));

/** The real file system, which writes down what is flushed and what is moved, by name. */
function recording() {
  const happened: string[] = [];
  const opened = new Map<number, string>();
  const files: JournalFileSystem = {
    ...fileSystem,
    openSync: (name, flags, mode) => {
      const descriptor = fileSystem.openSync(name, flags, mode);
      opened.set(descriptor, path.basename(String(name)));
      return descriptor;
    },
    fsyncSync: (descriptor) => {
      happened.push(`flush ${opened.get(descriptor)}`);
      fileSystem.fsyncSync(descriptor);
    },
    renameSync: (from, to) => {
      happened.push(`move ${path.basename(String(from))} to ${path.basename(String(to))}`);
      fileSystem.renameSync(from, to);
    },
  };
  return { files, happened };
}

describe('a write journal', () => {
  it('flushes every file before the order that names it, and the order before anything is moved', () => {
    const { files, happened } = recording();
    const at = (name: string): string => path.join(home, name);
    fileSystem.writeFileSync(at('old'), 'old');
    new WriteJournal(path.join(home, 'journal'), files).write([
      [at('one'), Buffer.from('1')],
      [at('old'), null],
      [at('two'), Buffer.from('2')],
    ]);
    assert.deepEqual(happened.slice(0, 6), [
      `flush ${path.basename(home)}`,
      'flush 0',
      'flush 2',
      'flush order.unfinished',
      'move order.unfinished to order.json',
      'flush journal',
    ]);
    assert.deepEqual(
      happened.filter((what) => what.startsWith('move')),
      ['move order.unfinished to order.json', 'move 0 to one', 'move 2 to two'],
    );
    assert.deepEqual(fileSystem.readdirSync(home).sort(), ['one', 'two']);
  });
});
