import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { RELAY } from '../hooks/catalogue/cell-commands.ts';
import { type Cell, CellPool } from './cell.ts';
import type { HopKeys } from './handshake.ts';
import { Keystream, KeystreamBudget, LONGEST_BATCH_CELLS } from './keystream.ts';
import { Onion, OnionLayer } from './onion.ts';
import { dataLengthOf, dataOf, streamIdOf, writeRelayHeader } from './relay-cell.ts';

const CELLS = 40;
const sha256 = (text: string) => createHash('sha256').update(text).digest();
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const fromLatin1 = (digest: string | null) => Buffer.from(digest!, 'latin1').toString('hex');

function keysOf(hop: number): HopKeys {
  const keys = Buffer.concat([createHash('sha512').update(`hop ${hop}`).digest(), sha256(`rest ${hop}`)]);
  return {
    forwardDigestSeed: keys.subarray(0, 20),
    backwardDigestSeed: keys.subarray(20, 40),
    forwardKey: keys.subarray(40, 56),
    backwardKey: keys.subarray(56, 72),
  };
}

/** A client's onion of three hops, and the layers as its relays have them. */
function circuit(budget = new KeystreamBudget()) {
  const onion = new Onion();
  for (let hop = 0; hop < 3; hop++) onion.add(new OnionLayer(keysOf(hop), budget));
  return { onion, relays: [0, 1, 2].map((hop) => new OnionLayer(keysOf(hop), budget)) };
}

function dataOfCell(n: number): Buffer {
  const repeated = Buffer.alloc(32 * (n % 15), sha256(`cell ${n}`));
  return Buffer.concat([repeated, Buffer.alloc(n, 'x')]).subarray(0, 498);
}

const hopOfCell = (n: number) => (n % 5 === 0 ? (n / 5) % 3 : 2);

function fill(cell: Cell, stream: number, data: Uint8Array): void {
  cell.bytes.fill(0);
  cell.data.set(data);
  writeRelayHeader(cell, RELAY.data, stream, data.length);
}

