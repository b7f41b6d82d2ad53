/**
 * A fuller score of peers for a topic of updates, where messages are few and come from few publishers.
 *
 * Beside invalid messages (P4) a peer's time in the mesh (P1) and the messages that it was the first to bring (P2)
 * count, little enough that one invalid message weighs more than an hour in the mesh. So a relay whose mesh brings
 * nothing grafts peers that did (opportunistic grafting). Deliveries in the mesh (P3) do not count: with one publisher
 * messages run down the same tree each time, and of two honest relays in each other's mesh one never delivers to the
 * other; it would be punished for its place. Broken promises (P7) count from the seventh on, as relays on slow uplinks
 * break some.
 */

import type { GossipsubOpts } from '@chainsafe/libp2p-gossipsub';
import { createTopicScoreParams } from '@chainsafe/libp2p-gossipsub/score';
import { invalidMessageScoring } from './gossipsub-pubsub.ts';

type Scoring = Pick<GossipsubOpts, 'scoreParams' | 'scoreThresholds'>;

export function fullScoring(topic: string): Scoring {
  const { scoreParams, scoreThresholds } = invalidMessageScoring(topic);
  return {
    scoreParams: {
      ...scoreParams,
      behaviourPenaltyWeight: -10,
      behaviourPenaltyThreshold: 6,
      behaviourPenaltyDecay: 0.9,
      topics: {
        [topic]: createTopicScoreParams({
          ...scoreParams.topics?.[topic],
          timeInMeshWeight: 0.001,
          timeInMeshQuantum: 1000, // milliseconds
          timeInMeshCap: 300,
          firstMessageDeliveriesWeight: 1,
          firstMessageDeliveriesDecay: 0.999,
          firstMessageDeliveriesCap: 5,
        }),
      },
    },
    // A mesh whose median peer was lately the first with a message is left alone.
    scoreThresholds: { ...scoreThresholds, opportunisticGraftThreshold: 1 },
  } as Scoring;
}
