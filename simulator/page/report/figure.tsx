/** An interactive figure: what to show of it, and its panels. */

import { useMemo, useState } from 'preact/hooks';
import type { PageFigure, PagePanel } from '../../report/page-data.ts';
import { Choice, toggled } from '../parts/choice.tsx';
import { CurveChart } from '../parts/curve-chart.tsx';
import type { TimeScaleName } from '../parts/time-scale.ts';
import { choicesOf, type LineChoice, shownLines } from './shown-lines.ts';

export interface FigureProps {
  readonly figure: PageFigure;
  /** Hears when the static chart is to be seen instead, and when no longer. */
  readonly onPrinted: (isOn: boolean) => void;
}

const WEIGHTING_WORDS: Readonly<Record<string, string>> = {
  fractionOfRelays: 'relay count',
  fractionOfConsensusWeight: 'consensus weight',
};
const SCALES = [
  { value: 'linear', word: 'linear' },
  { value: 'log', word: 'log' },
] as const;
const HEIGHT_PX = 340;
const STACKED_HEIGHT_PX = 220;

interface PanelProps {
  readonly panel: PagePanel;
  readonly choice: LineChoice;
  readonly heightPx: number;
}

function Panel({ panel, choice, heightPx }: PanelProps) {
  const { title, lines, scale: first, ...content } = panel;
  const [scale, setScale] = useState<TimeScaleName>(first);
  const series = useMemo(() => shownLines(lines, choice), [lines, choice]);
  return (
    <div class="panel">
      <div class="panel-head">
        <h4>{title}</h4>
        <Choice
          label="time"
          options={SCALES}
          isOn={(value) => value === scale}
          onChoose={(value) => setScale(value as TimeScaleName)}
        />
      </div>
      <CurveChart {...content} label={title} series={series} scale={scale} heightPx={heightPx} />
    </div>
  );
}

function SeedChoice({
  seeds,
  chosen,
  onChoose,
}: {
  readonly seeds: readonly number[];
  readonly chosen: ReadonlySet<number>;
  readonly onChoose: (seeds: ReadonlySet<number>) => void;
}) {
  return (
    <details class="seeds">
      <summary>
        single runs: {chosen.size} of {seeds.length}
      </summary>
      <button type="button" onClick={() => onChoose(new Set(chosen.size === 0 ? seeds : []))}>
        {chosen.size === 0 ? 'all' : 'none'}
      </button>
      <Choice
        label="seeds"
        options={seeds.map((seed) => ({ value: seed, word: String(seed) }))}
        isOn={(seed) => chosen.has(seed)}
        onChoose={(seed) => onChoose(toggled(chosen, seed, true))}
      />
    </details>
  );
}

export function Figure({ figure, onPrinted }: FigureProps) {
  const { title, panels, source } = figure;
  const lines = useMemo(() => panels.flatMap((panel) => panel.lines), [panels]);
  const [weightings, stages, seeds] = [
    choicesOf(lines, 'weighting'),
    choicesOf(lines, 'stage'),
    choicesOf(lines, 'seed'),
  ];
  const [choice, setChoice] = useState<LineChoice>({
    weightings: new Set(['fractionOfRelays']),
    stages: new Set(['activated']),
    seeds: new Set(seeds),
  });
  const [isPrinted, setPrinted] = useState(false);
  const showPrinted = () => {
    onPrinted(!isPrinted);
    setPrinted(!isPrinted);
  };
  const heightPx = panels.length > 2 ? STACKED_HEIGHT_PX : HEIGHT_PX;
  return (
    <>
      <div class="figure-head">
        <h3>{title}</h3>
        <button type="button" aria-pressed={isPrinted} onClick={showPrinted}>
          as printed
        </button>
      </div>
      {isPrinted ? null : (
        <>
          <div class="choices">
            {weightings.length > 1 ? (
              <Choice
                label="counted by"
                options={weightings.map((value) => ({ value, word: WEIGHTING_WORDS[value] ?? value }))}
                isOn={(value) => choice.weightings.has(value)}
                onChoose={(value) =>
                  setChoice({ ...choice, weightings: toggled(choice.weightings, value, false) })
                }
              />
            ) : null}
            {stages.length > 1 ? (
              <Choice
                label="stages"
                options={stages.map((value) => ({ value, word: value }))}
                isOn={(value) => choice.stages.has(value)}
                onChoose={(value) => setChoice({ ...choice, stages: toggled(choice.stages, value, false) })}
              />
            ) : null}
            {seeds.length > 0 ? (
              <SeedChoice
                seeds={seeds}
                chosen={choice.seeds}
                onChoose={(next) => setChoice({ ...choice, seeds: next })}
              />
            ) : null}
          </div>
          <div class={panels.length === 2 ? 'panels side-by-side' : 'panels'}>
            {panels.map((panel) => (
              <Panel key={panel.title} panel={panel} choice={choice} heightPx={heightPx} />
            ))}
          </div>
          <p class="source">{source}</p>
        </>
      )}
    </>
  );
}
