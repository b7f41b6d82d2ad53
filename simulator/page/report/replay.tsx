/** The wave of a run, replayed: a map, the curve beside it, and the clock that moves both. */

import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { groupThousands, humanDuration, humanPercent } from '../../report/human-units.ts';
import type { PageLine, PageWave } from '../../report/page-data.ts';
import { Choice } from '../parts/choice.tsx';
import { CurveChart, type CurveChartControls } from '../parts/curve-chart.tsx';
import { valueAt } from '../parts/curve-series.ts';
import { MAP_REGIONS, type MapRegion } from '../parts/map-land.ts';
import type { TimeScaleName } from '../parts/time-scale.ts';
import { WorldMap } from '../parts/world-map.ts';
import { ReplayPlayer } from './replay-player.ts';
import { spanOfEvents } from './replay-span.ts';
import { StateLegend } from './state-legend.tsx';
import { Wave } from './wave.ts';

export interface ReplayProps {
  readonly wave: PageWave;
  /** All lines of figure 1: the curve of each arm is among them, by its name. */
  readonly lines: readonly PageLine[];
}

const REGION_WORDS: Readonly<Record<MapRegion, string>> = {
  world: 'world',
  europe: 'Europe',
  'north-america': 'North America',
  asia: 'Asia',
};
const REGIONS = MAP_REGIONS.map((value) => ({ value, word: REGION_WORDS[value] }));
const SPEEDS = [
  { value: 0.25, word: '¼×' },
  { value: 1, word: '1×' },
  { value: 3, word: '3×' },
];
const SCALES = [
  { value: 'log', word: 'log' },
  { value: 'linear', word: 'linear' },
] as const;
const SPANS = [
  { value: 'arm', word: 'this arm' },
  { value: 'all', word: 'all arms' },
] as const;
const SLIDER_STEPS = 2000;
const CURVE_HEIGHT_PX = 320;

/** The curve that a reader sees of an arm: its activations by relay count, of this one run. */
function curveOf(lines: readonly PageLine[], arm: string): PageLine | undefined {
  return lines.find(({ name, seed, weighting }) => {
    return name === arm && seed === null && weighting === 'fractionOfRelays';
  });
}

function wavesOf({ arms, born, gone, places }: PageWave): Wave[] {
  const relays = places.longitude.length;
  const lives = born === undefined || gone === undefined ? {} : { waiting: born, away: gone };
  return arms.map(({ times }) => new Wave(relays, { ...times, ...lives }, born !== undefined));
}

