/**
 * The files of scenarios/: listed, read, and saved without taking the place of what somebody else saved meanwhile.
 *
 * Whoever saves says which version the text was made from, by its ETag, or that the file is to be new.
 */

import { createHash, randomBytes } from 'node:crypto';
import { link, lstat, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ScenarioError } from '../scenario/problem.ts';
import { FILE_BYTES_MAX, textOf } from '../scenario/source.ts';
import { parseYaml, plainValue } from '../scenario/yaml-tree.ts';
import type { ListedScenario, ScenarioText } from './api-shapes.ts';
import { innerPath, isPlainName } from './inner-path.ts';

const SCENARIO_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,95}\.ya?ml$/;

/** Which version of the file a text is to replace. */
export type SaveOver = { readonly etag: string } | 'nothing';

export type Saved =
  | { readonly saved: ScenarioText }
  | { readonly refused: 'bad-name' | 'missing' | 'too-large' }
  /** Another version stands there; null where there is none. */
  | { readonly refused: 'changed'; readonly etag: string | null }
  | { readonly refused: 'not-writable'; readonly reason: string };

function etagOf(bytes: Buffer | string): string {
  return `"${createHash('sha256').update(bytes).digest('hex').slice(0, 32)}"`;
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isScenarioName(name: string): boolean {
  return isPlainName(name) && SCENARIO_NAME.test(name);
}

export class ScenarioShelf {
  private readonly folder: string;
  /** Saves happen one after the other, so that none comes between another's look and its writing. */
  private lastSave: Promise<unknown> = Promise.resolve();

  constructor(folder: string) {
    this.folder = folder;
  }

  /** Files that read as YAML, by name; those with mistakes are listed too. */
  async list(): Promise<ListedScenario[]> {
    const names = (await readdir(this.folder).catch(() => [])).filter(isScenarioName).sort();
    const listed = await Promise.all(names.map((name) => this.describe(name)));
    return listed.flatMap((one) => one ?? []);
  }

  /** The file's text; null where there is none, or it is no text of a scenario's size. */
  async read(name: string): Promise<ScenarioText | null> {
    if (!isScenarioName(name)) return null;
    const found = await innerPath(this.folder, [name]);
    if ('refused' in found) return null;
    try {
      const bytes = await readFile(found.path);
      if (bytes.length > FILE_BYTES_MAX) return null;
      return { file: name, text: textOf(bytes, name), etag: etagOf(bytes) };
    } catch (error) {
      if (error instanceof ScenarioError || (error as NodeJS.ErrnoException).code !== undefined) return null;
      throw error;
    }
  }

  /** Saves the text in the place of that version and no other. */
  save(name: string, text: string, over: SaveOver): Promise<Saved> {
    const saving = this.lastSave.then(() => this.saveNow(name, text, over));
    this.lastSave = saving.catch(() => undefined);
    return saving;
  }

  private async saveNow(name: string, text: string, over: SaveOver): Promise<Saved> {
    if (!isScenarioName(name)) return { refused: 'bad-name' };
    if (Buffer.byteLength(text) > FILE_BYTES_MAX) return { refused: 'too-large' };
    const target = join(this.folder, name);
    const before = await this.read(name);
    if (over !== 'nothing') {
      if (before === null) return { refused: 'changed', etag: null };
      if (before.etag !== over.etag) return { refused: 'changed', etag: before.etag };
      // A link would be replaced, not written through.
      if (!(await lstat(target)).isFile()) return { refused: 'not-writable', reason: 'is a symbolic link' };
    }
    const draft = join(this.folder, `.${name}.${randomBytes(6).toString('hex')}`);
    try {
      const file = await open(draft, 'wx');
      try {
        await file.writeFile(text);
        await file.sync();
      } finally {
        await file.close();
      }
      // A link, unlike a renaming, fails where a file stands already.
      if (over === 'nothing') await link(draft, target);
      else await rename(draft, target);
    } catch (error) {
      const { code = 'unknown' } = error as NodeJS.ErrnoException;
      if (code === 'EEXIST') return { refused: 'changed', etag: before?.etag ?? null };
      return { refused: 'not-writable', reason: `cannot be written (${code})` };
    } finally {
      await rm(draft, { force: true }).catch(() => undefined);
    }
    return { saved: { file: name, text, etag: etagOf(text) } };
  }

  private async describe(file: string): Promise<ListedScenario | null> {
    const read = await this.read(file);
    if (read === null) return null;
    const value = plainValue(parseYaml(file, read.text).tree);
    const { question, sweep } = isMap(value) ? value : {};
    return { file, question: typeof question === 'string' ? question : '', isSweep: isMap(sweep) };
  }
}
