/** The interactive figures that one run and several have alike: figure 1, the channels, live beside manual. */

import type { HistoricalBaseline } from '../baseline/historical.ts';
import { type AdoptionCurve, WEIGHTINGS, type Weighting } from '../measure/curve.ts';
import { STAGES, type Stage } from '../measure/outcome.ts';
import { timeToFraction } from '../measure/quantiles.ts';
import { hasSeveralChannels } from './channels-chart.ts';
import { type ActivationCurves, type ArmCurves, type CurvesData, dateOfData } from './chart-data.ts';
import { armLooks, historicalLook, type LineLook } from './chart-style.ts';
import { takesDays } from './figure1-days.ts';
import { countOf, DAY_SECONDS } from './human-units.ts';
import { liveTimeAxis } from './live-time-axis.ts';
import { hasManual } from './live-vs-manual-chart.ts';
import type { PageFigure, PageLine, PagePanel } from './page-data.ts';
import { curveLineOf, plainLine } from './page-lines.ts';

/** The activation curves of one run among several, by the name of the arm. */
export interface SeedCurves {
  readonly seed: number;
  readonly curves: ReadonlyMap<string, AdoptionCurve>;
}

/** More single runs than these are a blot, and make the page large. */
export const SEEDS_MAX = 100;
const SHORTEST_SECONDS = 1e-5;
const EARLY_SHARE = 0.002;
const SEED_OPACITY = 0.35;
const WEIGHT_DASH = '2 3';

const BY: Readonly<Record<Weighting, string>> = {
  fractionOfRelays: 'by relay count',
  fractionOfConsensusWeight: 'by consensus weight',
};

function byWeightLook(look: LineLook): LineLook {
  return { ...look, dash: look.dash === undefined ? '7 4' : WEIGHT_DASH, widthPx: look.widthPx - 0.6 };
}

/** The stages before activation are thinner and lighter than the arm's line, each with a dash of its own. */
const STAGE_LINES: Readonly<Record<Exclude<Stage, 'activated'>, Pick<PageLine, 'opacity' | 'dash'>>> = {
  heard: { opacity: 0.6, dash: '1.5 4' },
  verified: { opacity: 0.75, dash: '4 4' },
  staged: { opacity: 0.9, dash: '10 4' },
};

function stagesOf(arm: ActivationCurves): readonly Stage[] {
  if (!arm.isLive) return ['activated'];
  return STAGES.filter((stage) => ((arm as ArmCurves).stages[stage]?.seconds.length ?? 0) > 0);
}

/** All lines of an arm: each stage by count and by weight, and each seed's activations. */
function armLines(arm: ActivationCurves, look: LineLook, seeds: readonly SeedCurves[]): PageLine[] {
  const untilSeconds = arm.horizonSeconds;
  const lines = stagesOf(arm).flatMap((stage) =>
    WEIGHTINGS.map((weighting) => {
      const earlier = stage === 'activated' ? null : { ...STAGE_LINES[stage], widthPx: 1.6 };
      const ofStage = earlier === null ? arm.name : `${arm.name}, ${stage}`;
      const isCount = weighting === 'fractionOfRelays';
      const line = curveLineOf((arm as ArmCurves).stages[stage], {
        name: isCount ? ofStage : `${ofStage} by weight`,
        look: isCount ? look : byWeightLook(look),
        weighting,
        stage,
        band: earlier === null ? (arm.bands?.[weighting] ?? null) : null,
        untilSeconds,
      });
      return { ...line, ...earlier };
    }),
  );
  const single = seeds.flatMap(({ seed, curves }) => {
    const curve = curves.get(arm.name);
    if (curve === undefined) return [];
    return WEIGHTINGS.map((weighting): PageLine => {
      const name = `${arm.name}, seed ${seed} ${BY[weighting]}`;
      const line = curveLineOf(curve, { name, look, weighting, stage: 'activated', seed, untilSeconds });
      const follows = weighting === 'fractionOfRelays' ? arm.name : `${arm.name} by weight`;
      return { ...line, dash: undefined, widthPx: 1, opacity: SEED_OPACITY, isInLegend: false, follows };
    });
  });
  return [...single, ...lines];
}

