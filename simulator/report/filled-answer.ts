/** A scenario's answer with the figures of a run in it, as people write them. */

import { type FigureReader, missingFigures, readFigures, valueOfFigure } from '../measure/answer-figures.ts';
import { type AnswerFigure, type FigureFormat, parseAnswer } from '../scenario/answer-template.ts';
import {
  DAY_SECONDS,
  groupThousands,
  humanBytes,
  humanDuration,
  humanPercent,
  humanRatio,
  significant,
} from './human-units.ts';

const WRITTEN: Readonly<Record<FigureFormat, (value: number) => string>> = {
  duration: humanDuration,
  days: (days) => humanDuration(days * DAY_SECONDS),
  percent: humanPercent,
  bytes: humanBytes,
  rate: (bytes) => `${humanBytes(bytes)}/s`,
  count: (count) => groupThousands(Math.round(count)),
  number: (value) => significant(value),
  ratio: humanRatio,
};

/** Times that were never reached, and figures of what never happened. */
function absent(format: FigureFormat): string {
  return format === 'duration' || format === 'days' ? 'never' : 'none';
}

function written(figure: AnswerFigure, read: FigureReader): string {
  const value = valueOfFigure(figure, read);
  if (value === null) return absent(figure.format);
  const text = WRITTEN[figure.format](Math.abs(value));
  return value < 0 ? `−${text}` : text;
}

/** A sound template with its figures, which `read` must know. */
export function fillAnswer(template: string, read: FigureReader): string {
  return parseAnswer(template)
    .parts.map((part) => (typeof part === 'string' ? part : written(part, read)))
    .join('')
    .trim();
}

/** What a scenario asks, and its answer with the figures of a run. */
export interface Answered {
  readonly question: string;
  /** Empty where the scenario does not say. */
  readonly hypothesis: string;
  readonly answer: string;
}

/** The answer of a run by its own summary; null where the scenario has none, or names what the summary has not. */
export function answeredBy({ question, hypothesis, answer }: Answered, summary: object): Answered | null {
  if (answer === '' || missingFigures(answer, summary).length > 0) return null;
  const figures = readFigures(answer, summary);
  return { question, hypothesis, answer: fillAnswer(answer, (path) => figures[path] ?? null) };
}
