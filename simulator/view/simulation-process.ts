/**
 * One simulation as a child process: the same command that its user could have typed.
 *
 * It is stopped as on a terminal, by SIGINT, so that finished parts are kept; a process that does not listen is
 * asked again, which ends it at once, and killed in the end.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import type { EventLine } from '../arms/progress-lines.ts';
import { ChildLines } from './child-lines.ts';

const ASK_AGAIN_WALL_MS = 10_000;
const KILL_WALL_MS = 15_000;
const EVENT_START = '{"event":';

export interface SimulationHandlers {
  readonly onEvent: (line: EventLine) => void;
  /** What the command tells people. */
  readonly onMessage: (line: string) => void;
  /** The exit code; null where a signal ended it, or it could not be started. */
  readonly onEnd: (exitCode: number | null) => void;
}

/** The environment without what npm has put there: it would change what relative paths mean. */
function plainEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(npm_|INIT_CWD$|FORCE_COLOR$)/.test(name));
  return { ...Object.fromEntries(kept), NO_COLOR: '1' };
}

export class SimulationProcess {
  private readonly child: ChildProcess;
  private readonly timers: NodeJS.Timeout[] = [];
  private hasEnded = false;

  /** Starts the command, relaywave.mjs, with these words in the folder. */
  constructor(
    commandFile: string,
    words: readonly string[],
    folder: string,
    { onEvent, onMessage, onEnd }: SimulationHandlers,
  ) {
    this.child = spawn(process.execPath, [commandFile, ...words], {
      cwd: folder,
      env: plainEnvironment(),
      stdio: ['ignore', 'ignore', 'pipe'],
      // Ctrl-C on the terminal of the server is for the server, which stops its runs itself.
      detached: process.platform !== 'win32',
    });
    // Whoever ends the server at once, or breaks it, does not want its runs to go on.
    const leave = (): boolean => this.child.kill('SIGINT');
    process.once('exit', leave);
    const lines = new ChildLines((line) => {
      const event = line.startsWith(EVENT_START) ? parsed(line) : null;
      if (event !== null) onEvent(event);
      else if (line !== '') onMessage(line);
    });
    const end = (exitCode: number | null): void => {
      if (this.hasEnded) return;
      this.hasEnded = true;
      process.off('exit', leave);
      for (const timer of this.timers) clearTimeout(timer);
      lines.end();
      onEnd(exitCode);
    };
    this.child.stderr?.on('data', (chunk: Buffer) => lines.write(chunk));
    this.child.on('error', (error) => {
      onMessage(`error: the simulation could not be started: ${error.message}`);
      end(null);
    });
    this.child.on('close', (code) => end(code));
  }

  /** Asks it to stop; `onEnd` follows. */
  stop(): void {
    if (this.hasEnded || this.timers.length > 0) return;
    this.child.kill('SIGINT');
    this.timers.push(
      setTimeout(() => this.child.kill('SIGINT'), ASK_AGAIN_WALL_MS),
      setTimeout(() => this.child.kill('SIGKILL'), KILL_WALL_MS),
    );
  }
}

function parsed(line: string): EventLine | null {
  try {
    return JSON.parse(line) as EventLine;
  } catch {
    return null; // cut off by its end
  }
}
