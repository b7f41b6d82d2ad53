/** What gossip costs a relay, by percentile: a section of the report page. */

import type { CostSummary, LoadQuantiles, PerRelaySummary } from '../measure/cost-summary.ts';
import type { Summary } from '../measure/summary.ts';
import { groupThousands, humanBytes, significant } from './human-units.ts';
import { table } from './report-table.ts';
import { element, join, type Markup } from './svg-markup.ts';

const LOADS: readonly {
  readonly name: string;
  readonly of: (perRelay: PerRelaySummary) => LoadQuantiles;
  readonly words: (value: number) => string;
}[] = [
  { name: 'bytes sent', of: ({ bytesSent }) => bytesSent, words: humanBytes },
  { name: 'of messages', of: ({ messageBytesSent }) => messageBytesSent, words: humanBytes },
  { name: 'of control', of: ({ controlBytesSent }) => controlBytesSent, words: humanBytes },
  {
    name: 'bytes received by gossip',
    of: ({ gossipBytesReceived }) => gossipBytesReceived,
    words: humanBytes,
  },
  { name: 'duplicates', of: ({ duplicates }) => duplicates, words: groupThousands },
];

function armsThatSend(summary: Summary): [string, CostSummary][] {
  return Object.entries(summary.arms).flatMap(([name, { cost }]): [string, CostSummary][] =>
    cost === null ? [] : [[name, cost]],
  );
}

/** The section; nothing where no arm sends anything. */
export function load(summary: Summary): Markup {
  const arms = armsThatSend(summary);
  if (arms.length === 0) return join();
  const rows = arms.flatMap(([name, { perRelay }]) =>
    LOADS.map(({ name: what, of, words }) => {
      const { p50, p90, p99, max } = of(perRelay);
      return [element('b', {}, name), what, words(p50), words(p90), words(p99), words(max)];
    }),
  );
  const overheads = arms.flatMap(([name, { controlOverhead }]) =>
    controlOverhead === null ? [] : [`${name} ${significant(controlOverhead * 100)} %`],
  );
  return join(
    element('h2', {}, 'What gossip costs a relay'),
    table(['arm', 'load', '50 %', '90 %', '99 %', 'most'], rows),
    element(
      'p',
      {},
      'Over the whole run, set-up included: so much at most for half of the relays, and so on.' +
        (overheads.length === 0 ? '' : ` Control over messages, in bytes: ${overheads.join(', ')}.`),
    ),
  );
}
