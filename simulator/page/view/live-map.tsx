/** The relays of one arm on the map, as they come to run the update. */

import { useEffect, useRef } from 'preact/hooks';
import { RELAY_STATES, STATE_LOOKS, stateCode } from '../parts/relay-states.ts';
import { colourOn } from '../parts/theme.ts';
import { useTheme } from '../parts/use-theme.ts';
import { WorldMap } from '../parts/world-map.ts';
import type { LiveRun } from './live-run.ts';

const SHOWN = RELAY_STATES.filter((state) => ['waiting', 'running', 'removed'].includes(state));

export function LiveMap({
  run,
  arm,
  changes,
}: {
  readonly run: LiveRun;
  readonly arm: string;
  readonly changes: number;
}) {
  const host = useRef<HTMLDivElement>(null);
  const map = useRef<WorldMap | null>(null);
  const placed = useRef<unknown>(null);
  const { isDark } = useTheme();
  useEffect(() => {
    const made = new WorldMap(host.current!);
    map.current = made;
    return () => made.destroy();
  }, []);
  useEffect(() => {
    const { current } = map;
    if (current === null || run.places === null) return;
    if (placed.current !== run.places) {
      placed.current = run.places;
      const { longitude, latitude } = run.places;
      current.setPlaces({ longitude: Float32Array.from(longitude), latitude: Float32Array.from(latitude) });
    }
    current.states.fill(stateCode('waiting'));
    const known = run.arms.get(arm);
    for (const relay of known?.relays ?? []) current.states[relay] = stateCode('running');
    for (const relay of known?.removed ?? []) current.states[relay] = stateCode('removed');
    current.touch();
    current.draw();
  }, [arm, changes]);
  return (
    <figure class="live-map">
      <div ref={host} role="img" aria-label={`Map of the relays of the arm ${arm}`} />
      <figcaption class="faint">
        {SHOWN.map((state) => {
          const { word, colour } = STATE_LOOKS[state];
          return (
            <span key={state} class="dot-word">
              <svg width="10" height="10" aria-hidden="true">
                <circle cx="5" cy="5" r="4" fill={colourOn(colour ?? '', isDark)} />
              </svg>{' '}
              {word}
            </span>
          );
        })}
        <span>Places within a country are made up.</span>
      </figcaption>
    </figure>
  );
}
