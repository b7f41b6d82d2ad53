/**
 * A run that was started from the page: what its process has told so far, and the events for those who watch it.
 */

import { randomBytes } from 'node:crypto';
import { relative, sep } from 'node:path';
import type { ArmChange, EventLine } from '../arms/progress-lines.ts';
import type { Phase } from '../arms/run-contract.ts';
import type { JobArm, JobChange, JobPlaces, JobSnapshot, JobState, JobStatus } from './api-shapes.ts';
import { EventLog } from './event-log.ts';
import { SimulationProcess } from './simulation-process.ts';
import { ToldRelays } from './told-relays.ts';

const LOG_LINES = 200;
const LOG_LINE_CHARACTERS = 2000;

export interface JobPlan {
  readonly scenario: string;
  /** Words after `relaywave`. */
  readonly words: readonly string[];
  /** The same as its user would type it. */
  readonly command: string;
  readonly runs: number;
}

interface KnownArm {
  /** As the page is told of it. */
  shown: JobArm;
  readonly told: ToldRelays;
}

const EXIT_STATUS: Readonly<Record<number, JobStatus>> = { 0: 'finished', 2: 'refused', 3: 'unmet' };
const ENDED: ReadonlySet<JobStatus> = new Set(['finished', 'unmet', 'failed', 'refused', 'stopped']);

export class Job {
  readonly id = randomBytes(9).toString('base64url');
  readonly events = new EventLog();
  readonly plan: JobPlan;
  /** The real path of results/, and where the command runs. */
  private readonly resultsFolder: string;
  private readonly folder: string;
  private readonly commandFile: string;
  private readonly onEnd: () => void;
  private readonly placesOf: (countries: readonly string[], country: readonly number[]) => JobPlaces;
  private process: SimulationProcess | null = null;
  private status: JobStatus = 'queued';
  private readonly queuedAtWallMs = Date.now();
  private startedAtWallMs: number | null = null;
  private endedAtWallMs: number | null = null;
  private phase: Phase | null = null;
  private virtualSeconds = 0;
  private durationSeconds = 0;
  private relays = 0;
  private releasedAtSeconds = 0;
  private places: JobPlaces | null = null;
  private readonly arms: KnownArm[] = [];
  private readonly log: string[] = [];
  private readonly written: string[] = [];

  constructor(
    plan: JobPlan,
    {
      resultsFolder,
      folder,
      commandFile,
      placesOf,
      onEnd,
    }: {
      readonly resultsFolder: string;
      readonly folder: string;
      readonly commandFile: string;
      readonly placesOf: (countries: readonly string[], country: readonly number[]) => JobPlaces;
      readonly onEnd: () => void;
    },
  ) {
    this.plan = plan;
    this.resultsFolder = resultsFolder;
    this.folder = folder;
    this.commandFile = commandFile;
    this.placesOf = placesOf;
    this.onEnd = onEnd;
  }

  get hasEnded(): boolean {
    return ENDED.has(this.status);
  }

  get isQueued(): boolean {
    return this.status === 'queued';
  }

  start(): void {
    this.status = 'running';
    this.startedAtWallMs = Date.now();
    this.process = new SimulationProcess(this.commandFile, this.plan.words, this.folder, {
      onEvent: (line) => this.take(line),
      onMessage: (line) => {
        this.note(line);
        this.tellState();
      },
      onEnd: (exitCode) => this.end(exitCode),
    });
    this.tellState();
  }

  /** Ends a run that waits, and asks one that runs to stop. */
  stop(): void {
    if (this.status === 'queued') {
      this.finish('stopped');
    } else if (this.status === 'running') {
      this.status = 'stopping';
      this.process?.stop();
      this.tellState();
    }
  }

  state(): JobState {
    return {
      id: this.id,
      scenario: this.plan.scenario,
      status: this.status,
      command: this.plan.command,
      runs: this.plan.runs,
      queuedAtWallMs: this.queuedAtWallMs,
      startedAtWallMs: this.startedAtWallMs,
      endedAtWallMs: this.endedAtWallMs,
      phase: this.phase,
      virtualSeconds: this.virtualSeconds,
      durationSeconds: this.durationSeconds,
      fraction: this.fraction(),
      relays: this.relays,
      releasedAtSeconds: this.releasedAtSeconds,
      arms: this.arms.map(({ shown }) => shown),
      log: [...this.log],
      written: [...this.written],
    };
  }

  snapshot(): JobSnapshot {
    const changes = this.arms.map(({ shown, told }): JobChange => ({ arm: shown.name, ...told.sum() }));
    return { state: this.state(), places: this.places, changes };
  }

  private take(line: EventLine): void {
    switch (line.event) {
      case 'begin': {
        const { relays, durationSeconds, releasedAtSeconds, arms } = line;
        Object.assign(this, { relays, durationSeconds, releasedAtSeconds });
        for (const { name, isLive } of arms) this.arms.push(newArm(name, isLive));
        break;
      }
      case 'relays':
        this.places = this.placesOf(line.countries, line.country);
        this.events.add('places', this.places);
        break;
      case 'progress':
        this.phase = line.phase;
        this.virtualSeconds = line.virtualSeconds;
        this.durationSeconds = line.durationSeconds;
        if (line.arm !== undefined) this.change(line.arm, false);
        break;
      case 'arm':
        this.change(line.arm, true);
        break;
      case 'written':
        this.noteWritten(line.directory);
        break;
    }
    this.tellState();
  }

  private change(change: ArmChange, isEnded: boolean): void {
    const { name, counted, reached, running, relays, seconds, removed, restored } = change;
    const arm = this.arms.find(({ shown }) => shown.name === name);
    if (arm === undefined) return;
    arm.shown = { ...arm.shown, counted, reached, running, isEnded };
    arm.told.add(change);
    if (relays.length + removed.length + restored.length > 0) {
      const told: JobChange = { arm: name, relays, seconds, removed, restored };
      this.events.add('change', told);
    }
  }

  /** Live arms are simulated one after the other, each from the beginning of virtual time. */
  private fraction(): number {
    if (this.status === 'finished' || this.status === 'unmet' || this.phase === 'report') return 1;
    const current = this.durationSeconds > 0 ? Math.min(1, this.virtualSeconds / this.durationSeconds) : 0;
    if (this.plan.runs > 1) return current;
    const live = this.arms.filter(({ shown }) => shown.isLive);
    const ended = live.filter(({ shown }) => shown.isEnded).length;
    return live.length === 0 ? 0 : Math.min(1, (ended + (ended < live.length ? current : 0)) / live.length);
  }

  private note(line: string): void {
    this.log.push(line.slice(0, LOG_LINE_CHARACTERS));
    if (this.log.length > LOG_LINES) this.log.shift();
  }

  private noteWritten(directory: string): void {
    const path = relative(this.resultsFolder, directory);
    if (path !== '' && !path.startsWith('..')) this.written.push(path.split(sep).join('/'));
  }

  private end(exitCode: number | null): void {
    if (this.status === 'stopping' && exitCode !== 0 && exitCode !== 3) this.finish('stopped');
    else this.finish(EXIT_STATUS[exitCode ?? 1] ?? 'failed');
  }

  private finish(status: JobStatus): void {
    this.status = status;
    this.endedAtWallMs = Date.now();
    this.tellState();
    this.onEnd();
  }

  private tellState(): void {
    this.events.add('state', this.state());
  }
}

function newArm(name: string, isLive: boolean): KnownArm {
  const shown = { name, isLive, isEnded: false, counted: 0, reached: 0, running: 0 };
  return { shown, told: new ToldRelays() };
}
