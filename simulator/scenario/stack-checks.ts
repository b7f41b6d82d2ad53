/** What whole libp2p nodes cannot be part of, each told at its key with what can. */

import type { FaultKind } from './fault-plan.ts';
import type { Finding } from './finding.ts';
import { NONE } from './presence-schema.ts';
import type { ScenarioInput } from './schema.ts';

type Parts = Partial<ScenarioInput>;

/** Faults of single frames above TCP: a connection that loses or repeats bytes is broken, not slow. */
const OF_FRAMES: readonly FaultKind[] = ['reordering', 'duplication'];
const HINT = 'stack: bare can';

/** Mistakes of a scenario whose relays are whole libp2p nodes. */
export function* checkStack({ stack, engine, adversary, arms = {}, faults = [] }: Parts): Generator<Finding> {
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
  for (const [index, fault] of faults.entries()) {
    const path = ['faults', index, 'kind'];
    const isGone = fault.kind === 'loss' && fault.retransmitted !== true;
    if (!isGone && !OF_FRAMES.includes(fault.kind)) continue;
    const message = `${isGone ? 'loss that nobody makes good' : fault.kind} is of single frames, and breaks a connection of libp2p`;
    yield { path, message, hint: isGone ? `retransmitted: true, or ${HINT}` : HINT };
  }
}
