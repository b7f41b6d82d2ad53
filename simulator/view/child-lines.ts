/** Cuts what a child process writes into lines; a line that never ends is cut off, and its rest dropped. */

import { StringDecoder } from 'node:string_decoder';

const LINE_CHARACTERS_MAX = 4 * 1024 * 1024;

export class ChildLines {
  private readonly decoder = new StringDecoder('utf8');
  private readonly onLine: (line: string) => void;
  private pieces: string[] = [];
  private length = 0;

  constructor(onLine: (line: string) => void) {
    this.onLine = onLine;
  }

  write(chunk: Buffer): void {
    this.take(this.decoder.write(chunk));
  }

  /** What came after the last line break. */
  end(): void {
    this.take(this.decoder.end());
    if (this.length > 0) this.finishLine();
  }

  private take(text: string): void {
    const [first = '', ...rest] = text.split('\n');
    this.append(first);
    for (const piece of rest) {
      this.finishLine();
      this.append(piece);
    }
  }

  private append(piece: string): void {
    const room = LINE_CHARACTERS_MAX - this.length;
    if (piece === '' || room <= 0) return;
    this.pieces.push(piece.slice(0, room));
    this.length += Math.min(piece.length, room);
  }

  private finishLine(): void {
    this.onLine(this.pieces.join('').replace(/\r$/, ''));
    this.pieces = [];
    this.length = 0;
  }
}
