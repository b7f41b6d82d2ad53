import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { deflateSync } from 'node:zlib';
import { BrokenPieceError, packFiles, type RunFile, unpackFiles } from './run-files.ts';

const FILES: RunFile[] = [
  { name: 'summary.json', bytes: Buffer.from('{}\n') },
  { name: 'stages.parquet', bytes: Buffer.from([0, 10, 255, 0]) },
  { name: 'empty.csv', bytes: Buffer.alloc(0) },
];

function told(files: readonly RunFile[]): [string, string][] {
  return files.map(({ name, bytes }) => [name, Buffer.from(bytes).toString('hex')]);
}

/** A piece whose list of files says this. */
function pieceOf(header: unknown, bytes = ''): Buffer {
  return deflateSync(Buffer.from(`${JSON.stringify(header)}\n${bytes}`));
}

const HASH_OF_A = 'ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb';

describe('the files of a run in one piece', () => {
  it('come out as they went in, and the same files make the same piece', async () => {
    const piece = await packFiles(FILES);
    assert.deepEqual(told(await unpackFiles(piece)), told(FILES));
    assert.deepEqual(await packFiles(FILES), piece);
  });

  it('a piece that was cut or changed anywhere does not open', async () => {
    const piece = await packFiles(FILES);
    for (let length = 0; length < piece.length; length++) {
      await assert.rejects(unpackFiles(piece.subarray(0, length)), BrokenPieceError, `cut at ${length}`);
    }
    for (let place = 0; place < piece.length; place++) {
      const changed = Buffer.from(piece);
      changed[place] = (changed[place] as number) ^ 0x55;
      await assert.rejects(unpackFiles(changed), BrokenPieceError, `changed at ${place}`);
    }
  });

  it('names that would lead out of the folder, names given twice, and bytes of nobody are refused', async () => {
    const file = { name: 'a.txt', length: 1, sha256: HASH_OF_A };
    assert.equal((await unpackFiles(pieceOf([file], 'a'))).length, 1);
    for (const name of ['../a.txt', '/a.txt', 'charts/a.svg', '.hidden', '', 'A.txt', 'a\\b']) {
      await assert.rejects(unpackFiles(pieceOf([{ ...file, name }], 'a')), /list of files does not read/);
    }
    await assert.rejects(unpackFiles(pieceOf([file, file], 'aa')), /not those of its list/);
    await assert.rejects(unpackFiles(pieceOf([file], 'ab')), /not those of its list/);
    await assert.rejects(unpackFiles(pieceOf([{ ...file, length: -1 }], 'a')), /does not read/);
    await assert.rejects(unpackFiles(pieceOf([file], 'b')), /a.txt is damaged/);
  });
});
