/** Who takes updates of third parties, where operators do not decide it: a share of the operators, on all their relays. */

import type { Scenario } from '../../scenario/scenario.ts';
import { randomStream } from '../random.ts';

export function drawnThirdParties({ seed, trust }: Scenario, operator: number): 'all' | 'none' {
  const draw = randomStream(seed, 'trusts third parties', operator).uniform();
  return draw < trust.thirdPartyShare ? 'all' : 'none';
}
