/**
 * A store in a folder of a real relay's disk, which survives a crash at any moment.
 *
 * Every file is written under a temporary name, flushed, and renamed into place; the record before stays as
 * `relay.json.previous`. A file that does not match its checksum is moved to `broken/`, for whoever wants to
 * know, and the one before takes its place.
 *
 *     relay.json             first line: format, SHA-256 of the rest; the rest: the record
 *     relay.json.previous
 *     modules/<sha256>.wasm
 *     broken/
 */

import { createHash } from 'node:crypto';
import * as nodeFileSystem from 'node:fs';
import path from 'node:path';
import {
  type FlushingFiles,
  flushFolderIfItCan,
  makeFolderAndFlush,
  writeAndFlush,
} from '../durable-file.ts';
import type { StoredRelay, UpdateStore } from './store.ts';
import { parseRecord } from './stored-record.ts';

/** What the store needs of a file system; a test puts one in that loses power. */
export type FileSystem = FlushingFiles &
  Pick<
    typeof nodeFileSystem,
    'mkdirSync' | 'statSync' | 'renameSync' | 'linkSync' | 'unlinkSync' | 'readFileSync' | 'readdirSync'
  >;

const RECORD = 'relay.json';
const PREVIOUS = 'relay.json.previous';
const MODULES = 'modules';
const BROKEN = 'broken';
const TEMPORARY = '.temporary';
const FORMAT = 'relaywave-store-1';
const HASH = /^[0-9a-f]{64}$/;

export class DiskStore implements UpdateStore {
  private readonly folder: string;
  private readonly files: FileSystem;
  /** Files found broken since the store was opened: where they lie now. */
  readonly setAside: string[] = [];

  constructor(folder: string, files: FileSystem = nodeFileSystem) {
    this.folder = folder;
    this.files = files;
    for (const name of ['', MODULES, BROKEN]) {
      makeFolderAndFlush(files, path.join(folder, name));
    }
    this.removeTemporaries('');
    this.removeTemporaries(MODULES);
  }

  readRecord(): StoredRelay | null {
    for (const name of [RECORD, PREVIOUS]) {
      const content = this.read(name);
      if (content === null) continue;
      const record = decode(content);
      if (record !== null) return record;
      this.putAside(name, content);
    }
    return null;
  }

  writeRecord(record: StoredRelay): void {
    const body = JSON.stringify(record);
    this.writeTemporary(RECORD, Buffer.from(`${FORMAT} ${sha256(body)}\n${body}\n`, 'utf8'));
    this.keepPrevious();
    this.files.renameSync(this.at(RECORD + TEMPORARY), this.at(RECORD));
    flushFolderIfItCan(this.files, this.folder);
  }

  readModule(hash: string): Uint8Array | null {
    if (!HASH.test(hash)) return null;
    const name = moduleFile(hash);
    const content = this.read(name);
    if (content === null) return null;
    if (sha256(content) === hash) return new Uint8Array(content);
    this.putAside(name, content);
    return null;
  }

  writeModule(hash: string, bytes: Uint8Array): void {
    if (sha256(bytes) !== hash) throw new RangeError(`these are not the bytes of ${hash}`);
    if (this.readModule(hash) !== null) return;
    this.writeTemporary(moduleFile(hash), bytes);
    this.files.renameSync(this.at(moduleFile(hash) + TEMPORARY), this.at(moduleFile(hash)));
    flushFolderIfItCan(this.files, this.at(MODULES));
  }

  keepModules(hashes: ReadonlySet<string>): void {
    for (const name of this.files.readdirSync(this.at(MODULES))) {
      const hash = name.replace(/\.wasm$/, '');
      if (HASH.test(hash) && !hashes.has(hash)) this.remove(path.join(MODULES, name));
    }
  }

  /** Gives the record a second name, which stays when the first one goes to the new record. */
  private keepPrevious(): void {
    const link = PREVIOUS + TEMPORARY;
    this.remove(link);
    // No record yet, or a file system without links: then there is none before this one.
    this.ignoring(['ENOENT', 'EPERM', 'ENOTSUP'], () => {
      this.files.linkSync(this.at(RECORD), this.at(link));
      this.files.renameSync(this.at(link), this.at(PREVIOUS));
    });
  }

  private at(name: string): string {
    return path.join(this.folder, name);
  }

  private read(name: string): Buffer | null {
    return this.ignoring(['ENOENT'], () => this.files.readFileSync(this.at(name))) ?? null;
  }

  /** Writes `name` under its temporary name and flushes it to the disk. */
  private writeTemporary(name: string, content: Uint8Array): void {
    writeAndFlush(this.files, this.at(name + TEMPORARY), content);
  }

  private putAside(name: string, content: Uint8Array): void {
    const aside = path.join(BROKEN, `${path.basename(name)}.${sha256(content).slice(0, 8)}`);
    this.files.renameSync(this.at(name), this.at(aside));
    this.setAside.push(aside);
  }

  private removeTemporaries(folder: string): void {
    for (const name of this.files.readdirSync(this.at(folder))) {
      if (name.endsWith(TEMPORARY)) this.remove(path.join(folder, name));
    }
  }

  private remove(name: string): void {
    this.ignoring(['ENOENT'], () => this.files.unlinkSync(this.at(name)));
  }

  private ignoring<Result>(codes: readonly string[], work: () => Result): Result | undefined {
    try {
      return work();
    } catch (error) {
      if (codes.includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
      throw error;
    }
  }
}

function moduleFile(hash: string): string {
  return path.join(MODULES, `${hash}.wasm`);
}

function decode(content: Buffer): StoredRelay | null {
  const end = content.indexOf(10);
  const [format, checksum] = content.subarray(0, Math.max(0, end)).toString('latin1').split(' ');
  const body = content.subarray(end + 1, content.length - 1);
  if (format !== FORMAT || checksum !== sha256(body)) return null;
  return parseRecord(body.toString('utf8'));
}

function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
