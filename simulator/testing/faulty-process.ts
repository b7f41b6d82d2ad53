/** The command as a process of its own, killed by SIGKILL where its disk is told to fail. */

import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { DiskFaultOptions, NotedOperation } from '../../node/testing/disk-faults.ts';

const COMMAND = fileURLToPath(new URL('../cli/relaywave.mjs', import.meta.url));
const FAULTY = fileURLToPath(new URL('./faulty-command.mjs', import.meta.url));

export interface EndedProcess {
  /** Null where a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
  /** Empty where it was killed. */
  readonly operations: readonly NotedOperation[];
}

/** The environment without what the test runner and npm put there. */
export function plainEnvironment(more: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(npm_|INIT_CWD|NODE_TEST|NO_COLOR|FORCE_COLOR)/.test(name),
  );
  return { ...Object.fromEntries(kept), ...more };
}

/** Runs the command in a folder; with `disk`, on a disk that fails. */
export async function runProcess(
  cwd: string,
  words: readonly string[],
  disk?: DiskFaultOptions,
): Promise<EndedProcess> {
  const notes = mkdtempSync(join(tmpdir(), 'relaywave-operations-'));
  try {
    const report = join(notes, 'operations.json');
    const env = disk === undefined ? {} : { RELAYWAVE_DISK_FAULT: JSON.stringify({ ...disk, report }) };
    const child = spawn(process.execPath, [disk === undefined ? COMMAND : FAULTY, ...words], {
      cwd,
      env: plainEnvironment(env),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const ended = new Promise<[number | null, NodeJS.Signals | null]>((resolve) => {
      child.once('close', (code, signal) => resolve([code, signal]));
    });
    const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
    const [code, signal] = await ended;
    const isWhole = disk !== undefined && signal === null;
    const operations = isWhole ? (JSON.parse(readFileSync(report, 'utf8')) as NotedOperation[]) : [];
    return { code, signal, out, err, operations };
  } finally {
    rmSync(notes, { recursive: true });
  }
}
