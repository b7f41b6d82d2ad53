/**
 * The two streams of a command: results on stdout, everything else on stderr.
 *
 * A reader that leaves (`| head`) is no failure: writes to a closed pipe are dropped, and the command ends
 * with the exit code of the work it did. Any other failure to write, such as a full disk, is one.
 */

import type { Writable } from 'node:stream';

/** Codes with which a write tells that nobody reads any more. */
const READER_LEFT = new Set(['EPIPE', 'ERR_STREAM_DESTROYED', 'ERR_STREAM_WRITE_AFTER_END', 'ECONNRESET']);

/** The parts of process.stdout and process.stderr that are used. */
export type OutputStream = Writable & { readonly isTTY?: boolean; readonly columns?: number };

export class Output {
  readonly stream: OutputStream;
  readonly isTerminal: boolean;
  /** Whether colours are wished for. */
  readonly colour: boolean;
  private isClosed = false;
  private writeFailure: Error | null = null;

  constructor(stream: OutputStream, env: NodeJS.ProcessEnv) {
    this.stream = stream;
    this.isTerminal = stream.isTTY === true && env.TERM !== 'dumb';
    this.colour = wantsColour(this.isTerminal, env);
    stream.on('error', (error: NodeJS.ErrnoException) => {
      this.isClosed = true;
      if (!READER_LEFT.has(error.code ?? '')) this.writeFailure ??= error;
    });
  }

  /** Columns of the terminal; 80 if it is none. */
  get columns(): number {
    return this.stream.columns ?? 80;
  }

  /** Why writing failed, other than by a reader who left. */
  get failure(): Error | null {
    return this.writeFailure;
  }

  write(text: string): void {
    if (!this.isClosed) this.stream.write(text);
  }

  line(text: string): void {
    this.write(`${text}\n`);
  }

  /** Waits until everything is written, or nobody reads it. */
  async flushed(): Promise<void> {
    if (this.isClosed) return;
    await new Promise<void>((resolve) => this.stream.write('', () => resolve()));
  }
}

/** NO_COLOR and FORCE_COLOR as no-color.org and Node have them; NO_COLOR wins. */
export function wantsColour(isTerminal: boolean, env: NodeJS.ProcessEnv): boolean {
  if (env.NO_COLOR !== undefined && env.NO_COLOR !== '') return false;
  const force = env.FORCE_COLOR;
  if (force !== undefined) return force !== '0' && force !== 'false';
  return isTerminal;
}
