/**
 * The Pubsub port over js-libp2p's gossipsub.
 *
 * Messages carry no peer's signature (StrictNoSign): an update is signed by its publisher, and the relay
 * that passes it on vouches for nothing. The message id is the SHA-256 of the data.
 */

import type { GossipSub, GossipsubOpts } from '@chainsafe/libp2p-gossipsub';
import { TopicValidatorResult } from '@chainsafe/libp2p-gossipsub';
import { createTopicScoreParams } from '@chainsafe/libp2p-gossipsub/score';
import type { PeerId } from '@libp2p/interface';
import type { Pubsub, PubsubMessage, Verdict } from '../environment.ts';

/** Options that the channel depends on; a caller may add others but not change these. */
export const PUBSUB_OPTIONS = {
  globalSignaturePolicy: 'StrictNoSign',
  asyncValidation: true, // the channel verifies before the router forwards
  emitSelf: true, // a publisher takes its own update
  fallbackToFloodsub: false,
  allowPublishToZeroTopicPeers: true,
} as const satisfies Partial<GossipsubOpts>;

const VALIDATION = {
  accept: TopicValidatorResult.Accept,
  reject: TopicValidatorResult.Reject,
  ignore: TopicValidatorResult.Ignore,
} as const satisfies Record<Verdict, TopicValidatorResult>;

/** The router as its class really is: the package's interface leaves these out. */
export interface ValidatingGossipSub extends GossipSub {
  reportMessageValidationResult(
    msgId: string,
    propagationSource: string,
    acceptance: TopicValidatorResult,
  ): void;
  /** Names of the peers in a topic's mesh. */
  getMeshPeers(topic: string): string[];
}

export class GossipsubPubsub implements Pubsub {
  private readonly gossipsub: ValidatingGossipSub;
  private readonly self: PeerId;

  constructor(gossipsub: ValidatingGossipSub, self: PeerId) {
    this.gossipsub = gossipsub;
    this.self = self;
  }

  subscribe(topic: string, listener: (message: PubsubMessage) => void): void {
    this.gossipsub.addEventListener('gossipsub:message', ({ detail }) => {
      if (detail.msg.topic !== topic) return;
      const { msgId, propagationSource } = detail;
      listener({
        topic,
        from: propagationSource.toString(),
        data: detail.msg.data,
        id: msgId,
        report: (verdict) => {
          if (propagationSource.equals(this.self)) return; // published here: the router sent it already
          this.gossipsub.reportMessageValidationResult(
            msgId,
            propagationSource.toString(),
            VALIDATION[verdict],
          );
        },
      });
    });
    this.gossipsub.subscribe(topic);
  }

  publish(topic: string, data: Uint8Array): Promise<void> {
    return this.gossipsub.publish(topic, data).then(() => undefined);
  }
}

/** Where peers of one machine connect from: a network for a trial, and no sign of a Sybil attack. */
export const LOOPBACK_HOSTS: readonly string[] = ['127.0.0.1', '::1'];

/**
 * Scores under which an invalid message costs its sender something; js-libp2p scores no topic by itself.
 *
 * Of what happens in the topic, invalid messages alone count (P4): the square of their number, of which a hundredth
 * is forgotten each second. An honest relay forwards only what it has verified, so it never has any. With nine or ten
 * within half a minute a peer is graylisted: nothing it sends is looked at any more, which bounds a flood. Before
 * that it gets no gossip. More than ten peers of one address (P6) and broken promises (P7) cost what js-libp2p says.
 */
export function invalidMessageScoring(topic: string): Pick<GossipsubOpts, 'scoreParams' | 'scoreThresholds'> {
  return {
    scoreParams: {
      IPColocationFactorWhitelist: new Set(LOOPBACK_HOSTS),
      topics: {
        [topic]: createTopicScoreParams({
          topicWeight: 1,
          timeInMeshWeight: 0,
          firstMessageDeliveriesWeight: 0,
          meshMessageDeliveriesWeight: 0,
          meshFailurePenaltyWeight: 0,
          invalidMessageDeliveriesWeight: -1,
          invalidMessageDeliveriesDecay: 0.99,
        }),
      },
    },
    scoreThresholds: { gossipThreshold: -10, publishThreshold: -50, graylistThreshold: -80 },
  } as Pick<GossipsubOpts, 'scoreParams' | 'scoreThresholds'>;
}
