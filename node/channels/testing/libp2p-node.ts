/** A libp2p node on a port of this machine, as a relay has it, for tests: TCP, Noise, yamux and gossipsub. */

import '../../promise-with-resolvers.ts';
import { createHash } from 'node:crypto';
import { gossipsub } from '@chainsafe/libp2p-gossipsub';
import type { PeerScore } from '@chainsafe/libp2p-gossipsub/score';
import { identify } from '@libp2p/identify';
import { noise } from '@libp2p/noise';
import { tcp } from '@libp2p/tcp';
import { yamux } from '@libp2p/yamux';
import { createLibp2p } from 'libp2p';
import { UPDATE_TOPIC } from '../gossip-channel.ts';
import { invalidMessageScoring, PUBSUB_OPTIONS, type ValidatingGossipSub } from '../gossipsub-pubsub.ts';

const HEARTBEAT_MS = 100;

/** What the router's interface leaves out and tests look at. */
type WatchedRouter = ValidatingGossipSub & Pick<PeerScore, 'dumpPeerScoreStats'>;

/** `host` is any address of this machine: all of 127.0.0.0/8 on Linux. */
export async function startNode(host = '127.0.0.1') {
  const libp2p = await createLibp2p({
    addresses: { listen: [`/ip4/${host}/tcp/0`] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    services: {
      identify: identify(),
      pubsub: gossipsub({
        ...PUBSUB_OPTIONS,
        ...invalidMessageScoring(UPDATE_TOPIC),
        heartbeatInterval: HEARTBEAT_MS,
        msgIdFn: ({ data }) => createHash('sha256').update(data).digest(),
        msgIdToStrFn: (id) => Buffer.from(id).toString('hex'),
      }),
    },
  });
  return { libp2p, router: libp2p.services.pubsub as unknown as WatchedRouter };
}

export type TestNode = Awaited<ReturnType<typeof startNode>>;

/** Connects two nodes, and resolves when both know of it. */
export async function connect(from: TestNode, to: TestNode): Promise<void> {
  const other = from.libp2p.peerId;
  const known = to.libp2p.getPeers().some((peer) => peer.equals(other));
  const heard = known
    ? Promise.resolve()
    : new Promise<void>((resolve) =>
        to.libp2p.addEventListener('peer:connect', ({ detail }) => {
          if (detail.equals(other)) resolve();
        }),
      );
  await from.libp2p.dial(to.libp2p.getMultiaddrs());
  await heard;
}
