import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPeerScoreParams, PeerScore } from '@chainsafe/libp2p-gossipsub/score';
import type { ComponentLogger } from '@libp2p/interface';
import { fullScoring } from './peer-scoring.ts';

type Penalty = Parameters<PeerScore['addPenalty']>[2];

const PEER = 'peer';
const BROKEN_PROMISE = 'broken_promise' as Penalty;
const SILENT = { forComponent: () => () => {} } as unknown as ComponentLogger;
const { scoreParams, scoreThresholds } = fullScoring('topic');

/** The score of a peer that has broken so many promises, by js-libp2p's own account. */
function scoreAfter(promises: number): number {
  const score = new PeerScore(createPeerScoreParams(scoreParams), null, SILENT, { scoreCacheValidityMs: 0 });
  score.addPeer(PEER);
  if (promises > 0) score.addPenalty(PEER, promises, BROKEN_PROMISE);
  return score.score(PEER);
}

test('full scores: six broken promises are forgiven, the seventh counts, nine graylist', () => {
  assert.equal(scoreAfter(6), 0);
  assert.equal(scoreAfter(7), -10);
  assert(scoreAfter(8) > scoreThresholds!.graylistThreshold!);
  assert(scoreAfter(9) < scoreThresholds!.graylistThreshold!);
});
