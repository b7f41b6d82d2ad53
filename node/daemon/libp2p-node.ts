/**
 * The libp2p node of a relay or of a publisher: TCP, Noise, yamux, identify, ping and gossipsub.
 *
 * Connections of this machine are not counted against the limit for one address, since a network for a trial runs on
 * one machine. Whoever does not answer a ping for long is hung up on.
 */

import '../promise-with-resolvers.ts';
import { createHash } from 'node:crypto';
import { type GossipSub, type GossipSubComponents, gossipsub } from '@chainsafe/libp2p-gossipsub';
import { identify } from '@libp2p/identify';
import type { Libp2p, PrivateKey, Transport } from '@libp2p/interface';
import { noise } from '@libp2p/noise';
import { ping } from '@libp2p/ping';
import { tcp } from '@libp2p/tcp';
import { yamux } from '@libp2p/yamux';
import { createLibp2p } from 'libp2p';
import { UPDATE_TOPIC } from '../channels/gossip-channel.ts';
import { PUBSUB_OPTIONS, type ValidatingGossipSub } from '../channels/gossipsub-pubsub.ts';
import { fullScoring } from '../channels/peer-scoring.ts';
import { DaemonError } from './daemon-error.ts';

const LOOPBACK = ['/ip4/127.0.0.0/ipcidr/8', '/ip6/::1/ipcidr/128'];
export const PING_EVERY_MS = 15_000;
const PING_TIMEOUT_MS = 20_000;

export interface NodeParts {
  /** Addresses to listen on; none for whoever only dials. */
  readonly listen: readonly string[];
  /** Addresses to tell peers, where those that it listens on cannot be reached. */
  readonly announce?: readonly string[];
  /** A new one by default. */
  readonly privateKey?: PrivateKey;
  readonly maxConnections?: number;
  /** How often peers are asked whether they are there. */
  readonly pingEveryMs?: number;
  /** In the place of plain TCP. */
  readonly transport?: TransportMaker;
  /** In the place of the router that `npm run node` runs. */
  readonly router?: RouterMaker;
}

/** As libp2p takes them: a function of its own parts. */
export type TransportMaker = (components: Parameters<ReturnType<typeof tcp>>[0]) => Transport;
export type RouterMaker = (components: GossipSubComponents) => GossipSub;

export interface RelayNode {
  readonly libp2p: Libp2p;
  readonly router: ValidatingGossipSub;
}

/** Makes the node; `startNode` has it listen. */
export async function createNode(parts: NodeParts): Promise<RelayNode> {
  const {
    listen,
    announce = [],
    privateKey,
    maxConnections,
    transport = tcp(),
    router = relayRouter,
  } = parts;
  const libp2p = await createLibp2p({
    start: false,
    ...(privateKey === undefined ? {} : { privateKey }),
    nodeInfo: { name: 'relaywave' },
    addresses: { listen: [...listen], announce: [...announce] },
    transports: [transport],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    connectionManager: { allow: LOOPBACK, ...(maxConnections === undefined ? {} : { maxConnections }) },
    connectionMonitor: {
      pingInterval: parts.pingEveryMs ?? PING_EVERY_MS,
      pingTimeout: { minTimeout: PING_TIMEOUT_MS },
    },
    services: {
      identify: identify(),
      ping: ping(),
      pubsub: router,
    },
  });
  return { libp2p, router: libp2p.services.pubsub as unknown as ValidatingGossipSub };
}

const relayRouter: RouterMaker = gossipsub({
  ...PUBSUB_OPTIONS,
  ...fullScoring(UPDATE_TOPIC),
  msgIdFn: ({ data }) => createHash('sha256').update(data).digest(),
  msgIdToStrFn: (id) => Buffer.from(id).toString('hex'),
});

/** Listens and is there. Throws DaemonError for an address that cannot be listened on. */
export async function startNode({ libp2p }: RelayNode, listen: readonly string[]): Promise<void> {
  try {
    await libp2p.start();
  } catch (error) {
    await libp2p.stop();
    const text = String(error);
    const [code] = /\b(EADDRINUSE|EADDRNOTAVAIL|EACCES)\b/.exec(text) ?? [];
    if (code === undefined) throw error;
    const cures: Readonly<Record<string, string>> = {
      EADDRINUSE:
        'another process listens there: stop it, or give another port; port 0 takes any that is free',
      EADDRNOTAVAIL: 'this machine does not have that address: give one of its own, or 0.0.0.0 for all',
      EACCES: 'ports below 1024 are kept for privileged users: give a higher one',
    };
    throw new DaemonError('failed', `${listen.join(', ')}: cannot be listened on (${code})`, cures[code]!);
  }
}
