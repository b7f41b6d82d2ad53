/** A calibration in words: tables for people, and JSON for programs. */

import Table from 'cli-table3';
import { numbersOf } from './bootstrap.ts';
import type { Calibration } from './calibration.ts';
import { compositionName } from './mixture.ts';
import { lagYamlText } from './written-law.ts';

const PLAIN_BORDERS = {
  'bottom-left': '',
  'bottom-mid': '',
  'bottom-right': '',
  bottom: '',
  'left-mid': '',
  left: '',
  mid: '',
  'mid-mid': '',
  middle: '',
  'right-mid': '',
  right: '',
  'top-left': '',
  'top-mid': '',
  'top-right': '',
  top: '',
};
/** Compositions that are shown to people; the others are in the JSON. */
const SHOWN_CANDIDATES = 8;

interface NamedNumber {
  readonly part: string;
  readonly parameter: string;
  readonly value: number;
  readonly low: number | null;
  readonly high: number | null;
}

/** Every number of the law by name, with its interval. */
function parametersOf({ law, intervals, composition }: Calibration): NamedNumber[] {
  const names = law.parts.flatMap(({ law: one }, i) => {
    const part = `${i + 1} ${one}`;
    const places = one === 'lognormal' ? ['medianDays', 'sigma'] : ['scaleDays', 'shape'];
    return ['share', ...places].map((parameter) => ({ part, parameter }));
  });
  const all = [...names, { part: 'never', parameter: 'share' }];
  const values = numbersOf(law);
  return all
    .map((name, i) => {
      const { low, high } = intervals?.[i] ?? { low: null, high: null };
      return { ...name, value: values[i]!, low, high };
    })
    .slice(0, composition.never ? all.length : -1);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const made = new Table({
    head: [...head],
    chars: PLAIN_BORDERS,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 2 },
    colAligns: head.map((_, i) => (i === 0 ? 'left' : 'right')),
  });
  made.push(...rows.map((row) => [...row]));
  return made
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

function error(value: number | null): string {
  return value === null ? '-' : value.toFixed(4);
}

const METHODS = {
  'least-squares': 'least squares on a logarithmic grid of days',
  'maximum-likelihood': 'maximum likelihood of the counts between observations',
} as const;

/** The report that the command prints. */
export function calibrationText(calibration: Calibration): string {
  const { curves, goodness, intervals, resampling, heldOut, candidates, criterion, remarks } = calibration;
  const count = curves.length === 1 ? `1 curve, ${curves[0]!.name}` : `${curves.length} curves`;
  const relays = [...new Set(calibration.relays)].sort((a, b) => a - b);
  const most = relays.at(-1)!;
  const counted = relays.length === 1 ? `${most}` : `${relays[0]} to ${most}`;
  const drawn = resampling === 'releases' ? 'releases' : 'independent relays';
  const parameters = parametersOf(calibration).map(({ part, parameter, value, low, high }) => {
    const interval = low === null ? '-' : `${low} to ${high}`;
    return [`${part} ${parameter}`, String(value), interval];
  });
  const curveRows = calibration.byCurve.map(({ release, rmse, ksDistance }, i) => {
    const days = curves[i]!.days;
    const span = `${Number(days[0]!.toFixed(2))} to ${Number(days.at(-1)!.toFixed(2))}`;
    return [release, span, error(rmse), error(ksDistance), error(heldOut[i]?.rmse ?? null)];
  });
  const candidateRows = candidates.slice(0, SHOWN_CANDIDATES).map((one) => {
    const { composition, parameters: k, aic, bic, rmse, heldOutRmse } = one;
    return [composition, String(k), aic.toFixed(1), bic.toFixed(1), error(rmse), error(heldOutRmse)];
  });
  const more = candidates.length - candidateRows.length;
  return [
    `${count}, ${counted} relays each, to day ${calibration.lastObservedDay}; ${METHODS[calibration.method]}`,
    '',
    `law: ${compositionName(calibration.composition)}`,
    table(['parameter', 'value', intervals === null ? 'no interval' : `95 % by ${drawn}`], parameters),
    '',
    `RMSE ${error(goodness.rmse)}, KS distance ${error(goodness.ksDistance)} (units of fraction)`,
    table(['curve', 'days', 'RMSE', 'KS', 'RMSE left out'], curveRows),
    '',
    `chosen by ${criterion} of ${candidates.length}, over ${calibration.observations} observations`,
    table(['law', 'k', 'AIC', 'BIC', 'RMSE', 'RMSE left out'], candidateRows),
    ...(more > 0 ? [`... and ${more} more; --json has them all`] : []),
    ...remarks.map((remark) => `note: ${remark}`),
    '',
    lagYamlText(calibration.law, calibration.lastObservedDay).trimEnd(),
  ].join('\n');
}

/** The text of calibration.json: everything but the curves' points. */
export function calibrationJson(calibration: Calibration): string {
  const { curves, intervals: _intervals, composition, relays, law, byCurve, heldOut, ...rest } = calibration;
  const shown = {
    composition: compositionName(composition),
    law,
    parameters: parametersOf(calibration),
    curves: curves.map(({ name, days }, i) => ({
      release: name,
      firstDay: Number(days[0]!.toFixed(3)),
      lastDay: Number(days.at(-1)!.toFixed(3)),
      points: days.length,
      relays: relays[i],
      rmse: byCurve[i]!.rmse,
      ksDistance: byCurve[i]!.ksDistance,
      heldOutRmse: heldOut[i]?.rmse ?? null,
    })),
    ...rest,
    lag: lagYamlText(law, calibration.lastObservedDay),
  };
  return `${JSON.stringify(shown, null, 2)}\n`;
}
