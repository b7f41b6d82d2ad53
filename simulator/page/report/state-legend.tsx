/** What the dots of the map mean; states that an arm does not have are left out. */

import { RELAY_STATES, type RelayState, STATE_LOOKS } from '../parts/relay-states.ts';
import { colourOn } from '../parts/theme.ts';
import { useTheme } from '../parts/use-theme.ts';
import type { StateTimes } from './wave.ts';

export interface StateLegendProps {
  readonly times: StateTimes;
}

function Dot({ state, isDark }: { readonly state: RelayState; readonly isDark: boolean }) {
  const { colour, shape } = STATE_LOOKS[state];
  const ink = colourOn(colour ?? '', isDark);
  return (
    <svg width={12} height={12} viewBox="-6 -6 12 12" aria-hidden="true">
      {shape === 'disc' ? <circle r={4} fill={ink} /> : null}
      {shape === 'ring' ? <circle r={3.6} fill="none" stroke={ink} stroke-width={2.2} /> : null}
      {shape === 'cross' ? <path d="M-4-4L4 4M-4 4L4-4" stroke={ink} stroke-width={2.2} /> : null}
    </svg>
  );
}

export function StateLegend({ times }: StateLegendProps) {
  const { isDark } = useTheme();
  const there = RELAY_STATES.filter((state) => state === 'waiting' || (state !== 'away' && times[state]));
  return (
    <ul class="state-legend">
      {there.map((state) => (
        <li key={state}>
          <Dot state={state} isDark={isDark} /> {STATE_LOOKS[state].word}
        </li>
      ))}
    </ul>
  );
}
