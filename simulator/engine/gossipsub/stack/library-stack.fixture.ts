/**
 * Runs in a worker for library-stack.test.ts: two whole nodes on one link, and what they did in ten virtual seconds.
 *
 * Every timer and immediate of the real event loop that is made meanwhile is counted.
 */

import '../../../../node/promise-with-resolvers.ts';
import { createHook } from 'node:async_hooks';
import { parentPort } from 'node:worker_threads';
import type { Ping } from '@libp2p/ping';
import { testScenario } from '../../../testing/test-scenario.ts';
import { Trace } from '../../trace.ts';
import { Call, findDrain, VirtualClock } from '../../virtual-clock.ts';
import { installVirtualGlobals } from '../../virtual-globals.ts';
import { atNextWallTurn } from '../../wall.ts';

const LATENCY_US = 40_000;
const UPLINK_BITS_PER_SECOND = 8e6;

const real: string[] = [];
let isWatching = false;
createHook({
  init: (_id, type) => {
    if (isWatching && (type === 'Timeout' || type === 'Immediate')) real.push(type);
  },
}).enable();

const clock = new VirtualClock(2, 1);
installVirtualGlobals(clock);

const { FailureLog } = await import('../components.ts');
const { FrameMint } = await import('../frame.ts');
const { realIdentity, relayAddress } = await import('../identity.ts');
const { LoadCounter, loadColumns } = await import('../load-counter.ts');
const { SeenMessages } = await import('../seen-messages.ts');
const { Transport } = await import('../transport.ts');
const { Uplink } = await import('../uplink.ts');
const { LibraryStackMaker } = await import('./library-maker.ts');

const identities = [await realIdentity(0, 1), await realIdentity(1, 1)];
const addresses = [relayAddress(0), relayAddress(1)];
const failures = new FailureLog();
const hosts: import('../transport.ts').TransportHost[] = [];
const mint = new FrameMint(false);
const load = new LoadCounter(loadColumns(2));
const transport = new Transport(clock, hosts, mint, Trace.forRelays(2), null);
transport.load = load;
const stacks = await LibraryStackMaker.of({
  job: { scenario: testScenario(), scoring: null, churn: null, presence: null, faults: [] } as never,
  mint,
  seen: new SeenMessages(2),
  transport,
  identities,
  addresses,
  failures,
  load,
  counters: { firsts: 0, copies: 0, penalties: 0 },
  onBlame: null,
});

type Link = import('../network-stack.ts').LinkEnd;
const ends: Link[] = [];
const nodes = [0, 1].map((index) => {
  const stack = stacks.make(index);
  const host = {
    index,
    uplink: new Uplink(UPLINK_BITS_PER_SECOND),
    wake: () => {},
    receiverOf: () => ends[index] ?? null,
  };
  hosts.push(host);
  return { stack, host };
});
const told: Record<string, unknown> = {};

for (const [index, { stack, host }] of nodes.entries()) {
  clock.plan(1000, new Call(index, () => void stack.start()));
  const peer = { index: 1 - index, peerId: identities[1 - index]!.peerId, address: addresses[1 - index]! };
  const connect = (): void => {
    const end = stack.connect({
      local: host as never,
      peer,
      direction: index === 0 ? 'outbound' : 'inbound',
      latencyUs: LATENCY_US,
      number: 0,
      onClosed: () => failures.record(new Error('a node closed its connection')),
    });
    ends[index] = end;
    end.announce();
  };
  clock.plan(1_000_000, new Call(index, connect));
}

const library = nodes[0]!.stack as InstanceType<typeof import('./library-stack.ts').LibraryStack>;
clock.plan(
  5_000_000,
  new Call(0, () => {
    const { node } = library;
    told.connections = node.getConnections().map(({ direction, status, multiplexer, encryption }) => ({
      direction,
      status,
      multiplexer,
      encryption,
    }));
    const { remotePeer, streams } = node.getConnections()[0]!;
    told.streams = streams.map(({ direction, protocol }) => `${direction} ${protocol}`);
    node.peerStore.get(remotePeer).then((peer) => {
      told.protocols = peer.protocols;
      told.addresses = peer.addresses.map(({ multiaddr, isCertified }) => `${multiaddr} ${isCertified}`);
      told.agent = Buffer.from(peer.metadata.get('AgentVersion') ?? []).toString();
    });
    (node.services.ping as Ping).ping(remotePeer).then((milliseconds) => {
      told.pingMs = milliseconds;
    });
  }),
);

const drain = await findDrain();
atNextWallTurn(() => {
  isWatching = true;
  clock.runUntil(10_000_000, drain as () => void, () => false);
  isWatching = false;
  told.bytesByKind = load.bytesByKind();
  told.failures = failures.failures;
  told.real = real;
  parentPort?.postMessage(told);
});
