import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { afterEach, describe, it } from 'node:test';
import type { Stream, StreamMessageEvent } from '@libp2p/interface';
import { startNode, type TestNode } from '../channels/testing/libp2p-node.ts';
import { RelayCore } from '../core.ts';
import type { Environment } from '../environment.ts';
import { cellAdmission } from '../hooks/catalogue/cell-admission.ts';
import { CELL, CELL_BYTES } from '../hooks/catalogue/cell-commands.ts';
import { HookRuntime } from '../hooks/hook-runtime.ts';
import { WEB } from '../testing/onion-world.ts';
import { wat } from '../testing/wat.ts';
import { MemoryStore } from '../updates/store.ts';
import { type Cell, CellPool } from './cell.ts';
import { Consensus, type RelayDescriptor } from './consensus.ts';
import { Exchange, type ExchangeReport, WebServer } from './exchange.ts';
import { PlainSlots } from './hook-slots.ts';
import { KeystreamBudget } from './keystream.ts';
import { CELLS_PROTOCOL, fingerprintOf, Libp2pLinks, type Libp2pLinksParts } from './libp2p-links.ts';
import type { CellLink, LinkListener, LinkTarget } from './link.ts';
import { OnionClient } from './onion-client.ts';
import { OnionRelay } from './relay-node.ts';
import { SeededSecrets } from './seeded-secrets.ts';
import { KeyPair } from './x25519.ts';

/** Accepts every cell; and one that traps from a relay's second cell on. */
const ACCEPTING = wat(
  '(module (func (export "admit_cell") (param i32 i32 i32 i32) (result i32) (i32.const 0)))',
);
const TRAPPING = wat(`(module (import "core" "memory" (memory 1 1))
  (func (export "admit_cell") (param i32 i32 i32 i32) (result i32)
    (if (i32.load8_u (i32.const 64)) (then unreachable))
    (i32.store8 (i32.const 64) (i32.const 1))
    (i32.const 0)))`);

const stops: (() => unknown)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

const realTime: Pick<Environment, 'clock' | 'timers' | 'random'> = {
  clock: { nowMs: () => performance.timeOrigin + performance.now() },
  timers: {
    after: (ms, action) => {
      const timer = setTimeout(action, ms);
      return { cancel: () => clearTimeout(timer) };
    },
  },
  random: { uniform: () => Math.random() },
};

async function nodeAt(host?: string): Promise<TestNode> {
  const node = await startNode(host);
  stops.push(() => node.libp2p.stop());
  return node;
}

function targetOf({ libp2p }: TestNode): LinkTarget {
  const [ip, port] = ['ip4', 'tcp'].map(
    (name) =>
      libp2p
        .getMultiaddrs()[0]
        .getComponents()
        .find((part) => part.name === name)!.value!,
  );
  const address = Buffer.from(ip.split('.').map(Number)).readUInt32BE(0);
  return { fingerprint: fingerprintOf(libp2p.peerId), address, port: Number(port) };
}

/** Links of a node that counts as a relay or not, as `parts` say. */
function linksOf({ libp2p }: TestNode, parts: Partial<Libp2pLinksParts> = {}) {
  const cells = new CellPool();
  return { cells, links: new Libp2pLinks({ libp2p, cells, isRelay: () => false, ...parts }) };
}

/** Hears a link, and keeps the circuit ids of what came. */
class Ear implements LinkListener {
  readonly ids: number[] = [];
  private readonly cells: CellPool;
  private onEvent = (): void => {};
  drained = 0;
  closed = false;

  constructor(cells: CellPool) {
    this.cells = cells;
  }

  onCell(cell: Cell): void {
    this.ids.push(cell.circuitId);
    this.cells.release(cell);
    this.onEvent();
  }

  onDrained(): void {
    this.drained++;
    this.onEvent();
  }

  onClosed(): void {
    this.closed = true;
    this.onEvent();
  }

  until(isSo: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.onEvent = () => {
        if (isSo()) resolve();
      };
      this.onEvent();
    });
  }
}

