import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { catalogue } from '../node/hooks/catalogue/catalogue.ts';
import { cellAdmission } from '../node/hooks/catalogue/cell-admission.ts';
import { RELAY } from '../node/hooks/catalogue/cell-commands.ts';
import { cellPadding } from '../node/hooks/catalogue/cell-padding.ts';
import { circuitScheduling } from '../node/hooks/catalogue/circuit-scheduling.ts';
import { connectionLimit } from '../node/hooks/catalogue/connection-limit.ts';
import { directoryVote } from '../node/hooks/catalogue/directory-vote.ts';
import { exitPolicy } from '../node/hooks/catalogue/exit-policy.ts';
import { flowWindow } from '../node/hooks/catalogue/flow-window.ts';
import { paddingDecision } from '../node/hooks/catalogue/padding-decision.ts';
import { pathSelection } from '../node/hooks/catalogue/path-selection.ts';
import type { AnyHook } from '../node/hooks/define-hook.ts';
import { writeBegin } from '../node/relay/cell-bodies.ts';
import { CONGESTION_FLOW } from '../node/relay/circuit-window.ts';
import { Consensus } from '../node/relay/consensus.ts';
import { castVote } from '../node/relay/directory-vote.ts';
import type { ExchangeReport } from '../node/relay/exchange.ts';
import type { HookSlots } from '../node/relay/hook-slots.ts';
import { PlainSlots } from '../node/relay/hook-slots.ts';
import { StreamEndReason } from '../node/relay/reasons.ts';
import { BareClient } from '../node/testing/bare-client.ts';
import { OnionWorld, WEB, type WorldOptions } from '../node/testing/onion-world.ts';
import { buildUpdate } from './build.ts';

const reached = new Set<string>();

/**
 * What is measured in a small network, without the update and with it at the slots that `measure` is about.
 *
 * The update must be the one that answered, and without a strike.
 */
async function withoutAndWith<T>(
  hook: AnyHook,
  update: string,
  options: WorldOptions,
  measure: (world: OnionWorld, install: (slots: HookSlots) => void) => T,
): Promise<[T, T]> {
  const { wasm } = await buildUpdate(update);
  const plain = measure(new OnionWorld(options), () => {});
  const world = new OnionWorld(options);
  const admission = world.runtime.admit(hook, wasm);
  assert.ok('admitted' in admission, update);
  const { admitted } = admission;
  const slots: HookSlots[] = [];
  const changed = measure(world, (owner) => {
    owner.slot(hook as never).stage(admitted);
    slots.push(owner);
  });
  assert.ok(slots.length > 0);
  for (const owner of slots)
    assert.equal(owner.slot(hook as never).activeHash, admitted.hash, `${update} answered`);
  reached.add(hook.id);
  return [plain, changed];
}

const cores = (world: OnionWorld): HookSlots[] => world.relays.map(({ core }) => core);
const begin = (port: number): Uint8Array => {
  const body = new Uint8Array(64);
  return body.subarray(0, writeBegin(body, { ...WEB, port }));
};

