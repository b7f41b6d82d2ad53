import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { canonicalize } from '@tufjs/canonical-json';
import { defineHook } from '../../node/hooks/define-hook.ts';
import { bytes, f64, i32, i64, u32, u64 } from '../../node/hooks/parameter.ts';
import { moduleCustomSchema } from '../../node/trust/update-target.ts';
import { readVectors as readPublished } from '../../node/updates/vector-json.ts';
import { UPDATES_FOLDER } from '../build.ts';
import { hookOf } from '../cli/test-update.ts';
import { readVectors, VECTOR_FILE } from '../cli/vector-file.ts';
import { readUpdateFile } from '../update-file.ts';
import { publishedVectors } from './vector-text.ts';

const everyKind = defineHook({
  id: 'every-kind',
  interfaceVersion: 1,
  summary: 'Has a parameter of each kind.',
  entry: 'run',
  parameters: [i32('a'), u32('b'), i64('c'), u64('d'), f64('e'), bytes('f', 8)],
  result: 'f64',
  stateBytes: 0,
  fuel: 100,
  default: () => 0,
  check: () => true,
  vectors: [{ args: [0, 0, 0n, 0n, 0, new Uint8Array(8)], expect: 0 }],
});

describe('published vectors', () => {
  it('a relay reads what the author wrote, whatever the kind', () => {
    const buffer = Uint8Array.of(0, 7, 255, 0, 1, 0, 0, 0);
    const vectors = [
      { args: [-1, 4294967295, -(2n ** 63n), 2n ** 64n - 1n, 0.1, buffer], expect: 1e300 },
      { args: [0, 0, 0n, 5n, -0, new Uint8Array(8)], expect: -0 },
      { args: [7, 7, 7n, 7n, -1.5e-7, buffer], expect: 3 },
    ];
    const published = publishedVectors(vectors);
    // It survives being signed, and is of the form that targets have.
    const read = moduleCustomSchema.shape.vectors.parse(JSON.parse(canonicalize(published)));
    assert.deepEqual(readPublished(everyKind, read), vectors);
  });

  it('leaves out what relays cannot try: states, no result, numbers that are none, the thirty-third', () => {
    const args = [0, 0, 0n, 0n, 0, new Uint8Array(8)];
    assert.deepEqual(publishedVectors([{ args, expect: 1, state: new Uint8Array(4) }, { args }]), []);
    assert.deepEqual(publishedVectors([{ args, expect: Number.NaN }]), []);
    const infinite = args.with(4, Number.POSITIVE_INFINITY);
    assert.deepEqual(publishedVectors([{ args: infinite, expect: 1 }]), []);
    assert.equal(publishedVectors(Array.from({ length: 40 }, () => ({ args, expect: 1 }))).length, 32);
  });

  it('those of every update of this project are read back by its hook', () => {
    let read = 0;
    for (const name of readdirSync(UPDATES_FOLDER)) {
      const folder = path.join(UPDATES_FOLDER, name);
      if (!readdirSyncOrNone(folder).includes(VECTOR_FILE)) continue;
      const hook = hookOf({ ...readUpdateFile(folder), folder });
      const published = publishedVectors(readVectors(folder, hook));
      assert.equal(readPublished(hook, published)?.length, published.length, name);
      read += published.length;
    }
    assert.ok(read >= 20, `${read} vectors`);
  });
});

function readdirSyncOrNone(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
