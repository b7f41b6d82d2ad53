/** Paths as clients with the default hooks choose them, drawn to tell what circuits look like. */

import { PathPosition, pathSelection } from '../../../node/hooks/catalogue/path-selection.ts';
import type { HookRuntime } from '../../../node/hooks/hook-runtime.ts';
import { PlainSlots } from '../../../node/relay/hook-slots.ts';
import { randomStream } from '../random.ts';
import type { OnionDirectory, SimulatedDescriptor } from './onion-directory.ts';

const PATHS_DRAWN = 4000;

/** Guard, middle and exit of each path, one after the other; none where the consensus has no guard. */
export function samplePaths(
  consensus: OnionDirectory['consensus'],
  runtime: HookRuntime,
  seed: number,
): Uint32Array {
  const stream = randomStream(seed, 'sampled paths');
  const random = { uniform: () => stream.uniform() };
  const hook = new PlainSlots(runtime, 'sampler').slot(pathSelection);
  const found: number[] = [];
  for (let drawn = 0; drawn < PATHS_DRAWN; drawn++) {
    const guard = consensus.choose(hook, PathPosition.guard, [], random);
    if (guard === null) break;
    const exit = consensus.choose(hook, PathPosition.exit, [guard], random);
    if (exit === null) continue;
    const middle = consensus.choose(hook, PathPosition.middle, [guard, exit], random);
    if (middle === null) continue;
    found.push(...[guard, middle, exit].map((one) => (one as SimulatedDescriptor).relay));
  }
  return Uint32Array.from(found);
}
