/** The router that relays run: js-libp2p's GossipSub with the scenario's parameters, and what it sends and receives counted. */

import type { GossipSub, GossipSubComponents } from '@chainsafe/libp2p-gossipsub';
import type { RPC } from '@chainsafe/libp2p-gossipsub/message';
import { LOOPBACK_HOSTS } from '../../../node/channels/gossipsub-pubsub.ts';
import type { RouterMaker } from '../../../node/daemon/libp2p-node.ts';
import { BYTE_KINDS } from '../../measure/load-result.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import {
  type GossipSubClass,
  gossipSubClass,
  missingInternals,
  type OutboundStreamInternals,
} from '../gossipsub/internals.ts';
import {
  type RouterCounters,
  routerOptions,
  type ScoringOptions,
  watchedRouter,
} from '../gossipsub/router.ts';
import { type BytesByKind, kindIndex, splitFrame } from '../gossipsub/rpc-bytes.ts';

const MESSAGES = kindIndex('messages');

/** What one relay's router has done. */
export interface RelayCounts extends RouterCounters {
  readonly byKind: BytesByKind;
  framesSent: number;
  framesReceived: number;
  gossipBytesSent: number;
  gossipBytesReceived: number;
  messageBytesSent: number;
}

export function noCounts(): RelayCounts {
  return {
    firsts: 0,
    copies: 0,
    penalties: 0,
    byKind: new Float64Array(BYTE_KINDS.length),
    framesSent: 0,
    framesReceived: 0,
    gossipBytesSent: 0,
    gossipBytesReceived: 0,
    messageBytesSent: 0,
  };
}

/** js-libp2p's own scores, but for the one address that all relays have. */
const ON_LOOPBACK: ScoringOptions = {
  scoreParams: { IPColocationFactorWhitelist: new Set(LOOPBACK_HOSTS) },
} as ScoringOptions;

interface FrameStream {
  send(frame: { readonly byteLength: number; slice(): Uint8Array }): unknown;
}

/** js-libp2p's own, in milliseconds of network time. */
const PRUNE_BACKOFF_MS = 60_000;
const I_WANT_FOLLOWUP_MS = 3000;

/** Makes routers that count into `counts`. */
export function countedRouter(
  { gossipsub: plan, slowdown }: Pick<Scenario, 'gossipsub' | 'slowdown'>,
  scoring: ScoringOptions | null,
  counts: RelayCounts,
): RouterMaker {
  return (components) => {
    const Router = countedClass(gossipSubClass(components), counts);
    const router = new Router(components, {
      ...routerOptions(plan, false, scoring ?? ON_LOOPBACK),
      heartbeatInterval: plan.heartbeatMs * slowdown,
      pruneBackoff: PRUNE_BACKOFF_MS * slowdown,
      gossipsubIWantFollowupMs: I_WANT_FOLLOWUP_MS * slowdown,
    });
    const missing = missingInternals(router, false);
    if (missing.length > 0)
      throw new Error(`this version of gossipsub lacks what the engine reaches into: ${missing.join(', ')}`);
    return router as GossipSub;
  };
}

function countedClass(Base: GossipSubClass, counts: RelayCounts): GossipSubClass {
  const Watched = watchedRouter(Base, counts, () => {});
  const counted = new WeakSet<OutboundStreamInternals>();
  const countOn = (outbound: OutboundStreamInternals): void => {
    if (counted.has(outbound)) return;
    counted.add(outbound);
    const stream = outbound.rawStream as FrameStream;
    const send = stream.send.bind(stream);
    stream.send = (frame) => {
      const parts = splitFrame(frame.slice());
      for (const [kind, bytes] of parts.entries()) counts.byKind[kind]! += bytes;
      counts.framesSent++;
      counts.gossipBytesSent += frame.byteLength;
      counts.messageBytesSent += parts[MESSAGES]!;
      return send(frame);
    };
  };
  return class extends Watched {
    constructor(components: GossipSubComponents, options: ConstructorParameters<GossipSubClass>[1]) {
      super(components, options);
      this.addEventListener('gossipsub:message', ({ detail }) => {
        if (!detail.propagationSource.equals(components.peerId)) counts.firsts++;
      });
    }

    override sendRpc(peer: string, rpc: RPC): boolean {
      const outbound = this.streamsOutbound.get(peer);
      if (outbound !== undefined) countOn(outbound);
      return super.sendRpc(peer, rpc);
    }

    override decodeRpc(bytes: Uint8Array): RPC {
      counts.framesReceived++;
      counts.gossipBytesReceived += bytes.byteLength + varintBytes(bytes.byteLength);
      return super.decodeRpc(bytes);
    }
  };
}

function varintBytes(value: number): number {
  let bytes = 1;
  for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) bytes++;
  return bytes;
}
