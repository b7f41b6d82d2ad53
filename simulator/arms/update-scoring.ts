/** How routers score their peers for the topic of updates, where the scenario has them do so. */

import { UPDATE_TOPIC } from '../../node/channels/gossip-channel.ts';
import { invalidMessageScoring } from '../../node/channels/gossipsub-pubsub.ts';
import { fullScoring } from '../../node/channels/peer-scoring.ts';
import type { ScoringOptions } from '../engine/gossipsub/router.ts';

export function updateScoring(kind: 'invalid-messages' | 'full'): ScoringOptions {
  return kind === 'full' ? fullScoring(UPDATE_TOPIC) : invalidMessageScoring(UPDATE_TOPIC);
}
