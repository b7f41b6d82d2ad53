/**
 * The naive way: the same relays and links as whole js-libp2p nodes in this process, on TCP and in real time.
 *
 * Nodes are those that `npm run node` starts (TCP on loopback, Noise, yamux, identify, gossipsub), on Node's own timers
 * and event loop. Links have no latency but the machine's, and nothing verifies or admits the message: less work than a
 * simulated relay does. One message of the module's size is published when the network has stood for half the time.
 */

import { createHash } from 'node:crypto';
import { type GossipsubOpts, gossipsub, TopicValidatorResult } from '@chainsafe/libp2p-gossipsub';
import type { Multiaddr } from '@multiformats/multiaddr';
import { UPDATE_TOPIC } from '../../node/channels/gossip-channel.ts';
import { LOOPBACK_HOSTS, PUBSUB_OPTIONS } from '../../node/channels/gossipsub-pubsub.ts';
import { createNode, type RelayNode, startNode } from '../../node/daemon/libp2p-node.ts';
import { drawNetwork } from '../../simulator/arms/draw-network.ts';
import type { Topology } from '../../simulator/population/population.ts';
import type { RowAnswer } from './measurement.ts';
import { PhaseLog } from './phase-log.ts';
import { NAIVE_RELEASE_SECONDS, type Row } from './row.ts';
import { rowScenario } from './row-scenario.ts';

/** Few at a time, so that handshakes do not run into libp2p's timeouts while they wait for each other. */
const DIALS_AT_ONCE = 4;
/** On a busy machine one may time out all the same. */
const DIAL_TRIES = 3;
const LISTEN = ['/ip4/127.0.0.1/tcp/0'];

export interface NaiveAsk {
  readonly row: Row;
}

interface Counts {
  /** When each relay had the message, milliseconds of real time; NaN where it had not. */
  readonly heardMs: Float64Array;
  messageRpcs: number;
  otherFrames: number;
}

export async function answer({ row }: NaiveAsk): Promise<RowAnswer> {
  const log = new PhaseLog();
  log.enter('prepare', 0);
  const { scenario } = rowScenario({ ...row, engine: 'gossipsub' }, null);
  const { topology, releases } = await drawNetwork(scenario);
  const [{ publisher, moduleBytes }] = releases as [(typeof releases)[number]];
  const counts: Counts = {
    heardMs: new Float64Array(row.relays).fill(Number.NaN),
    messageRpcs: 0,
    otherFrames: 0,
  };

  log.enter('build', 0);
  const nodes: RelayNode[] = [];
  for (let relay = 0; relay < row.relays; relay++) nodes.push(await naiveRelay(relay, counts));
  log.enter('connect', 0);
  await connectAll(nodes, topology);
  log.enter('run', 0);
  const standsMs = performance.now();
  await sleepUntil(standsMs + NAIVE_RELEASE_SECONDS * 1000);
  const publishedMs = performance.now();
  counts.heardMs[publisher] = publishedMs;
  await nodes[publisher]!.router.publish(UPDATE_TOPIC, new Uint8Array(moduleBytes).fill(1));
  await sleepUntil(standsMs + row.durationSeconds * 1000);
  const phases = log.costs();
  const heard = counts.heardMs.filter((ms) => !Number.isNaN(ms)).sort();
  const middle = heard[Math.ceil(row.relays / 2) - 1];
  return {
    outcome: 'measured',
    phases,
    threads: 1,
    carried: {
      messageRpcs: counts.messageRpcs,
      otherFrames: counts.otherFrames,
      rpcBytes: moduleBytes,
    },
    reachedFraction: heard.length / row.relays,
    t50Seconds: middle === undefined ? null : (middle - publishedMs) / 1000,
    traceHash: null,
  };
}

async function connectAll(nodes: readonly RelayNode[], topology: Topology): Promise<void> {
  let next = 0;
  const dialOn = async (): Promise<void> => {
    while (next < topology.links) {
      const link = next++;
      const { libp2p } = nodes[topology.dialer[link]!]!;
      await dial(libp2p, nodes[topology.listener[link]!]!.libp2p.getMultiaddrs());
    }
  };
  await Promise.all(Array.from({ length: DIALS_AT_ONCE }, dialOn));
}

async function dial(libp2p: RelayNode['libp2p'], addresses: Multiaddr[]): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await libp2p.dial(addresses);
      return;
    } catch (error) {
      if (tries === DIAL_TRIES) throw error;
    }
  }
}

async function naiveRelay(relay: number, counts: Counts): Promise<RelayNode> {
  const make = gossipsub({
    ...PUBSUB_OPTIONS,
    // All peers have one address, which is no sign of an attack here.
    scoreParams: { IPColocationFactorWhitelist: new Set(LOOPBACK_HOSTS) } as GossipsubOpts['scoreParams'],
    msgIdFn: ({ data }) => createHash('sha256').update(data).digest(),
    msgIdToStrFn: (id) => Buffer.from(id).toString('hex'),
  });
  const node = await createNode({ listen: LISTEN, router: make });
  const { router } = node;
  countRpcs(router, counts);
  router.addEventListener('gossipsub:message', ({ detail: { msgId, propagationSource, msg } }) => {
    if (msg.topic !== UPDATE_TOPIC || propagationSource.equals(node.libp2p.peerId)) return;
    counts.heardMs[relay] = performance.now();
    router.reportMessageValidationResult(msgId, propagationSource.toString(), TopicValidatorResult.Accept);
  });
  await startNode(node, LISTEN);
  router.subscribe(UPDATE_TOPIC);
  return node;
}

interface ReceivingRouter {
  handleReceivedRpc(from: unknown, rpc: { readonly messages: readonly unknown[] }): Promise<void>;
}

function countRpcs(router: RelayNode['router'], counts: Counts): void {
  const receiving = router as unknown as ReceivingRouter;
  const handle = receiving.handleReceivedRpc.bind(router);
  receiving.handleReceivedRpc = (from, rpc) => {
    if (rpc.messages.length > 0) counts.messageRpcs++;
    else counts.otherFrames++;
    return handle(from, rpc);
  };
}

function sleepUntil(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, ms - performance.now())));
}