describe('the data plane reaches each hook of the catalogue, and an update changes what it does', () => {
  after(() => assert.deepEqual([...reached].sort(), [...catalogue.keys()].sort(), 'no hook was left out'));

  it('cell-admission: strict-cells ends a circuit at the first unknown cell, which the default ignores', async () => {
    const [plain, strict] = await withoutAndWith(cellAdmission, 'strict-cells', {}, (world, install) => {
      install(world.relays[1].core);
      const [guard, middle] = world.relays.map(({ descriptor }) => descriptor);
      const client = new BareClient(world).build(guard, middle);
      client.sendRelay(99, 0, new Uint8Array(0));
      client.hear();
      return [world.relays[1].relay.openCircuits, world.relays[1].relay.counts.dropped];
    });
    assert.deepEqual(
      [plain, strict],
      [
        [1, 1],
        [0, 0],
      ],
    );
  });

  it('cell-padding: random-padding fills what the default leaves zero', async () => {
    const [plain, noisy] = await withoutAndWith(cellPadding, 'random-padding', {}, (world, install) => {
      install(world.relays[0].core);
      const client = new BareClient(world).build(world.relays[0].descriptor);
      client.sendRelay(RELAY.beginDir, 1, new Uint8Array(0));
      const [{ relayCommand, payload }] = client.hear();
      assert.equal(relayCommand, RELAY.end);
      // Behind header, one byte of data and the four zeros of proposal 289.
      return payload.subarray(16).filter((byte) => byte !== 0).length;
    });
    assert.equal(plain, 0);
    assert.ok(noisy > 450, `${noisy} of 493 bytes`);
  });

  it('circuit-scheduling: ewma-scheduling lets a page overtake downloads on the same link', async () => {
    const options = { rateLimit: { bytesPerSecond: 500_000, burstBytes: 5000 } };
    const [plain, weighed] = await withoutAndWith(
      circuitScheduling,
      'ewma-scheduling',
      options,
      (world, install) => {
        for (const core of cores(world)) install(core);
        // Each on a circuit of its own; all share the links between the relays.
        const client = world.openClient({ circuits: 12 });
        world.environment.advance(2000);
        assert.equal(client.openCircuits.length, 12);
        const downloads: ExchangeReport[] = [];
        for (let number = 0; number < 11; number++) world.exchange(client, 100, 3_000_000, downloads);
        world.environment.advance(5000);
        const pages: ExchangeReport[] = [];
        world.exchange(client, 100, 60_000, pages);
        world.environment.advance(20_000);
        assert.deepEqual([downloads.length, pages.length], [0, 1]);
        return pages[0].lastByteAtMs! - pages[0].askedAtMs;
      },
    );
    assert.ok(weighed < 0.7 * plain, `${weighed} ms, by turns ${plain} ms`);
  });

  it('connection-limit: token-bucket turns a fast opener of circuits away, whom the default does not see', async () => {
    const [plain, limited] = await withoutAndWith(connectionLimit, 'token-bucket', {}, (world, install) => {
      install(world.relays[0].core);
      const client = new BareClient(world).build(world.relays[0].descriptor);
      for (let circuit = 1; circuit <= 150; circuit++) {
        const flood = new BareClient(world, 0x80000100 + circuit);
        flood.link = client.link;
        client.send(10, (payload) => payload.set(createBody(flood, world)), flood.circuitId);
        client.send(4, () => {}, flood.circuitId);
        world.environment.advance(5);
      }
      return world.relays[0].relay.refusedCircuits;
    });
    assert.equal(plain, 0);
    assert.ok(limited > 50, `${limited} of 150 were refused`);
    function createBody(by: BareClient, world: OnionWorld): Buffer {
      const { onionSkin } = by.handshakeWith(world.relays[0].descriptor);
      return Buffer.concat([Buffer.from([0, 2, 0, onionSkin.length]), onionSkin]);
    }
  });

  it('directory-vote: guard-maturity takes young relays off the list from which guards are chosen', async () => {
    const [plain, mature] = await withoutAndWith(
      directoryVote,
      'guard-maturity',
      { relays: [3, 0, 3] },
      (world, install) => {
        const [voter] = cores(world);
        install(voter);
        const seen = world.relays.map(({ descriptor }, number) => ({
          fingerprint: descriptor.fingerprint,
          uptimeHours: 500,
          betweenFailuresHours: 500,
          uptimePermille: 999,
          knownHours: number === 0 ? 9 * 24 : 5000,
          kilobytesPerSecond: 9000,
        }));
        const votes = castVote(voter.slot(directoryVote), seen);
        const consensus = new Consensus(
          world.relays.map(({ descriptor }, number) => ({ ...descriptor, guard: votes[number].guard })),
        );
        const client = new PlainSlots(world.runtime);
        const chosen = new Set<string>();
        for (let draw = 0; draw < 200; draw++) {
          chosen.add(
            consensus.choose(client.slot(pathSelection), 0, [], world.environment.random)!.fingerprint,
          );
        }
        return [chosen.size, chosen.has(world.relays[0].descriptor.fingerprint)];
      },
    );
    assert.deepEqual(
      [plain, mature],
      [
        [6, true],
        [5, false],
      ],
    );
  });

  it('exit-policy: reduced-exit refuses a port that the default lets out to', async () => {
    const [plain, reduced] = await withoutAndWith(exitPolicy, 'reduced-exit', {}, (world, install) => {
      install(world.relays[2].core);
      const [guard, middle, exit] = world.relays.map(({ descriptor }) => descriptor);
      const client = new BareClient(world).build(guard, middle, exit);
      client.sendRelay(RELAY.begin, 1, begin(12345));
      const [{ relayCommand, data }] = client.hear();
      return relayCommand === RELAY.end ? data[0] : relayCommand;
    });
    assert.deepEqual([plain, reduced], [RELAY.connected, StreamEndReason.exitPolicy]);
  });

  it('flow-window: vegas-window keeps queues short at a narrow relay, and fills it all the same', async () => {
    const options = {
      flow: CONGESTION_FLOW,
      links: { latencyMs: 25 },
      rateLimit: { bytesPerSecond: 400_000, burstBytes: 5000 },
    };
    const [plain, vegas] = await withoutAndWith(flowWindow, 'vegas-window', options, (world, install) => {
      const client = world.openClient();
      world.environment.advance(2000);
      install(world.relays[2].core);
      const reports: ExchangeReport[] = [];
      for (let stream = 0; stream < 4; stream++) world.exchange(client, 100, 3_000_000, reports);
      world.environment.advance(5000);
      let waiting = 0;
      for (let sample = 0; sample < 100; sample++) {
        world.environment.advance(100);
        waiting += world.relays.reduce((sum, { relay }) => sum + relay.waitingCells, 0) / 100;
      }
      world.environment.advance(40_000);
      assert.equal(reports.length, 4);
      return { waiting, tookMs: Math.max(...reports.map((one) => one.lastByteAtMs! - one.askedAtMs)) };
    });
    assert.ok(
      vegas.waiting < 0.6 * plain.waiting,
      `${vegas.waiting} cells wait, by default ${plain.waiting}`,
    );
    assert.ok(vegas.tookMs < 1.1 * plain.tookMs, `${vegas.tookMs} ms, by default ${plain.tookMs} ms`);
  });

  it('padding-decision: padding-machine sends cells where the default is silent', async () => {
    const [plain, padded] = await withoutAndWith(paddingDecision, 'padding-machine', {}, (world, install) => {
      install(world.relays[1].core);
      const client = world.openClient({ padsAlways: true });
      const reports: ExchangeReport[] = [];
      world.exchange(client, 100, 50_000, reports);
      world.environment.advance(20_000);
      assert.ok(reports[0].intact);
      // The default admission of the client drops padding; strict-cells would let it in, as it was negotiated.
      return client.counts.dropped + client.counts.padding;
    });
    assert.equal(plain, 0);
    assert.ok(padded > 10, `${padded} padding cells`);
  });

  it('path-selection: spread-paths takes circuits from the one heavy relay', async () => {
    const [plain, spread] = await withoutAndWith(
      pathSelection,
      'spread-paths',
      { relays: [1, 8, 1] },
      (world, install) => {
        const heavy = world.relays[1].descriptor.fingerprint;
        const consensus = new Consensus(
          world.relays.map(({ descriptor }) => ({
            ...descriptor,
            weight: descriptor.fingerprint === heavy ? 9000 : 500,
          })),
        );
        const slots = new PlainSlots(world.runtime);
        install(slots);
        const client = world.openClient({ slots, consensus, circuits: 200 });
        world.environment.advance(5000);
        const middles = client.openCircuits.map(({ path }) => path[1].fingerprint);
        assert.equal(middles.length, 100, 'what one address may have open by default');
        return middles.filter((fingerprint) => fingerprint === heavy).length;
      },
    );
    assert.ok(spread < 0.75 * plain, `${spread} of 100 circuits, by weight ${plain}`);
  });
});
