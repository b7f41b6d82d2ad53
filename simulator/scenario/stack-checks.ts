/** What whole libp2p nodes cannot be part of, each told at its key with what can. */

import type { Finding } from './finding.ts';
import { NONE } from './presence-schema.ts';
import type { ScenarioInput } from './schema.ts';

type Parts = Partial<ScenarioInput>;

const HINT = 'stack: bare can';

/** Mistakes of a scenario whose relays are whole libp2p nodes. */
export function* checkStack({
  stack,
  engine,
  adversary,
  arms = {},
  faults = [],
  churn,
}: Parts): Generator<Finding> {
  if (stack !== 'libp2p') return;
  if (engine !== undefined && engine !== 'gossipsub') {
    const message =
      engine === 'wire'
        ? 'the engine wire runs whole libp2p nodes, whatever stands here'
        : `the engine ${engine} runs no libp2p nodes`;
    yield { path: ['stack'], message, hint: 'remove the key, or use engine: gossipsub' };
  }
  if (adversary !== undefined && adversary !== NONE && adversary.sybils !== undefined) {
    const message = 'sybils speak gossipsub without the rest of libp2p';
    yield { path: ['adversary', 'sybils'], message, hint: HINT };
  }
  for (const [name, arm] of Object.entries(arms)) {
    if (arm.channel === 'manual' || arm.adversary === undefined || arm.adversary === NONE) continue;
    const message = 'sybils speak gossipsub without the rest of libp2p';
    yield { path: ['arms', name, 'adversary'], message, hint: HINT };
  }
  if (faults.length > 0) {
    const message = 'faults are not simulated below whole libp2p nodes';
    yield { path: ['faults'], message, hint: HINT };
  }
  if (churn !== undefined && churn !== NONE) {
    const message = 'churn is not simulated below whole libp2p nodes';
    yield { path: ['churn'], message, hint: `${HINT}; presence has relays that are late or away once` };
  }
}
