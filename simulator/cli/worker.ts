/**
 * `worker --queue redis://...`: does runs of sweeps that are on a queue, until it is stopped.
 *
 * Workers come and go, on any number of machines, and need nothing of the sweep's: scenario, files and results travel
 * through Redis. Ctrl-C gives back what is under way, so that others take it at once.
 */

import { availableParallelism } from 'node:os';
import { parseDuration } from '../scenario/units.ts';
import { codeVersion } from '../sweep/code-version.ts';
import { openConnection } from '../sweep/queue/connection.ts';
import { workOnQueue } from '../sweep/queue/queue-worker.ts';
import { parseRedisAddress } from '../sweep/queue/redis-address.ts';
import { attended } from './attended.ts';
import type { CommandContext } from './command.ts';
import { EXIT, UsageError } from './exit-code.ts';
import { type SimulateSurroundings, SURROUNDINGS } from './simulate-options.ts';

export interface WorkerOptions {
  readonly queue: string;
  readonly concurrency?: string;
  readonly takeover: string;
  readonly idle?: string;
  readonly quiet?: boolean;
}

function readSpan(option: string, text: string): number {
  const read = parseDuration(text, 's');
  if ('problem' in read || read.value < 0.1 || read.value > 86_400) {
    throw new UsageError(`--${option} ${text} is no time from 100ms to 1d`, `for example --${option} 30s`);
  }
  return read.value * 1000;
}

function readConcurrency(text: string | undefined): number {
  if (text === undefined) return availableParallelism();
  if (!/^[1-9]\d{0,2}$/.test(text)) {
    throw new UsageError(
      `--concurrency ${text} is not a whole number from 1 to 999`,
      'leave it out for one a core',
    );
  }
  return Number(text);
}

/** Runs the verb: 0 when it ended by itself, 130 or 143 when it was told to. */
export async function worker(
  options: WorkerOptions,
  context: CommandContext,
  surroundings: SimulateSurroundings = SURROUNDINGS,
): Promise<number> {
  const address = parseRedisAddress(options.queue);
  const concurrency = readConcurrency(options.concurrency);
  const takeoverWallMs = readSpan('takeover', options.takeover);
  const idleWallMs = options.idle === undefined ? null : readSpan('idle', options.idle);
  const version = codeVersion();
  const onNotice = (line: string): void => {
    if (options.quiet !== true) context.err.line(line);
  };
  context.journal.left = 'what was under way was given back to the queue';
  return attended(context, surroundings, options, async (_display, signal) => {
    const connection = await openConnection(address, { onNotice });
    const pool = surroundings.rooms.openTaskPool();
    try {
      onNotice(`relaywave ${version}: ${concurrency} runs at a time, from ${address.shown}`);
      const done = await workOnQueue({
        connection,
        version,
        pool,
        machine: surroundings.machine(),
        concurrency,
        takeoverWallMs,
        idleWallMs,
        signal,
        onNotice,
      });
      context.out.line(`${done} runs done; nothing was left to do`);
      return EXIT.ok;
    } finally {
      await pool.close();
      connection.close();
    }
  });
}
