/** The `relaywave` command as a process of its own, as its users start it. */

import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const COMMAND = fileURLToPath(new URL('../cli/relaywave.mjs', import.meta.url));

/** The environment without what the test runner and npm put there. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(npm_|INIT_CWD|NODE_TEST|NO_COLOR|FORCE_COLOR)/.test(name),
    ),
  );
}

export interface CommandProcess {
  readonly child: ChildProcessWithoutNullStreams;
  /** What it has written so far. */
  readonly out: () => string;
  readonly err: () => string;
  /** Its exit code once it has ended; null when it was killed. */
  readonly ended: Promise<number | null>;
  /** Waits until stderr has something; throws when the process ends before. */
  said(words: RegExp): Promise<void>;
  /** As if the power went. */
  kill(): Promise<void>;
}

export function startCommand(folder: string, ...args: string[]): CommandProcess {
  return startProcess(folder, process.execPath, [COMMAND, ...args]);
}

/** The same with a limit on the size of files, which is as a full disk is. `blocks` of 1024 bytes. */
export function startOnFullDisk(folder: string, blocks: number, ...args: string[]): CommandProcess {
  const line = 'ulimit -f "$0"; exec "$@"';
  return startProcess(folder, 'bash', ['-c', line, String(blocks), process.execPath, COMMAND, ...args]);
}

function startProcess(folder: string, program: string, args: readonly string[]): CommandProcess {
  const child = spawn(program, args, { cwd: folder, env: cleanEnvironment() });
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk) => (out += String(chunk)));
  child.stderr.on('data', (chunk) => (err += String(chunk)));
  const ended = once(child, 'close').then(([code]) => code as number | null);
  const said = (words: RegExp): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (words.test(err)) resolve();
      };
      child.stderr.on('data', look);
      look();
      void ended.then((code) => reject(new Error(`ended with ${code} before it said ${words}: ${err}`)));
    });
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
  };
  return { child, out: () => out, err: () => err, ended, said, kill };
}
