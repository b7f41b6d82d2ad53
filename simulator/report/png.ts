/**
 * PNG from SVG, with the fonts that come with the program, in a thread of its own.
 *
 * resvg drops text without a word when it has no font for it, so system fonts are never looked at: the picture is the
 * same on a machine without any. Its promises draw in other threads, but compress in this one, half a second for a run.
 */

import { Worker } from 'node:worker_threads';

interface Answer {
  readonly id: number;
  readonly png?: Uint8Array<ArrayBuffer>;
  readonly error?: unknown;
}

interface Waiting {
  readonly resolve: (png: Buffer) => void;
  readonly reject: (reason: unknown) => void;
}

/** One thread for all pictures of the process; it keeps the process alive only while somebody waits for one. */
class PngThread {
  private readonly worker = new Worker(new URL('./png-thread.mjs', import.meta.url), { execArgv: [] });
  private readonly waiting = new Map<number, Waiting>();
  private asked = 0;

  constructor(onEnd: () => void) {
    this.worker.on('message', ({ id, png, error }: Answer) => {
      const one = this.waiting.get(id);
      this.waiting.delete(id);
      if (this.waiting.size === 0) this.worker.unref();
      if (png === undefined) one?.reject(error);
      else one?.resolve(Buffer.from(png.buffer));
    });
    const end = (reason: Error): void => {
      onEnd();
      for (const { reject } of this.waiting.values()) reject(reason);
      this.waiting.clear();
    };
    this.worker.on('error', end);
    this.worker.on('exit', (code) => end(new Error(`the thread that draws PNGs ended early (code ${code})`)));
    this.worker.unref();
  }

  render(svg: string): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      const id = this.asked++;
      this.waiting.set(id, { resolve, reject });
      this.worker.ref();
      this.worker.postMessage({ id, svg });
    });
  }
}

let thread: PngThread | undefined;

/** Draws an SVG at twice its size. Rejects where it is none. */
export function renderPng(svg: string): Promise<Buffer> {
  thread ??= new PngThread(() => {
    thread = undefined;
  });
  return thread.render(svg);
}
