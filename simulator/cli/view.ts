/**
 * `view`: a page on this machine that lists runs, compares them, starts new ones and shows them live.
 *
 * Ctrl-C is how it ends, and no failure: the runs that it started are stopped, and the exit code is 0.
 */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CommandContext } from './command.ts';
import { EXIT, UsageError } from './exit-code.ts';
import { type SimulateSurroundings, SURROUNDINGS } from './simulate-options.ts';
import { PACKAGE_FOLDER } from './workplace.ts';

export interface ViewVerbOptions {
  readonly port?: string;
}

const COMMAND_FILE = fileURLToPath(new URL('./relaywave.mjs', import.meta.url));

function readPort(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port <= 65_535) return port;
  throw new UsageError(
    `--port ${text} is no port`,
    'a whole number from 1 to 65535, or 0 for any that is free',
  );
}

/** Serves until a signal comes; the exit code. */
export async function view(
  options: ViewVerbOptions,
  { out, err, workplace }: CommandContext,
  { watch }: Pick<SimulateSurroundings, 'watch'> = SURROUNDINGS,
): Promise<number> {
  const port = readPort(options.port);
  const { PortError, startView } = await import('../view/server.ts');
  const home = workplace.resultsHome;
  const own = join(home, 'scenarios');
  const scenariosFolder = existsSync(own) ? own : join(PACKAGE_FOLDER, 'scenarios');
  const server = await startView({ home, scenariosFolder, commandFile: COMMAND_FILE, port }).catch(
    (error: unknown) => {
      if (!(error instanceof PortError)) throw error;
      throw new UsageError(error.message, 'choose another with --port, or 0 for any that is free');
    },
  );
  out.line(server.url);
  err.line('open it in a browser on this machine; Ctrl-C ends it and stops the runs that it started');
  const ended = new Promise<void>((resolve) => {
    const interrupts = watch(() => {
      const { running } = server.board;
      if (running > 0) err.line('stopping the run; once more to exit at once');
    });
    interrupts.signal.addEventListener('abort', () => resolve(), { once: true });
  });
  await ended;
  await server.close();
  return EXIT.ok;
}
