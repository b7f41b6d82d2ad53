/** The answer of a run in one sentence, in words and round figures. */

import type { ArmSummary, Summary } from '../measure/summary.ts';
import { countOf, humanDuration, humanPercent, humanRatio } from './human-units.ts';

type Named = readonly [name: string, arm: ArmSummary];

/** The arms of a summary, live ones and manual ones, each in the scenario's order. */
export function armsByKind(summary: Summary): { live: readonly Named[]; manual: readonly Named[] } {
  const arms = Object.entries(summary.arms);
  return {
    live: arms.filter(([, arm]) => arm.channel !== 'manual'),
    manual: arms.filter(([, arm]) => arm.channel === 'manual'),
  };
}

/** What begins with "never" says so before the verb. */
function sentence({ relays, seeds }: Summary, parts: readonly string[], end = ''): string {
  const all = parts.join(', ');
  const ran = all.startsWith(NEVER) ? `never ran the fix${all.slice(NEVER.length)}` : `ran the fix ${all}`;
  const sure = seeds.length === 1 ? 'one run' : `medians of ${seeds.length} runs`;
  return `Half of ${countOf(relays, 'relay')} ${ran}${end} (${sure}).`;
}

const NEVER = 'never';

function half(arm: ArmSummary): string {
  if (arm.t50Seconds !== null) return `after ${humanDuration(arm.t50Seconds)}`;
  const reached = humanPercent(arm.reachedFraction);
  return `${NEVER} (${reached} within ${humanDuration(arm.horizonSeconds)})`;
}

/** "Half of 7,500 relays ran the fix after 0.62 s by gossip, after 153 days by hand: 21,000,000 times as long (one run)." */
export function answerSentence(summary: Summary): string {
  const { live, manual } = armsByKind(summary);
  const parts = [
    ...live.slice(0, 1).map(([, arm]) => `${half(arm)} by ${arm.channel}`),
    ...manual.slice(0, 1).map(([, arm]) => `${half(arm)} by hand`),
  ];
  if (parts.length === 0) return 'The scenario has no arm to answer with.';
  const times = summary.ratio.t50 === null ? '' : `: ${humanRatio(summary.ratio.t50)} times as long`;
  return sentence(summary, parts, times);
}

/** "Half of 1,000 relays ran the fix after 0.62 s by gossip, after 38 min by directory (one run)." */
export function channelsSentence(summary: Summary): string {
  const { live } = armsByKind(summary);
  const labels = new Set(live.map(([, arm]) => arm.channel));
  const parts = live.map(([name, arm]) => {
    return `${half(arm)} ${labels.size === live.length ? `by ${arm.channel}` : `in ${name}`}`;
  });
  return sentence(summary, parts);
}
