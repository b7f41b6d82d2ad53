/**
 * Shows how far a run is: a bar on a terminal, plain lines elsewhere, nothing when asked to be quiet.
 *
 * The time left is guessed from the running phase alone, since virtual time passes there and nowhere else;
 * it is a guess, for a network is busiest just after a release.
 */

import { SingleBar } from 'cli-progress';
import type { ArmProgress } from '../arms/arm-progress.ts';
import type { RunFacts } from '../arms/progress-lines.ts';
import { PHASE_WORDS, type Phase, type Progress } from '../arms/run-contract.ts';
import type { Population } from '../population/population.ts';
import type { Output } from './output.ts';
import { JsonProgress } from './progress-json.ts';

/** Plain lines come at each new phase, and no closer than this within one. */
const LINE_INTERVAL_WALL_MS = 5000;
/** Too little has run before this to guess from: the moments around a release take longest, and come first. */
const GUESS_AFTER_WALL_MS = 2000;
const GUESS_AFTER_SHARE = 0.1;
const SHOW_CURSOR = '\u001b[?25h';

/** How progress is shown, and whether at all. */
export interface DisplayOptions {
  readonly quiet?: boolean | undefined;
  readonly progress?: string | undefined;
}

export interface ProgressDisplay {
  update(progress: Progress): void;
  /** The rest is for programs that watch a run; people are not shown it. */
  begin?(facts: RunFacts): void;
  population?(population: Population): void;
  armEnded?(arm: ArmProgress): void;
  written?(directory: string): void;
  /** Takes the bar away and gives the cursor back; to be called before anything else is written. */
  stop(): void;
}

/** Seconds as people read them: "45 s", "3 min 20 s", "2 h 5 min". */
export function spokenSeconds(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return whole % 60 === 0 ? `${minutes} min` : `${minutes} min ${whole % 60} s`;
  return minutes % 60 === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** "37 of 96 runs done, 4 workers". */
function runsWords({ done, total, workers }: NonNullable<Progress['runs']>): string {
  const by = workers === undefined ? '' : `, ${workers} ${workers === 1 ? 'worker' : 'workers'}`;
  return `${done} of ${total} runs done${by}`;
}

/** Turns progress into words; keeps when the running phase began. */
class Narrator {
  private readonly now: () => number;
  private runSinceWallMs = 0;
  private runFromSeconds = 0;
  private phase: Phase | null = null;

  constructor(now: () => number) {
    this.now = now;
  }

  /** Whether the phase is another one than at the last call. */
  enter({ phase, virtualSeconds }: Progress): boolean {
    if (phase === this.phase) return false;
    this.phase = phase;
    this.runSinceWallMs = this.now();
    this.runFromSeconds = virtualSeconds;
    return true;
  }

  words({ phase, virtualSeconds, durationSeconds, runs }: Progress): string {
    if (phase !== 'run') return PHASE_WORDS[phase];
    const position =
      runs === undefined
        ? `virtual time ${spokenSeconds(virtualSeconds)} of ${spokenSeconds(durationSeconds)}`
        : runsWords(runs);
    const ranWallMs = this.now() - this.runSinceWallMs;
    const ranSeconds = virtualSeconds - this.runFromSeconds;
    const isEarly = ranSeconds <= GUESS_AFTER_SHARE * (durationSeconds - this.runFromSeconds);
    if (ranWallMs < GUESS_AFTER_WALL_MS || isEarly) return `${PHASE_WORDS.run}, ${position}`;
    const leftWallMs = (ranWallMs * (durationSeconds - virtualSeconds)) / ranSeconds;
    return `${PHASE_WORDS.run}, ${position}, about ${spokenSeconds(leftWallMs / 1000)} left`;
  }
}

class ProgressLines implements ProgressDisplay {
  private readonly output: Output;
  private readonly now: () => number;
  private readonly narrator: Narrator;
  private lastWallMs = Number.NEGATIVE_INFINITY;

  constructor(output: Output, now: () => number) {
    this.output = output;
    this.now = now;
    this.narrator = new Narrator(now);
  }

  update(progress: Progress): void {
    const isNew = this.narrator.enter(progress);
    if (!isNew && this.now() - this.lastWallMs < LINE_INTERVAL_WALL_MS) return;
    this.lastWallMs = this.now();
    this.output.line(this.narrator.words(progress));
  }

  stop(): void {}
}

class ProgressBar implements ProgressDisplay {
  private readonly output: Output;
  private readonly narrator: Narrator;
  private bar: SingleBar | null = null;
  private readonly restoreCursor = () => this.output.write(SHOW_CURSOR);

  constructor(output: Output, now: () => number) {
    this.output = output;
    this.narrator = new Narrator(now);
  }

  update(progress: Progress): void {
    this.narrator.enter(progress);
    const isDone = progress.phase === 'report';
    const fraction = isDone ? 1 : progress.virtualSeconds / progress.durationSeconds;
    this.bar ??= this.start();
    this.bar.update(Math.min(1, fraction), { words: this.narrator.words(progress) });
  }

  private start(): SingleBar {
    const barsize = Math.max(10, Math.min(30, this.output.columns - 66));
    const bar = new SingleBar({
      stream: this.output.stream as NodeJS.WriteStream,
      format: '{bar} {percentage} % {words}',
      barsize,
      barCompleteChar: '=',
      barIncompleteChar: '-',
      hideCursor: true,
      clearOnComplete: true,
      gracefulExit: false,
      fps: 10,
    });
    bar.start(1, 0, { words: '' });
    process.once('exit', this.restoreCursor);
    return bar;
  }

  stop(): void {
    this.bar?.stop();
    if (this.bar !== null) this.restoreCursor();
    process.off('exit', this.restoreCursor);
    this.bar = null;
  }
}

const SILENCE: ProgressDisplay = { update: () => undefined, stop: () => undefined };

/** The display that is asked for, or suits the stream. */
export function progressDisplay(
  output: Output,
  { quiet = false, progress }: DisplayOptions,
  nowWallMs: () => number = () => performance.now(),
): ProgressDisplay {
  if (quiet) return SILENCE;
  if (progress === 'json') return new JsonProgress(output);
  return output.isTerminal ? new ProgressBar(output, nowWallMs) : new ProgressLines(output, nowWallMs);
}