export function Replay({ wave, lines }: ReplayProps) {
  const waves = useMemo(() => wavesOf(wave), [wave]);
  const [index, setIndex] = useState(0);
  const [region, setRegion] = useState<MapRegion>('world');
  const [scale, setScale] = useState<TimeScaleName>('log');
  const [whose, setWhose] = useState<'arm' | 'all'>('arm');
  const [speed, setSpeed] = useState(1);
  const [isPlaying, setPlaying] = useState(false);
  const mapHost = useRef<HTMLDivElement>(null);
  const slider = useRef<HTMLInputElement>(null);
  const clock = useRef<HTMLElement>(null);
  const count = useRef<HTMLElement>(null);
  const chart = useRef<CurveChartControls | null>(null);
  const player = useRef<ReplayPlayer | null>(null);
  const map = useRef<WorldMap | null>(null);
  const arm = wave.arms[index]!;
  const shown = useRef({ arm, line: curveOf(lines, arm.name) });
  shown.current = { arm, line: curveOf(lines, arm.name) };

  const span = useMemo(() => {
    const played = whose === 'all' ? waves : [waves[index]!];
    return spanOfEvents(
      played.map(({ seconds }) => seconds),
      scale,
    );
  }, [waves, index, scale, whose]);
  const series = useMemo(() => wave.arms.flatMap(({ name }) => curveOf(lines, name) ?? []), [wave, lines]);

  useEffect(() => {
    const made = new WorldMap(mapHost.current!);
    made.setPlaces(wave.places);
    map.current = made;
    player.current = new ReplayPlayer(made, {
      onMoment: (seconds, share) => {
        slider.current!.value = String(Math.round(share * SLIDER_STEPS));
        clock.current!.textContent = humanDuration(seconds);
        const { arm: of, line } = shown.current;
        const reached = line === undefined ? null : valueAt(line, Math.min(seconds, of.horizonSeconds));
        count.current!.textContent =
          reached === null
            ? 'no relay'
            : `${groupThousands(Math.round(reached * of.relays))} of ${groupThousands(of.relays)} relays (${humanPercent(reached)})`;
        slider.current!.setAttribute(
          'aria-valuetext',
          `${clock.current!.textContent}, ${count.current!.textContent}`,
        );
        chart.current?.setMarker(seconds);
      },
      onEnd: () => setPlaying(false),
    });
    return () => made.destroy();
  }, [wave]);
  useEffect(() => {
    // The first look at an arm is at the middle of its wave.
    const { seconds } = waves[index]!;
    const middle = seconds[seconds.length >> 1] ?? 0;
    const isKept = whose === 'all' && player.current!.seconds > 0;
    player.current!.load(waves[index]!, span, isKept ? player.current!.seconds : middle);
  }, [span]);
  useEffect(() => map.current!.setRegion(region), [region]);
  useEffect(() => {
    player.current!.speed = speed;
  }, [speed]);

  const togglePlay = () => {
    if (player.current!.isPlaying) player.current!.pause();
    else player.current!.play();
    setPlaying(player.current!.isPlaying);
  };
  return (
    <>
      <h2>The wave, replayed</h2>
      <div class="replay">
        <div class="choices">
          <Choice
            label="arm"
            options={wave.arms.map(({ name }, value) => ({ value, word: name }))}
            isOn={(value) => value === index}
            onChoose={setIndex}
          />
          <Choice label="map" options={REGIONS} isOn={(value) => value === region} onChoose={setRegion} />
          <Choice label="time" options={SCALES} isOn={(value) => value === scale} onChoose={setScale} />
          {wave.arms.length > 1 ? (
            <Choice label="span of" options={SPANS} isOn={(value) => value === whose} onChoose={setWhose} />
          ) : null}
          <Choice label="speed" options={SPEEDS} isOn={(value) => value === speed} onChoose={setSpeed} />
        </div>
        <div class="replay-stage">
          <div class="replay-map">
            <div ref={mapHost} role="img" aria-label="Relays on a world map, by what they have come to" />
            <StateLegend times={arm.times} />
          </div>
          <div class="replay-clock">
            <button type="button" class="play" aria-pressed={isPlaying} onClick={togglePlay}>
              {isPlaying ? 'pause' : 'play'}
            </button>
            <input
              ref={slider}
              type="range"
              min={0}
              max={SLIDER_STEPS}
              aria-label="moment"
              onInput={(event) => player.current!.seekShare(Number(event.currentTarget.value) / SLIDER_STEPS)}
            />
            <p>
              <b ref={clock} /> after the release <b ref={count} /> ran it
            </p>
          </div>
          <CurveChart
            label="Relays that run the fix"
            series={series}
            span={{
              logFromSeconds: span.fromSeconds,
              fromSeconds: span.fromSeconds,
              toSeconds: span.toSeconds,
            }}
            scale={span.scale}
            unit="share"
            top={1}
            timeLabel="time since the release"
            valueLabel="share of relays that ran it"
            heightPx={CURVE_HEIGHT_PX}
            onReady={(controls) => {
              chart.current = controls;
              controls.setMarker(player.current?.seconds ?? null);
            }}
            onPick={(seconds) => player.current?.seek(seconds)}
          />
        </div>
        {wave.notes.map((note) => (
          <p class="source" key={note}>
            {note}
          </p>
        ))}
      </div>
    </>
  );
}