/** As Promise.withResolvers, which Node 20 has not. */
function promised<T>() {
  let resolve!: (value: T) => void;
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

const dial = (links: Libp2pLinks, target: LinkTarget): Promise<CellLink | null> =>
  new Promise((resolve) => links.dial(target, resolve));

/** A serving node, and one that has a link to it. */
async function pair(parts: Partial<Libp2pLinksParts> = {}) {
  const [near, far] = [await nodeAt(), await nodeAt()];
  const [a, b] = [linksOf(near, parts), linksOf(far, parts)];
  const accepted = promised<CellLink>();
  await b.links.serve((link) => accepted.resolve(link));
  const link = await dial(a.links, targetOf(far));
  assert.ok(link !== null);
  const farLink = await accepted.promise;
  const [ear, farEar] = [new Ear(a.cells), new Ear(b.cells)];
  link.listen(ear);
  farLink.listen(farEar);
  return { near, far, a, b, link, farLink, ear, farEar };
}

describe('links over libp2p', () => {
  it('a link knows who opened it and who is at the other end, as far as that is a relay', async () => {
    const { near, far, link, farLink } = await pair();
    assert.deepEqual([link.peer, link.initiated], [targetOf(far).fingerprint, true]);
    assert.deepEqual([farLink.peer, farLink.initiated, farLink.address], [null, false, 0x7f000001]);
    const asRelay = await pair({ isRelay: () => true });
    assert.equal(asRelay.farLink.peer, targetOf(asRelay.near).fingerprint);
    assert.notEqual(targetOf(near).fingerprint, targetOf(far).fingerprint);
    assert.match(targetOf(near).fingerprint, /^[0-9a-f]{40}$/);
  });

  it('cells arrive whole and in order, each way, whatever the stream makes of them', async () => {
    const { a, b, link, farLink, ear, farEar } = await pair();
    const COUNT = 20_000;
    let sent = 0;
    const send = (): void => {
      while (sent < COUNT) {
        const cell = a.cells.blank(++sent, CELL.relay);
        cell.payload.fill(sent);
        if (!link.send(cell)) return;
      }
    };
    const onCell = farEar.onCell.bind(farEar);
    farEar.onCell = (cell) => {
      assert.ok(cell.payload.every((byte) => byte === (cell.circuitId & 0xff)));
      onCell(cell);
    };
    ear.onDrained = send;
    for (let id = 1; id <= 40; id++) farLink.send(b.cells.blank(id, CELL.padding));
    send();
    await farEar.until(() => farEar.ids.length === COUNT);
    assert.ok(farEar.ids.every((id, index) => id === index + 1));
    await ear.until(() => ear.ids.length === 40);
    assert.deepEqual([a.cells.outstanding, b.cells.outstanding], [0, 0]);
  });

  it('a peer that does not read fills the link, and nothing more; when it reads again, nothing is missing', async () => {
    const [near, far] = [await nodeAt(), await nodeAt()];
    const { cells, links } = linksOf(near);
    const streams = promised<Stream>();
    await far.libp2p.handle(CELLS_PROTOCOL, (stream: Stream) => {
      stream.pause();
      streams.resolve(stream);
    });
    const link = (await dial(links, targetOf(far)))!;
    const ear = new Ear(cells);
    link.listen(ear);
    const stream = await streams.promise;
    let sent = 0;
    const send = (): void => {
      while (sent < 30_000) if (!link.send(cells.blank(++sent, CELL.relay))) return;
    };
    // Full, drained, full: until the window of the stream is used up.
    let drained = promised<void>();
    ear.onDrained = () => {
      send();
      drained.resolve();
    };
    send();
    for (;;) {
      const stuck = new Promise<'stuck'>((resolve) => setTimeout(resolve, 300, 'stuck'));
      if ((await Promise.race([stuck, drained.promise])) === 'stuck') break;
      drained = promised<void>();
    }
    assert.ok(sent < 10_000, `${sent} cells were taken`);
    assert.equal(cells.outstanding, 0, 'the link holds bytes, not cells');
    const bytes: Uint8Array[] = [];
    let length = 0;
    const all = promised<void>();
    stream.addEventListener('message', ({ data }: StreamMessageEvent) => {
      bytes.push(data.subarray());
      if ((length += data.byteLength) === 30_000 * CELL_BYTES) all.resolve();
    });
    stream.resume();
    await all.promise;
    const whole = Buffer.concat(bytes);
    for (let id = 1; id <= 30_000; id++) assert.equal(whole.readUInt32BE((id - 1) * CELL_BYTES), id);
  });

  it('a peer that goes on not reading is dropped', async () => {
    const [near, far] = [await nodeAt(), await nodeAt()];
    const { cells, links } = linksOf(near, { stallTimeoutMs: 100 });
    await far.libp2p.handle(CELLS_PROTOCOL, (stream: Stream) => stream.pause());
    const link = (await dial(links, targetOf(far)))!;
    const ear = new Ear(cells);
    link.listen(ear);
    const send = (): void => {
      while (link.send(cells.blank(1, CELL.relay)) && !ear.closed);
    };
    ear.onDrained = send;
    send();
    await ear.until(() => ear.closed);
    assert.equal(cells.outstanding, 0);
    assert.equal(link.send(cells.blank(1, CELL.relay)), false, 'and takes nothing more');
    assert.equal(cells.outstanding, 0);
  });

  it('half a cell and the end: the link closes, and nothing is handed on or held', async () => {
    const far = await nodeAt();
    const { cells, links } = linksOf(far);
    const ear = new Ear(cells);
    await links.serve((link) => link.listen(ear));
    const rude = await nodeAt();
    const connection = await rude.libp2p.dial(far.libp2p.getMultiaddrs());
    const stream = await connection.newStream(CELLS_PROTOCOL);
    stream.send(new Uint8Array(CELL_BYTES + 100).fill(1));
    await ear.until(() => ear.ids.length === 1);
    assert.equal(cells.outstanding, 1, 'the part of a second one');
    await stream.close();
    await ear.until(() => ear.closed);
    assert.deepEqual([ear.ids.length, cells.outstanding], [1, 0]);
  });

  it('a second link on the same connection is refused', async () => {
    const { near, farEar, link, a } = await pair();
    const [connection] = near.libp2p.getConnections();
    const second = await connection.newStream(CELLS_PROTOCOL).then(
      async (stream) => {
        if (stream.status === 'open')
          await new Promise((resolve) => stream.addEventListener('close', resolve));
        return stream.status;
      },
      () => 'reset',
    );
    assert.equal(second, 'reset');
    link.send(a.cells.blank(7, CELL.padding));
    await farEar.until(() => farEar.ids.length === 1);
  });

  it('closing tells the other end, after all that was sent; the listener is not called from within', async () => {
    const { a, link, ear, farEar, farLink, b } = await pair();
    for (let id = 1; id <= 100; id++) link.send(a.cells.blank(id, CELL.padding));
    link.close();
    await farEar.until(() => farEar.closed);
    assert.equal(farEar.ids.length, 100);
    assert.equal(ear.closed, false, 'whoever closes is not told');
    farLink.send(b.cells.blank(1, CELL.padding));
    assert.equal(b.cells.outstanding, 0, 'a closed link drops what it is sent');
  });

  it('nobody there, somebody else there, or no such protocol: no link', async () => {
    const [near, far, third] = [await nodeAt(), await nodeAt(), await nodeAt()];
    const { links } = linksOf(near);
    const there = targetOf(far);
    assert.equal(await dial(links, there), null, 'it serves no links');
    await linksOf(far).links.serve(() => {});
    assert.equal(await dial(links, { ...there, fingerprint: targetOf(third).fingerprint }), null);
    assert.ok((await dial(links, there)) !== null);
    await far.libp2p.stop();
    assert.equal(await dial(links, there), null);
  });
});

/** Three relays, each in a /16 of its own of the loopback network, and a client. */
async function network() {
  const runtime = new HookRuntime({ clock: realTime.clock });
  const keystreams = new KeystreamBudget();
  const hosts = ['127.1.0.1', '127.2.0.1', '127.3.0.1'];
  const nodes = await Promise.all(hosts.map((host) => nodeAt(host)));
  const known = new Set(nodes.map((node) => targetOf(node).fingerprint));
  const isRelay = (fingerprint: string): boolean => known.has(fingerprint);
  const pools: CellPool[] = [];
  const descriptors: RelayDescriptor[] = [];
  const relays: { readonly relay: OnionRelay; readonly core: RelayCore }[] = [];
  for (const [index, node] of nodes.entries()) {
    const { cells, links } = linksOf(node, { isRelay });
    pools.push(cells);
    const core = new RelayCore({ runtime, store: new MemoryStore(), owner: index });
    const target = targetOf(node);
    const onionKey = new KeyPair(createHash('sha256').update(`onion key ${index}`).digest());
    const relay = new OnionRelay({
      environment: realTime,
      slots: core,
      cells,
      keystreams,
      secrets: new SeededSecrets(`relay ${index}`),
      identity: Buffer.from(target.fingerprint, 'hex'),
      onionKey,
      dialer: links,
      exitService: index === 2 ? new WebServer() : null,
    });
    await links.serve((link) => relay.accept(link));
    descriptors.push({
      ...target,
      onionKey: onionKey.publicKey,
      weight: 1000,
      guard: index === 0,
      exit: index === 2,
      family: null,
    });
    relays.push({ relay, core });
  }
  const { cells, links } = linksOf(await nodeAt());
  pools.push(cells);
  const opened = promised<void>();
  let broken = 0;
  const client = new OnionClient({
    environment: realTime,
    slots: new PlainSlots(runtime, 'client'),
    cells,
    keystreams,
    secrets: new SeededSecrets('client'),
    dialer: links,
    consensus: new Consensus(descriptors),
    circuits: 1,
    observer: { onCircuitOpen: () => opened.resolve(), onCircuitBroken: () => broken++ },
  });
  client.start();
  await opened.promise;
  const stage = (wasm: Uint8Array): string => {
    const admission = runtime.admit(cellAdmission, wasm);
    assert.ok('admitted' in admission);
    for (const { core } of relays) core.slot(cellAdmission).stage(admission.admitted);
    return admission.admitted.hash;
  };
  return { client, relays, pools, stage, broken: () => broken };
}

describe('three relays and a client over TCP', () => {
  for (const [name, wasm, becomes] of [
    ['a module is swapped in', ACCEPTING, 'active'],
    ['a bad module is swapped in and rolled back', TRAPPING, 'quarantined'],
  ] as const) {
    it(`${name} while a stream runs: no circuit breaks, no cell is lost`, async () => {
      const { client, relays, pools, stage, broken } = await network();
      const sizes = { bytesUp: 500_000, bytesDown: 5_000_000 };
      let hash = '';
      const report = await new Promise<ExchangeReport>((resolve) => {
        const exchange = new Exchange(sizes, realTime.clock, resolve);
        const write = exchange.write.bind(exchange);
        exchange.write = (data) => {
          // In mid-stream, with cells on every link.
          if (hash === '' && client.counts.received > 2000) hash = stage(wasm);
          return write(data);
        };
        client.openStream(WEB, exchange);
      });
      assert.ok(report.intact, 'both ends vouch for all of it');
      assert.equal(report.bytesReceived, sizes.bytesDown);
      assert.deepEqual([client.openCircuits.length, broken()], [1, 0]);
      for (const { core, relay } of relays) {
        const slot = core.slot(cellAdmission);
        if (becomes === 'active') assert.equal(slot.activeHash, hash);
        else assert.deepEqual([slot.activeHash, slot.quarantined.get(hash)], [null, 'trap']);
        const { dropped, closed, ignored, violations } = relay.counts;
        assert.deepEqual([dropped, closed, ignored, violations], [0, 0, 0, 0]);
      }
      const [guard, middle] = relays.map(({ relay }) => relay.counts);
      assert.equal(guard.relayed - middle.relayed, guard.received - middle.received);
      client.close();
      for (const { relay } of relays) relay.close();
      assert.deepEqual(
        pools.map((pool) => pool.outstanding),
        [0, 0, 0, 0],
      );
    });
  }
});