describe('onion', () => {
  it('agrees with vectors of an independent implementation: 40 cells each way, in every batch of keystream', () => {
    const cell = new CellPool().take();
    const { onion, relays } = circuit();
    const forward = createHash('sha256');
    const backward = createHash('sha256');
    const seen: string[] = [];
    for (let n = 0; n < CELLS; n++) {
      const hop = hopOfCell(n);
      fill(cell, n + 1, dataOfCell(n));
      const sent = onion.seal(cell, hop);
      forward.update(cell.payload);
      if (n === 0 || n === 39) seen.push(`${hex(cell.payload.subarray(0, 16))} ${fromLatin1(sent)}`);
      for (let i = 0; i < hop; i++)
        assert.equal(relays[i].peelForward(cell, false), null, `cell ${n} at hop ${i}`);
      assert.equal(relays[hop].peelForward(cell, false), sent);
      assert.deepEqual(Buffer.from(dataOf(cell)), dataOfCell(n));

      fill(cell, n + 1, Uint8Array.from(dataOfCell(n)).reverse());
      const answered = relays[hop].sealBackward(cell);
      for (let i = hop - 1; i >= 0; i--) relays[i].wrapBackward(cell);
      backward.update(cell.payload);
      if (n === 0 || n === 39) seen.push(`${hex(cell.payload.subarray(0, 16))} ${fromLatin1(answered)}`);
      assert.deepEqual([onion.open(cell), onion.digest], [hop, answered]);
      assert.deepEqual([streamIdOf(cell), dataLengthOf(cell)], [n + 1, dataOfCell(n).length]);
    }
    // Made by onion-vectors.py.
    assert.deepEqual(seen, [
      '89c626a0d6da79b114b52298aceb35b9 43c4b6912000af7d2626fb42b325985029fa306e',
      '109c3074c9e296087fb26cc855317208 5b6af9fb005209233284ce8356a5fa877b382ca6',
      '2d0106fadfa39de602bf768ee1c49815 79fee984d750fa24624893ea9e30d9e648156699',
      '9d1936110cf9775ee9a375055888088b 55d216cc649b0b589f37c20124edff288d788e29',
    ]);
    assert.equal(forward.digest('hex'), 'd28ea31bf1086b72cbb00201c45f73def59548de58a3580c79ad2107ff8a9438');
    assert.equal(backward.digest('hex'), 'e9ccb081b91fce6bc1352ffbde9613dbbaf7e771a13d6b7025e2cd63e56da182');
  });

  it('a cell with one bit changed on the way is recognized by nobody', () => {
    const pool = new CellPool();
    for (const at of [0, 5, 16, 508]) {
      const { onion, relays } = circuit();
      const cell = pool.take();
      fill(cell, 1, dataOfCell(14));
      onion.seal(cell, 2);
      cell.payload[at] ^= 0x10;
      for (const relay of relays) assert.equal(relay.peelForward(cell, false), null, `byte ${at}`);
    }
  });

  it('a lost cell, or one that comes twice, is noticed at the next', () => {
    const pool = new CellPool();
    const { onion, relays } = circuit();
    const cell = pool.take();
    fill(cell, 1, dataOfCell(3));
    onion.seal(cell, 2);
    fill(cell, 1, dataOfCell(4));
    onion.seal(cell, 2);
    for (const relay of relays) assert.equal(relay.peelForward(cell, false), null);
  });

  it('a foreign cell that looks recognized leaves the digest as it was', () => {
    const pool = new CellPool();
    const { onion, relays } = circuit();
    const foreign = pool.take();
    // Noise but for the two zero bytes, once the first relay has taken its layer off.
    fill(
      foreign,
      0x7777,
      Uint8Array.from({ length: 498 }, (_, i) => i * 7),
    );
    new Keystream(keysOf(0).forwardKey, new KeystreamBudget()).apply(foreign);
    const before = Buffer.from(foreign.payload);
    assert.equal(relays[0].peelForward(foreign, false), null);
    new Keystream(keysOf(0).forwardKey, new KeystreamBudget()).apply(foreign);
    assert.deepEqual(Buffer.from(foreign.payload), before, 'and goes on unchanged');
    // The client's own layer has used up its first cell as well.
    const skipped = pool.take();
    onion.seal(skipped, 0);
    const fresh = circuit().onion;
    const cell = pool.take();
    fill(cell, 1, dataOfCell(3));
    const layer = new Keystream(keysOf(0).forwardKey, new KeystreamBudget());
    layer.apply(skipped);
    const sent = fresh.seal(cell, 0);
    new Keystream(keysOf(0).forwardKey, new KeystreamBudget()).apply(cell);
    layer.apply(cell);
    assert.equal(relays[0].peelForward(cell, false), sent);
  });

  it('a truncated onion opens and seals for the hops that are left', () => {
    const pool = new CellPool();
    const { onion, relays } = circuit();
    onion.truncate(2);
    assert.equal(onion.hops, 2);
    const cell = pool.take();
    fill(cell, 9, dataOfCell(7));
    const sent = onion.seal(cell, 1);
    assert.equal(relays[0].peelForward(cell, false), null);
    assert.equal(relays[1].peelForward(cell, false), sent);
  });
});

describe('keystream', () => {
  it('the budget bounds what is held, the layer works on without it, and closing gives back', () => {
    const pool = new CellPool();
    const rich = new KeystreamBudget();
    const poor = new KeystreamBudget(3000);
    const [wide, narrow] = [rich, poor].map((budget) => new Keystream(keysOf(0).forwardKey, budget));
    for (let n = 0; n < 100; n++) {
      const [a, b] = [pool.blank(1, 3), pool.blank(1, 3)];
      wide.apply(a);
      narrow.apply(b);
      assert.deepEqual(a.payload, b.payload, `cell ${n}`);
    }
    assert.equal(rich.heldBytes, (LONGEST_BATCH_CELLS - 2) * 509);
    assert.ok(poor.heldBytes <= 3000 && poor.heldBytes > 0);
    wide.close();
    narrow.close();
    assert.deepEqual([rich.heldBytes, poor.heldBytes], [0, 0]);
  });
});
