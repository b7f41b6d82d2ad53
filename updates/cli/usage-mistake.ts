/** A mistake in the command line of `update`, which ends it with exit code 2. */

import type { UpdateConsole } from './register.ts';

export class UsageMistake extends Error {}

export const EXIT_USAGE = 2;

/** Runs a verb and hands its exit code over; usage mistakes are told, everything else goes to the caller. */
export async function runVerb(io: UpdateConsole, work: () => Promise<number>): Promise<void> {
  try {
    io.finish(await work());
  } catch (error) {
    if (!(error instanceof UsageMistake)) throw error;
    io.err(`error: ${error.message}`);
    io.finish(EXIT_USAGE);
  }
}