function historyLines({ name, label, releases, pooled }: HistoricalBaseline): PageLine[] {
  const look = historicalLook(name);
  const seconds = (days: readonly number[]): number[] => days.map((day) => day * DAY_SECONDS);
  const single = releases.map(({ release, daysSinceRelease, fractionOfRelays }) =>
    plainLine(seconds(daysSinceRelease), fractionOfRelays, {
      name: `${label}, release ${release}`,
      look: { ...look, dash: undefined, widthPx: 1 },
      shape: 'linear',
      opacity: 0.4,
      isInLegend: false,
      follows: label,
      weighting: 'fractionOfRelays',
    }),
  );
  const lines = WEIGHTINGS.flatMap((weighting): PageLine[] => {
    const shares = pooled[weighting];
    if (shares === null) return [];
    const isCount = weighting === 'fractionOfRelays';
    return [
      plainLine(seconds(pooled.days), shares, {
        name: isCount ? label : `${label} by weight`,
        look: isCount ? look : { ...look, dash: '7 4', widthPx: 1.8 },
        shape: 'linear',
        weighting,
      }),
    ];
  });
  return [...single, ...lines];
}

/** When the first relays of any arm have the fix, so that the publisher alone does not stretch an axis. */
function earlySeconds(arms: readonly ActivationCurves[]): number {
  const early = arms.map(({ stages }) => timeToFraction(stages.activated, 'fractionOfRelays', EARLY_SHARE));
  const found = early.filter((seconds) => seconds !== null && seconds > 0) as number[];
  return Math.max(SHORTEST_SECONDS, Math.min(0.1, ...found) / 1.5);
}

const SHARE_PANEL = {
  unit: 'share',
  timeLabel: 'time since the release',
  valueLabel: 'share of the network that runs the fix',
  top: 1,
} as const;

/** The lines of each arm, made once: what several charts show, the page holds once. */
type LinesOfArms = ReadonlyMap<string, readonly PageLine[]>;

function linesOfArms(data: CurvesData, seeds: readonly SeedCurves[]): LinesOfArms {
  const looks = armLooks(data.scenario.arms);
  return new Map(data.arms.map((arm) => [arm.name, armLines(arm, looks.get(arm.name)!, seeds)]));
}

function livePanel(data: CurvesData, lines: LinesOfArms): PagePanel {
  const live = data.arms.filter(({ isLive }) => isLive);
  const reached = live.filter(({ stages }) => stages.activated.seconds.length > 0);
  const axis = reached.length > 0 ? liveTimeAxis(reached, 0) : { isLog: false, toSeconds: 1 };
  return {
    ...SHARE_PANEL,
    title: 'Simulated propagation',
    scale: axis.isLog ? 'log' : 'linear',
    span: { logFromSeconds: earlySeconds(reached), fromSeconds: 0, toSeconds: axis.toSeconds },
    lines: live.flatMap(({ name }) => lines.get(name)!),
  };
}

function wholePanel(data: CurvesData, lines: LinesOfArms): PagePanel {
  const ends = [
    ...data.historical.map(({ lastObservedDay }) => lastObservedDay * DAY_SECONDS),
    ...data.arms.filter(takesDays).map(({ horizonSeconds }) => horizonSeconds),
  ];
  const longest = Math.max(1, ...data.arms.map(({ stages }) => stages.activated.seconds.at(-1) ?? 0));
  return {
    ...SHARE_PANEL,
    title: "Installed by hand, and Tor's history",
    scale: 'linear',
    span: {
      logFromSeconds: earlySeconds(data.arms),
      fromSeconds: 0,
      toSeconds: ends.length > 0 ? Math.max(...ends) : longest * 1.1,
    },
    lines: [...data.historical.flatMap(historyLines), ...data.arms.flatMap(({ name }) => lines.get(name)!)],
  };
}

/** Figures of adoption curves, each where its static chart is drawn. */
export function curveFigures(data: CurvesData, allSeeds: readonly SeedCurves[]): PageFigure[] {
  const lines = linesOfArms(data, allSeeds.slice(0, SEEDS_MAX));
  const cut = allSeeds.length > SEEDS_MAX ? [`Lines of single runs: the first ${SEEDS_MAX}.`] : [];
  const own = [data.source, ...cut].join(' ');
  const source = [own, ...data.historical.map(dateOfData)].join(' ');
  const relays = countOf(data.summary.relays, 'relay');
  const whole = wholePanel(data, lines);
  const figures: PageFigure[] = [
    {
      name: 'figure1',
      title: `How long until ${relays} run a fix`,
      source,
      panels: [livePanel(data, lines), ...(hasManual(data) || data.arms.some(takesDays) ? [whole] : [])],
    },
  ];
  if (hasSeveralChannels(data)) {
    figures.push({
      name: 'channels',
      title: `How the channels compare on ${relays}`,
      source: own,
      panels: [livePanel(data, lines)],
    });
  }
  if (hasManual(data)) {
    figures.push({
      name: 'live-vs-manual',
      title: `Live and by hand on one time axis, ${relays}`,
      source,
      panels: [{ ...whole, title: 'From milliseconds to years', scale: 'log' }],
    });
  }
  return figures;
}
