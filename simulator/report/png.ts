/**
 * PNG from SVG, with the fonts that come with the program, in threads of their own.
 *
 * resvg drops text without a word when it has no font for it, so system fonts are never looked at: the picture is the
 * same on a machine without any. Its promises draw in other threads, but compress in this one, half a second for a run.
 */

import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';

/** A dozen pictures take a second of one thread; a third one would wait for a core that draws the page. */
const THREADS_MAX = Math.min(2, availableParallelism());

interface Answer {
  readonly id: number;
  readonly png?: Uint8Array<ArrayBuffer>;
  readonly error?: unknown;
}

interface Waiting {
  readonly resolve: (png: Buffer) => void;
  readonly reject: (reason: unknown) => void;
}

/** Draws one picture after the other; it keeps the process alive only while somebody waits for one. */
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

  /** How many pictures are not drawn yet. */
  get left(): number {
    return this.waiting.size;
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

let threads: readonly PngThread[] = [];

function startThread(): PngThread {
  const started = new PngThread(() => {
    threads = threads.filter((thread) => thread !== started);
  });
  threads = [...threads, started];
  return started;
}

/** Starts a thread, unless there is one, so that it is there when the first picture is asked for. */
export function preparePng(): void {
  if (threads.length === 0) startThread();
}

/** Draws an SVG at twice its size. Rejects where it is none. */
export function renderPng(svg: string): Promise<Buffer> {
  const [idlest] = [...threads].sort((a, b) => a.left - b.left);
  const isFree = idlest !== undefined && (idlest.left === 0 || threads.length === THREADS_MAX);
  return (isFree ? idlest : startThread()).render(svg);
}
