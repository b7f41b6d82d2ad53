/** Reads what is asked of a campaign. */

import { InvalidArgumentError } from 'commander';
import { listOf, scriptLine, whole } from '../../simulator/testing/script-line.ts';
import { type Axes, FULL, QUICK } from './plan.ts';
import { CONDITIONS, ENGINES } from './row.ts';

const NARROWING = `
Naming engines, relays, messages or conditions leaves out the naive way and tor7500 as shipped; --naive asks for it.`;

export interface CampaignAsk {
  readonly axes: Axes;
  readonly threads: number | null;
  readonly long: boolean;
  /** Whether rows that the folder's last campaign has measured are kept. */
  readonly resume: boolean;
  /** Whether the tables go into docs/benchmarks.md. */
  readonly docs: boolean;
  readonly json: boolean;
  /** The folder to write to; null for results/bench. */
  readonly out: string | null;
}

/** Options as commander hands them over. */
interface CampaignOptions extends Partial<CampaignAsk & Axes> {
  readonly quick?: boolean;
}

/** What the command line asks for; one that is wrong ends the process. */
export function readAsk(args: readonly string[]): CampaignAsk {
  const counts = listOf(whole(1));
  const asked = scriptLine('bench', 'Measures what runs cost, each engine at several sizes.')
    .option('--quick', 'a minute of it: 500 relays, engines gossipsub and model')
    .option('--engines <names>', `some of ${ENGINES.join(',')}`, someOf(ENGINES))
    .option('--relays <numbers>', 'sizes of networks, such as 500,1000', counts)
    .option('--messages <numbers>', 'how many modules are released, such as 1,9', counts)
    .option('--conditions <names>', `some of ${CONDITIONS.join(',')}`, someOf(CONDITIONS))
    .option('--naive <numbers>', 'sizes at which plain js-libp2p runs in real time, or none', (text) =>
      text === 'none' ? [] : counts(text),
    )
    .option('--threads <n>', 'simulation threads (default: chosen for each row)', whole(1))
    .option('--long', 'also run the rows that take minutes')
    .option('--resume', 'keep rows that were measured before, on the same machine')
    .option('--docs', 'put the tables into docs/benchmarks.md')
    .option('--json', 'print bench.json; rows are told on stderr')
    .option('--out <dir>', 'where to write (default: results/bench)')
    .addHelpText('after', NARROWING)
    .parse(args, { from: 'user' })
    .opts<CampaignOptions>();
  const base = asked.quick === true ? QUICK : FULL;
  const isNarrowed = [asked.engines, asked.relays, asked.messages, asked.conditions].some(
    (axis) => axis !== undefined,
  );
  return {
    axes: {
      engines: asked.engines ?? base.engines,
      relays: asked.relays ?? base.relays,
      messages: asked.messages ?? base.messages,
      conditions: asked.conditions ?? base.conditions,
      naive: asked.naive ?? (isNarrowed ? [] : base.naive),
      shipped: base.shipped && !isNarrowed,
    },
    threads: asked.threads ?? null,
    long: asked.long === true,
    resume: asked.resume === true,
    docs: asked.docs === true,
    json: asked.json === true,
    out: asked.out ?? null,
  };
}

/** Reads a list of names, into their own order. */
function someOf<Name extends string>(known: readonly Name[]): (text: string) => Name[] {
  return (text) => {
    const given = text.split(',');
    if (given.some((name) => !(known as readonly string[]).includes(name)))
      throw new InvalidArgumentError(`Give some of ${known.join(',')}.`);
    return known.filter((name) => given.includes(name));
  };
}
