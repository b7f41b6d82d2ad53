/** A command's context whose streams are kept as text, for tests. */

import { Writable } from 'node:stream';
import type { CommandContext } from './command.ts';
import { Output, type OutputStream } from './output.ts';

export interface Captured {
  readonly context: CommandContext;
  readonly out: () => string;
  readonly err: () => string;
}

/** A stream that keeps what is written to it. */
export function keepingStream(isTTY = false): { stream: OutputStream; text: () => string } {
  const chunks: string[] = [];
  const stream = new Writable({
    write(chunk, _encoding, done) {
      chunks.push(String(chunk));
      done();
    },
  });
  return { stream: Object.assign(stream, { isTTY, columns: 100 }), text: () => chunks.join('') };
}

/** A context without a terminal, standing in `folder`. */
export function capturedContext(folder: string, env: NodeJS.ProcessEnv = {}): Captured {
  const out = keepingStream();
  const err = keepingStream();
  const context: CommandContext = {
    out: new Output(out.stream, env),
    err: new Output(err.stream, env),
    env,
    workplace: { userFolder: folder, resultsHome: folder },
    journal: { repeatWith: null, left: null },
  };
  return { context, out: out.text, err: err.text };
}
