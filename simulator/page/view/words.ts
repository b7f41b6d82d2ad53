/** Figures and states in the words of the page. */

import { PHASE_WORDS } from '../../arms/run-contract.ts';
import { groupThousands, humanDuration, humanPercent } from '../../report/human-units.ts';
import type { JobState, JobStatus, ListedRun } from '../../view/api-shapes.ts';

/** A time that may never have come. */
export function timeOrNever(seconds: number | null): string {
  return seconds === null ? 'never' : humanDuration(seconds);
}

export function reachedInWords(fraction: number): string {
  return humanPercent(fraction);
}

/** "seed 1", "6 seeds, 1 to 6". */
export function seedsInWords(seeds: readonly number[]): string {
  const [first] = seeds;
  if (first === undefined) return 'no seed';
  if (seeds.length === 1) return `seed ${first}`;
  return `${seeds.length} seeds, ${Math.min(...seeds)} to ${Math.max(...seeds)}`;
}

export const KIND_WORDS: Readonly<Record<ListedRun['kind'], string>> = {
  run: 'run',
  runs: 'several seeds',
  sweep: 'sweep',
  broken: 'does not read',
};

/** The day and the minute on the clock of the reader. */
export function dateInWords(iso: string): string {
  const date = new Date(iso);
  const two = (value: number) => String(value).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`;
}

export const STATUS_WORDS: Readonly<Record<JobStatus, string>> = {
  queued: 'waiting for its turn',
  running: 'running',
  stopping: 'stopping',
  finished: 'finished',
  unmet: 'finished; an assertion does not hold',
  failed: 'failed',
  refused: 'refused: the command found a mistake',
  stopped: 'stopped',
};

export function hasEnded({ status }: JobState): boolean {
  return !['queued', 'running', 'stopping'].includes(status);
}

/** Whole seconds, for a time that is a guess or that is counted on a clock. */
export function clockSeconds(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min ${whole % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

const GUESS_FROM_FRACTION = 0.03;

/** How far a run is, and how long it may still take, by the time that it took so far. */
export function progressInWords(state: JobState, nowWallMs: number): string {
  const { status, phase, fraction, startedAtWallMs, virtualSeconds, durationSeconds } = state;
  if (status !== 'running' || phase === null || startedAtWallMs === null) return STATUS_WORDS[status];
  const words: string[] = [PHASE_WORDS[phase]];
  if (phase === 'run' || phase === 'connect') {
    words.push(`virtual time ${humanDuration(virtualSeconds)} of ${humanDuration(durationSeconds)}`);
  }
  if (fraction > GUESS_FROM_FRACTION && fraction < 1) {
    const spentSeconds = (nowWallMs - startedAtWallMs) / 1000;
    words.push(`about ${clockSeconds((spentSeconds * (1 - fraction)) / fraction)} left`);
  }
  return words.join(', ');
}

export function relaysInWords(relays: number | null): string {
  return relays === null ? '–' : groupThousands(relays);
}
