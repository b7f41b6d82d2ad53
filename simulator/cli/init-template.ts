/** The scenario that `init` writes: short, whole, and with a comment on every key. */

import { callOf } from '../../updates/cli/call-words.ts';
import { schemaComment } from '../scenario/scenario-yaml.ts';

export interface InitAnswers {
  readonly name: string;
  readonly relays: string;
  readonly duration: string;
  readonly module: string;
  readonly lag: string;
}

export const INIT_DEFAULTS: InitAnswers = {
  name: 'mine',
  relays: '1000',
  duration: '5min',
  module: 'strict-cells',
  lag: 'tor-2016-17',
};

/** The text of a new scenario; the answers are put in as they are, to be checked by loading the text. */
export function initTemplate(answers: InitAnswers, file: string, schemaPath: string): string {
  const { name, relays, duration, module, lag } = answers;
  return `${schemaComment(schemaPath)}
#
# Check it:  ${callOf('validate', file)}
# Run it:    ${callOf('simulate', file)}
# Keys that are left out have defaults; scenario.resolved.yaml in the results spells them out.

# Letters, digits, - and _. Results go to results/<name>/seed-<n>/.
name: ${name}
question: How long until ${relays} relays run a fix, gossiped and by hand?

# All chance comes from here: the same scenario and seed give the same numbers.
seed: 1

network:
  # This engine carries some 10,000; memory is checked before the start.
  relays: ${relays}
  # Who the relays are: tor-2025-11 (as in the Tor network of November 2025) or uniform (all alike).
  population: tor-2025-11
  # Mean number of connections of a relay; it dials half of them.
  degree: 14

# Virtual time. Times have a unit: 90s, 5min, 2h.
duration: ${duration}

updates:
  # What is released: a folder of updates/.
  - module: ${module}
    # When it is released; before that the network forms its mesh.
    at: 60s
    # What its binary is padded to; \`compiled\` leaves it as it is.
    size: 20KiB

# Ways for the update to travel, compared on the same relays and seed.
arms:
  # Gossiped, verified, compiled and swapped in while the relay runs.
  live: { channel: gossip }
  # Installed by operators after a lag: tor-2016-17, tor-2025-26, or a law of your own such as
  #   { lognormal: { median: 10d, sigma: 1.5, never: 0.1 } }
  manual: { channel: manual, lag: ${lag} }

# Curves of Tor's own releases, drawn beside the arms.
historical: [tor-2016-17, tor-2025-26]

# More that a scenario can say: take the # off. docs/scenario-reference.md has every key.
#
# What must come out; the command ends with 3 when one does not hold.
#assert: [live.reached >= 99%, violations == 0]
#
# Shares of the relays whose times the tables show.
#measure: { milestones: [10%, 50%, 90%, 100%] }
#
# Clients whose circuits and cells are simulated one by one.
#traffic: { clients: { count: 200 } }
`;
}
