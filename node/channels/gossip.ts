/**
 * The gossip channel: updates travel whole on one pubsub topic.
 *
 * A relay forwards only what it has verified, and it verifies before it forwards: the router waits for the
 * verdict. An update that fails costs its sender score; one that has merely expired does not, since an
 * honest relay with another clock may have passed it on.
 */

import type { Environment, PubsubMessage, Verdict } from '../environment.ts';
import type { UpdateRefusal, Verification } from '../updates/signed-update.ts';
import type { Updater } from '../updates/updater.ts';

export const UPDATE_TOPIC = 'relaywave/updates/1';

/** What the channel needs of its environment. */
export type GossipEnvironment = Pick<Environment, 'clock' | 'pubsub' | 'processor'>;

/** Answers whether a message's bytes are a valid update; may remember answers by message id. */
export type Verify = (message: PubsubMessage) => Verification;

/** What the sender of a refused update is told by its score. */
function verdictFor(refusal: UpdateRefusal): Verdict {
  return refusal === 'expired' ? 'ignore' : 'reject';
}

/** Subscribes the relay and feeds what arrives to its updater. */
export function joinGossipChannel(environment: GossipEnvironment, verify: Verify, updater: Updater): void {
  const { pubsub, processor } = environment;
  pubsub.subscribe(UPDATE_TOPIC, (message) => {
    updater.heard(message.id);
    processor.work({ kind: 'verify', signatures: 1, bytes: message.data.length }, () => {
      const result = verify(message);
      if ('refused' in result) {
        message.report(verdictFor(result.refused));
        updater.refused(message.id, result.refused);
      } else {
        message.report('accept');
        updater.verified(message.id, result.verified);
      }
    });
  });
}

/** Releases an update from this relay, which takes it itself as if it had heard it. */
export function publishUpdate(environment: GossipEnvironment, data: Uint8Array): Promise<void> {
  return environment.pubsub.publish(UPDATE_TOPIC, data);
}
