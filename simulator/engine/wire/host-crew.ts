/**
 * The processes of relays, as the command's process sees them: started, spoken to, killed, and never left behind.
 *
 * A process ends by itself when its channel to the command is gone. One that ends before it should fails the run.
 */

import { type ChildProcess, fork } from 'node:child_process';
import type { FromHost, ToHost } from './messages.ts';
import { WireError } from './wire-error.ts';

const STDERR_KEPT = 4000;
/** Handshakes leave much behind that is soon garbage: with room for it less survives a collection. */
const YOUNG_GENERATION = '--max-semi-space-size=64';

type Answer<Type extends FromHost['type']> = Extract<FromHost, { type: Type }>;

interface Waiting {
  readonly type: FromHost['type'];
  readonly resolve: (message: never) => void;
}

export class HostProcess {
  readonly number: number;
  private readonly child: ChildProcess;
  private readonly crew: HostCrew;
  private waiting: Waiting[] = [];
  private readonly came: FromHost[] = [];
  private stderr = '';
  private isExpected = false;
  private hasEnded = false;
  private readonly ended: Promise<void>;

  constructor(number: number, file: string, crew: HostCrew) {
    this.number = number;
    this.crew = crew;
    this.child = fork(file, [], {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      execArgv: ['--enable-source-maps', YOUNG_GENERATION],
      env: childEnvironment(),
    });
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr = (this.stderr + text).slice(-STDERR_KEPT);
    });
    this.child.on('message', (message: FromHost) => this.onMessage(message));
    this.child.on('error', (error) => crew.failed(error));
    this.ended = new Promise((resolve) => {
      this.child.once('close', (code, signal) => {
        this.hasEnded = true;
        resolve();
        if (!this.isExpected) crew.failed(this.endedEarly(code, signal));
      });
    });
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  send(message: ToHost): void {
    if (!this.child.connected) return;
    // A process that is just dying is told of by its end.
    this.child.send(message, () => {});
  }

  /** The next answer of a type, one that has come already included. */
  next<Type extends FromHost['type']>(type: Type): Promise<Answer<Type>> {
    const at = this.came.findIndex((message) => message.type === type);
    if (at >= 0) return Promise.resolve(this.came.splice(at, 1)[0] as Answer<Type>);
    return new Promise((resolve) => this.waiting.push({ type, resolve }));
  }

  signal(signal: NodeJS.Signals): void {
    if (!this.hasEnded) this.child.kill(signal);
  }

  /** Ends it at once. Resolves when it is gone. */
  kill(): Promise<void> {
    this.isExpected = true;
    this.signal('SIGKILL');
    return this.ended;
  }

  private onMessage(message: FromHost): void {
    if (message.type === 'failed') {
      this.crew.failed(asError(message));
      return;
    }
    if (message.type === 'news' || (message.type === 'counts' && !message.isLast)) {
      this.crew.onReport(this, message);
      return;
    }
    const at = this.waiting.findIndex(({ type }) => type === message.type);
    if (at < 0) this.came.push(message);
    else this.waiting.splice(at, 1)[0]!.resolve(message as never);
  }

  private endedEarly(code: number | null, signal: NodeJS.Signals | null): Error {
    const how = signal === null ? `with code ${code}` : `by ${signal}`;
    const told = this.stderr.trim();
    return new WireError(
      `a process of relays ended early, ${how}${told === '' ? '' : `:\n${told}`}`,
      signal === 'SIGKILL' ? 'something killed it: the system, if memory ran out' : 'run it again',
    );
  }
}

export type Report = Extract<FromHost, { type: 'news' | 'counts' }>;

export class HostCrew {
  readonly processes = new Set<HostProcess>();
  readonly onReport: (from: HostProcess, report: Report) => void;
  private readonly file: string;
  private numbers = 0;
  private fail: (error: unknown) => void = () => {};
  /** Rejects when anything fails, or the run is stopped; never resolves. */
  readonly failure: Promise<never>;

  constructor(file: string, onReport: (from: HostProcess, report: Report) => void) {
    this.file = file;
    this.onReport = onReport;
    this.failure = new Promise((_resolve, reject) => {
      this.fail = reject;
    });
    this.failure.catch(() => {});
  }

  add(): HostProcess {
    const process = new HostProcess(this.numbers++, this.file, this);
    this.processes.add(process);
    return process;
  }

  async kill(process: HostProcess): Promise<void> {
    this.processes.delete(process);
    await process.kill();
  }

  readonly failed = (error: unknown): void => this.fail(error);

  /** Kills them all. */
  async dismiss(): Promise<void> {
    await Promise.all([...this.processes].map((process) => this.kill(process)));
  }
}

/** Without what a test runner puts there: it would take the process for one of its tests. */
function childEnvironment(): NodeJS.ProcessEnv {
  const { NODE_TEST_CONTEXT: _unused, NODE_V8_COVERAGE: _neither, ...rest } = process.env;
  return rest;
}

function asError({ message, code }: Answer<'failed'>): Error {
  const cures: Readonly<Record<string, string>> = {
    EMFILE: 'a process may not open so many files: allow more with "ulimit -n 65536" before the command',
    ENFILE: 'the system may not open so many files: take fewer relays',
    EADDRNOTAVAIL:
      'no port is left: wait a minute until those of the last run are free, or take fewer relays',
    EADDRINUSE: 'another program took the port of a relay that was down: run it again',
    ENOSPC: 'make room on the disk of temporary files',
    ENOMEM: 'take fewer relays',
  };
  const cure = code === null ? undefined : cures[code];
  if (cure !== undefined) return new WireError(`${message.split('\n')[0]}`, cure);
  return new Error(`a process of relays failed: ${message}`);
}
