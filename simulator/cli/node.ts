/**
 * `node`: runs one relay on TCP until it is told to stop.
 *
 * The addresses that it listens on go to stdout, one a line, when it is there; the log goes to stderr. The first
 * SIGTERM or Ctrl-C drains it, the second ends it at once.
 */

import { DaemonError } from '../../node/daemon/daemon-error.ts';
import { createLog, type Logger } from '../../node/daemon/log.ts';
import { RelayDaemon } from '../../node/daemon/relay-daemon.ts';
import { type CommandContext, tellError } from './command.ts';
import { EXIT } from './exit-code.ts';
import { watchInterrupts } from './interrupt.ts';
import { type NodeOptions, type NodePlan, readNodeOptions } from './node-options.ts';

/** Saying goodbye takes a moment; a peer that hangs must not keep the process for ever. */
const GOODBYE_WALL_MS = 10_000;

export async function node(options: NodeOptions, context: CommandContext): Promise<number> {
  const { err, workplace } = context;
  const plan = readNodeOptions(options, workplace.userFolder, err.isTerminal);
  if (!('listen' in plan)) {
    for (const { message, hint } of plan) tellError(message, hint, context);
    return EXIT.usage;
  }
  const log = createLog(plan.logLevel, plan.logFormat, (line) => err.write(line));
  const interrupts = watchInterrupts({
    source: process,
    onFirst: () => {},
    exitNow: (code) => {
      log.warn({ event: 'cut-short', code }, 'told to stop again: ending at once');
      process.exit(code);
    },
  });
  try {
    return await run(plan, log, interrupts.signal, context);
  } catch (error) {
    if (!(error instanceof DaemonError)) throw error;
    tellError(error.message, error.cure, context);
    return error.fault === 'usage' ? EXIT.usage : EXIT.failed;
  } finally {
    interrupts.stop();
  }
}

async function run(
  plan: NodePlan,
  log: Logger,
  signal: AbortSignal,
  { out }: CommandContext,
): Promise<number> {
  const daemon = await RelayDaemon.start({ ...plan, log });
  daemon.metrics.addProcessMetrics();
  const { addresses, statusAddress, identity } = daemon;
  for (const address of addresses) out.line(address);
  const { fingerprint } = identity;
  log.info({ event: 'listening', addresses, statusAddress, fingerprint }, 'the relay is there');
  await aborted(signal);
  log.info({ event: 'draining', circuits: daemon.traffic.relay.openCircuits }, 'taking no new circuits');
  const left = await daemon.drain(plan.drainMs);
  if (left > 0) log.warn({ event: 'circuits-cut', circuits: left }, 'circuits did not end in time');
  const isDone = await Promise.race([daemon.stop().then(() => true), waited(GOODBYE_WALL_MS)]);
  if (isDone) log.info({ event: 'stopped' }, 'the relay has stopped');
  else log.warn({ event: 'stop-late' }, 'connections did not close in time');
  return EXIT.ok;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

function waited(wallMs: number): Promise<false> {
  return new Promise((resolve) => setTimeout(resolve, wallMs, false).unref());
}
