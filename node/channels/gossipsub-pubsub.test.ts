import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPeerScoreParams, PeerScore } from '@chainsafe/libp2p-gossipsub/score';
import { RejectReason } from '@chainsafe/libp2p-gossipsub/types';
import type { ComponentLogger } from '@libp2p/interface';
import { invalidMessageScoring } from './gossipsub-pubsub.ts';

const TOPIC = 'topic';
const PEER = 'peer';
const { scoreParams, scoreThresholds } = invalidMessageScoring(TOPIC);
const GRAYLIST = scoreThresholds!.graylistThreshold!;
const SILENT = { forComponent: () => () => {} } as unknown as ComponentLogger;

/** js-libp2p's own account of a peer; nothing of it is cached. */
function account(...peers: string[]): PeerScore {
  const score = new PeerScore(createPeerScoreParams(scoreParams), null, SILENT, { scoreCacheValidityMs: 0 });
  for (const peer of peers) score.addPeer(peer);
  return score;
}

function sendInvalid(score: PeerScore, count: number, text = 'invalid'): void {
  for (let message = 0; message < count; message++) {
    const id = `${text} ${message}`;
    score.validateMessage(id);
    score.rejectMessage(PEER, id, TOPIC, RejectReason.Reject);
  }
}

test('scores: nine invalid messages graylist their sender, eight do not', () => {
  const score = account(PEER);
  sendInvalid(score, 8);
  assert(score.score(PEER) > GRAYLIST, `${score.score(PEER)}`);
  assert(score.score(PEER) < scoreThresholds!.publishThreshold!, 'but it gets nothing published here');
  sendInvalid(score, 1, 'the ninth');
  assert(score.score(PEER) < GRAYLIST, `${score.score(PEER)}`);
});

test('scores: a single invalid message is no reason to cut somebody off from gossip', () => {
  const score = account(PEER);
  sendInvalid(score, 1);
  assert(score.score(PEER) < 0);
  assert(score.score(PEER) > scoreThresholds!.gossipThreshold!);
});

test('scores: an invalid message each second graylists with the tenth, one every fifteen never', () => {
  const often = account(PEER);
  const seldom = account(PEER);
  for (let second = 0; second < 1000; second++) {
    sendInvalid(often, 1, `often ${second}`);
    if (second % 15 === 0) sendInvalid(seldom, 1, `seldom ${second}`);
    assert.equal(often.score(PEER) < GRAYLIST, second >= 9, `second ${second}: ${often.score(PEER)}`);
    assert(seldom.score(PEER) > GRAYLIST);
    often.refreshScores();
    seldom.refreshScores();
  }
});

test('scores: who stops is listened to again after minutes, and not by coming back as if new', () => {
  const gone = account(PEER);
  sendInvalid(gone, 20);
  gone.removePeer(PEER);
  assert(gone.score(PEER) < GRAYLIST, 'the account outlives the connection');
  const quiet = account(PEER);
  sendInvalid(quiet, 20);
  for (let second = 0; second < 60; second++) quiet.refreshScores();
  assert(quiet.score(PEER) < GRAYLIST, 'a minute is not enough');
  for (let second = 0; second < 60; second++) quiet.refreshScores();
  assert(quiet.score(PEER) > GRAYLIST);
  for (let second = 0; second < 180; second++) quiet.refreshScores();
  assert(quiet.score(PEER) > scoreThresholds!.gossipThreshold!, 'after five it gets gossip too');
});

test('scores: an honest relay is never graylisted, however much it sends and however long it is silent', () => {
  const score = account(PEER, 'other');
  score.graft(PEER, TOPIC);
  for (let message = 0; message < 1000; message++) {
    const id = `valid ${message}`;
    score.validateMessage(id);
    score.deliverMessage(message % 2 === 0 ? PEER : 'other', id, TOPIC);
    score.duplicateMessage(PEER, id, TOPIC);
    // Genuine, but not for this relay or not any more: such messages are ignored.
    const ignored = `ignored ${message}`;
    score.validateMessage(ignored);
    score.rejectMessage(PEER, ignored, TOPIC, RejectReason.Ignore);
  }
  for (let second = 0; second < 3600; second++) score.refreshScores();
  score.prune(PEER, TOPIC);
  assert.equal(score.score(PEER), 0);
});

test('scores: a network on one machine is no Sybil attack; one from elsewhere is', () => {
  const peers = Array.from({ length: 50 }, (_unused, index) => `peer ${index}`);
  const local = account(...peers);
  const remote = account(...peers);
  for (const peer of peers) {
    local.addIP(peer, '127.0.0.1');
    remote.addIP(peer, '192.0.2.1');
  }
  assert.equal(local.score(peers[0]!), 0);
  assert(remote.score(peers[0]!) < GRAYLIST);
});
