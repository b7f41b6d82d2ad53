/** Work that takes long: its progress is shown, and Ctrl-C ends it in good order. */

import type { CommandContext } from './command.ts';
import { type DisplayOptions, type ProgressDisplay, progressDisplay } from './progress.ts';
import type { SimulateSurroundings } from './simulate-options.ts';

/** Does the work; the display is gone and interrupts are left alone when it has ended, however it did. */
export async function attended<Result>(
  { err }: CommandContext,
  { watch }: Pick<SimulateSurroundings, 'watch'>,
  options: DisplayOptions,
  work: (display: ProgressDisplay, signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const display = progressDisplay(err, options);
  const interrupts = watch(() => {
    display.stop();
    if (options.quiet !== true) err.line('stopping; once more to exit at once');
  });
  try {
    return await work(display, interrupts.signal);
  } finally {
    display.stop();
    interrupts.stop();
  }
}
