/** Who takes updates of third parties: as the class of its operator decides, or else as the scenario draws it. */

import type { ThirdPartyPolicy } from '../../../node/trust/trust-client.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import { randomStream } from '../random.ts';
import { type Job, THIRD_PARTIES } from './job.ts';

/** All third parties or none. */
export type TakenParties = Extract<ThirdPartyPolicy, string>;

export function thirdPartiesOf(
  { scenario, population, policies }: Pick<Job, 'scenario' | 'population' | 'policies'>,
  relay: number,
): TakenParties {
  const decided = policies?.thirdParties[relay] ?? THIRD_PARTIES.asDrawn;
  if (decided !== THIRD_PARTIES.asDrawn) return decided === THIRD_PARTIES.all ? 'all' : 'none';
  return drawnThirdParties(scenario, population.operator[relay]);
}

/** A share of the operators, each on all of its relays. */
export function drawnThirdParties({ seed, trust }: Scenario, operator: number): TakenParties {
  const draw = randomStream(seed, 'trusts third parties', operator).uniform();
  return draw < trust.thirdPartyShare ? 'all' : 'none';
}
