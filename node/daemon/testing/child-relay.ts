/** A relay as a process of its own, for tests: started by the command, watched by its log, killed at any moment. */

import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { DaemonStatus } from '../status.ts';
import type { LogLine } from './test-daemons.ts';

const COMMAND = fileURLToPath(new URL('../../../simulator/cli/relaywave.mjs', import.meta.url));

/** The environment without what the test runner and npm put there. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(npm_|INIT_CWD|NODE_TEST|NO_COLOR|FORCE_COLOR)/.test(name),
    ),
  );
}

export class ChildRelay {
  readonly process: ChildProcessWithoutNullStreams;
  readonly lines: LogLine[] = [];
  /** What of stderr is no log: errors of the command. */
  errors = '';
  addresses: readonly string[] = [];
  exitCode: number | null = null;
  hasEnded = false;
  private statusAddress = '';
  private readonly looks = new Set<() => void>();
  private readonly ended: Promise<unknown>;

  private static readonly alive = new Set<ChildRelay>();

  /** Kills those that a test has left. */
  static async killAll(): Promise<void> {
    await Promise.all([...ChildRelay.alive].map((child) => child.kill()));
  }

  /** Starts `relaywave node` with these options beside those that every test needs. */
  constructor(options: readonly string[]) {
    this.process = spawn(
      process.execPath,
      [COMMAND, 'node', '--listen', '/ip4/127.0.0.1/tcp/0', '--status-port', '0', ...options],
      { env: cleanEnvironment() },
    );
    ChildRelay.alive.add(this);
    this.process.stdout.resume();
    createInterface(this.process.stderr).on('line', (line) => this.onLine(line));
    this.ended = once(this.process, 'close').then(([code]) => {
      this.exitCode = code as number | null;
      this.hasEnded = true;
      ChildRelay.alive.delete(this);
      this.changed();
    });
  }

  /** Resolves when the relay listens; rejects when it has ended instead. */
  async listening(): Promise<void> {
    await this.until(() => this.hasEnded || this.lines.some(({ event }) => event === 'listening'));
    if (this.hasEnded) throw new Error(`the relay ended with ${this.exitCode}: ${this.errors}`);
  }

  /** Resolves when the relay has ended. */
  async end(): Promise<number | null> {
    await this.ended;
    return this.exitCode;
  }

  async kill(): Promise<void> {
    this.process.kill('SIGKILL');
    await this.ended;
  }

  async status(): Promise<DaemonStatus> {
    const response = await fetch(`${this.statusAddress}/status`);
    return (await response.json()) as DaemonStatus;
  }

  async get(path: string): Promise<Response> {
    return fetch(this.statusAddress + path);
  }

  /** Resolves when it is so, or the relay has ended; looked at with each line of the log. */
  until(isSo: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (!isSo() && !this.hasEnded) return;
        this.looks.delete(look);
        resolve();
      };
      this.looks.add(look);
      look();
    });
  }

  has(event: string, more: Partial<LogLine> = {}): boolean {
    return this.lines.some(
      (line) => line.event === event && Object.entries(more).every(([name, value]) => line[name] === value),
    );
  }

  private onLine(text: string): void {
    if (!text.startsWith('{')) {
      this.errors += `${text}\n`;
      return;
    }
    const line = JSON.parse(text) as LogLine;
    if (line.event === 'listening') {
      this.addresses = line.addresses as string[];
      this.statusAddress = line.statusAddress as string;
    }
    this.lines.push(line);
    this.changed();
  }

  private changed(): void {
    for (const look of [...this.looks]) look();
  }
}
