/**
 * Several files written as one: first all of them into a journal, then each moved into its place.
 *
 * A journal that was whole when its writer died is finished by the next one; one that was not is dropped. Either
 * way no file is half written, and no part of a publication is missing for good.
 */

import * as nodeFileSystem from 'node:fs';
import path from 'node:path';
import { makeFolders } from '../../node/make-folders.ts';

/** What a journal needs of a file system; a test puts one in that dies. */
export type JournalFileSystem = Pick<
  typeof nodeFileSystem,
  | 'mkdirSync'
  | 'statSync'
  | 'openSync'
  | 'writeSync'
  | 'fsyncSync'
  | 'closeSync'
  | 'renameSync'
  | 'copyFileSync'
  | 'rmSync'
  | 'readFileSync'
>;

/** One step: bytes for a path, or null to remove what is there. */
export type JournalStep = readonly [file: string, bytes: Uint8Array | null];

interface WrittenStep {
  readonly file: string;
  readonly removed: boolean;
}

/** Written last: a journal without it was not whole. */
const ORDER = 'order.json';

export class WriteJournal {
  private readonly folder: string;
  private readonly files: JournalFileSystem;

  constructor(folder: string, files: JournalFileSystem = nodeFileSystem) {
    this.folder = folder;
    this.files = files;
  }

  /** Does all the steps, in their order. */
  write(steps: readonly JournalStep[]): void {
    this.files.rmSync(this.folder, { recursive: true, force: true });
    makeFolders(this.folder, { files: this.files, mode: 0o700 });
    // Or the journal before it, and its older files, could be back after a power cut.
    this.flushFolder(path.dirname(this.folder));
    for (const [place, [, bytes]] of steps.entries()) {
      if (bytes !== null) this.writeFlushed(this.at(String(place)), bytes);
    }
    const written: WrittenStep[] = steps.map(([file, bytes]) => ({ file, removed: bytes === null }));
    this.writeFlushed(this.at('order.unfinished'), Buffer.from(JSON.stringify(written), 'utf8'));
    this.files.renameSync(this.at('order.unfinished'), this.at(ORDER));
    this.flushFolder(this.folder);
    this.finish();
  }

  /** Ends what was begun, whoever began it. */
  finish(): void {
    const order = this.read(this.at(ORDER));
    if (order !== null) {
      const steps = JSON.parse(order.toString('utf8')) as WrittenStep[];
      for (const [place, step] of steps.entries()) this.finishStep(this.at(String(place)), step);
      // The order goes first, so that a journal is never mistaken for one with fewer steps.
      this.files.rmSync(this.at(ORDER), { force: true });
      this.flushFolder(this.folder);
    }
    this.files.rmSync(this.folder, { recursive: true, force: true });
  }

  private finishStep(bytes: string, { file, removed }: WrittenStep): void {
    if (removed) {
      this.files.rmSync(file, { force: true });
      return;
    }
    // Gone already, if its last writer came that far.
    if (this.read(bytes) === null) return;
    const folder = path.dirname(file);
    const made = makeFolders(folder, { files: this.files });
    this.move(bytes, file);
    this.flushFolder(folder);
    for (const name of [...made].reverse()) this.flushFolder(path.dirname(name));
  }

  private move(from: string, to: string): void {
    try {
      this.files.renameSync(from, to);
    } catch (error) {
      // The folder is a mount of its own: beside the file first, then into its place.
      if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error;
      this.files.copyFileSync(from, `${to}.unfinished`);
      this.files.renameSync(`${to}.unfinished`, to);
      this.files.rmSync(from);
    }
  }

  private at(name: string): string {
    return path.join(this.folder, name);
  }

  private read(file: string): Buffer | null {
    try {
      return this.files.readFileSync(file);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw error;
    }
  }

  private writeFlushed(file: string, bytes: Uint8Array): void {
    const opened = this.files.openSync(file, 'wx', 0o644);
    try {
      for (let written = 0; written < bytes.length; ) {
        written += this.files.writeSync(opened, bytes, written, bytes.length - written);
      }
      this.files.fsyncSync(opened);
    } finally {
      this.files.closeSync(opened);
    }
  }

  /** Makes a rename last; Windows cannot open a folder, and flushes by itself. */
  private flushFolder(folder: string): void {
    if (process.platform === 'win32') return;
    const opened = this.files.openSync(folder, 'r');
    try {
      this.files.fsyncSync(opened);
    } finally {
      this.files.closeSync(opened);
    }
  }
}
