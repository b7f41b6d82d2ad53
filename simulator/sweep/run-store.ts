/**
 * The runs of a sweep on disk: `runs/<id>`, one folder a run, and the files that they need in `inputs`.
 *
 * A folder appears whole or not at all, and its name says which result it holds, so who wrote it and when does not
 * matter: several processes may share a folder, and a run that is there is never done again. What is there is believed
 * only with the hashes of its manifest: a copy over the network may have been cut.
 */

import { access, copyFile, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { makeFolders } from '../../node/make-folders.ts';
import type { Summary } from '../measure/summary.ts';
import { writeFiles } from '../report/file-set.ts';
import { hiddenBeside, settleFolder } from '../report/left-folders.ts';
import { type Manifest, sha256 } from '../report/manifest.ts';
import { explainFileError, ResultsError, readRefusal } from '../report/results-error.ts';
import { BrokenPieceError, type RunFile } from './run-files.ts';
import { RUN_ID, type RunInput } from './run-id.ts';
import type { RunTask } from './run-task.ts';

const RUNS = 'runs';
const INPUTS = 'inputs';
export const RUN_MANIFEST = 'manifest.json';

/** What is found under the name of a run. */
export type FoundRun =
  | { readonly state: 'missing' }
  | { readonly state: 'damaged'; readonly why: string }
  | { readonly state: 'whole'; readonly summary: Summary };

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error);
}

export class RunStore {
  /** The folder that holds `runs` and `inputs`. */
  readonly home: string;

  constructor(home: string) {
    this.home = home;
  }

  directoryOf(id: string): string {
    return join(this.home, RUNS, id);
  }

  /** Puts in order what killed commands have left of the sweep. */
  async settle(): Promise<void> {
    for (const folder of ['', RUNS, INPUTS]) await settleFolder(join(this.home, folder));
  }

  /** Names of the runs that seem to be there, in order. */
  async ids(): Promise<string[]> {
    const names = await readdir(join(this.home, RUNS)).catch(() => []);
    return names.filter((name) => RUN_ID.test(name)).sort();
  }

  /** Reads a run, every byte of it; `text` is the scenario that it must be of, where that is known. */
  async find(id: string, text?: string): Promise<FoundRun> {
    const directory = this.directoryOf(id);
    // What the system does not let be read is not damaged.
    const read = (name: string) =>
      readFile(join(directory, name)).catch((error: unknown) => {
        throw readRefusal(error, join(directory, name)) ?? error;
      });
    let manifest: Manifest;
    try {
      manifest = JSON.parse((await read(RUN_MANIFEST)).toString()) as Manifest;
    } catch (error) {
      if (error instanceof ResultsError) throw error;
      if (codeOf(error) !== 'ENOENT') return { state: 'damaged', why: `${RUN_MANIFEST} does not read` };
      const isThere = await access(directory).then(
        () => true,
        () => false,
      );
      return isThere ? { state: 'damaged', why: `it has no ${RUN_MANIFEST}` } : { state: 'missing' };
    }
    let summary: Summary | undefined;
    let stored: string | undefined;
    for (const [name, hash] of Object.entries(manifest.sha256 ?? {})) {
      // Charts that were drawn later are nobody's data.
      if (name.startsWith('charts/')) continue;
      const bytes = await read(name).catch((error: unknown) => {
        if (error instanceof ResultsError) throw error;
        return null;
      });
      if (bytes === null || sha256(bytes) !== hash)
        return { state: 'damaged', why: `${name} is not what its manifest says` };
      if (name === 'summary.json') summary = JSON.parse(bytes.toString()) as Summary;
      if (name === 'scenario.resolved.yaml') stored = bytes.toString();
    }
    if (summary === undefined || stored === undefined) return { state: 'damaged', why: 'files are missing' };
    if (text !== undefined && stored !== text) return { state: 'damaged', why: 'it is of another scenario' };
    return { state: 'whole', summary };
  }

  /** Writes a run, whole or not at all; what stands there is replaced. Throws ResultsError. */
  async write(id: string, files: readonly RunFile[], signal?: AbortSignal): Promise<void> {
    const directory = this.directoryOf(id);
    await this.removeDamaged(id);
    await writeFiles(
      { directory, force: true },
      async (set) => {
        for (const { name, bytes } of files) set.start(name, bytes);
        await set.finished();
      },
      signal,
    );
  }

  /**
   * The same for files that come from another machine: they have to be the whole result of this task. Throws
   * BrokenPieceError.
   */
  async writeChecked(task: RunTask, files: readonly RunFile[]): Promise<void> {
    const byName = new Map(files.map(({ name, bytes }) => [name, Buffer.from(bytes)]));
    if (byName.get('scenario.resolved.yaml')?.toString() !== task.text) {
      throw new BrokenPieceError('it is of another scenario');
    }
    let hashes: unknown;
    try {
      hashes = (JSON.parse(byName.get(RUN_MANIFEST)?.toString() ?? '') as Partial<Manifest>).sha256;
    } catch {
      throw new BrokenPieceError(`its ${RUN_MANIFEST} does not read`);
    }
    byName.delete(RUN_MANIFEST);
    const found = Object.fromEntries([...byName].map(([name, bytes]) => [name, sha256(bytes)]));
    if (!isDeepStrictEqual(hashes, found) || !byName.has('summary.json')) {
      throw new BrokenPieceError('its files are not those of its manifest');
    }
    await this.write(task.id, files);
  }

  /** A folder without a manifest is no result that may be replaced, so it goes before another takes its place. */
  private async removeDamaged(id: string): Promise<void> {
    const found = await readdir(this.directoryOf(id)).catch(() => null);
    if (found !== null && !found.includes(RUN_MANIFEST))
      await rm(this.directoryOf(id), { recursive: true, force: true });
  }

  inputPath(name: string): string {
    return join(this.home, INPUTS, name);
  }

  /** Copies files that scenarios name to where runs find them; those that are there are left alone. */
  async keepInputs(inputs: readonly RunInput[]): Promise<void> {
    for (const { path, name, sha256: hash } of inputs) await this.keepInput(name, hash, path);
  }

  private async keepInput(name: string, hash: string, from: string): Promise<void> {
    const target = this.inputPath(name);
    const partial = hiddenBeside(target, 'partial');
    try {
      const there = await readFile(target).catch(() => null);
      if (there !== null && sha256(there) === hash) return;
      makeFolders(join(this.home, INPUTS));
      await copyFile(from, partial);
      if (sha256(await readFile(partial)) !== hash) {
        throw new ResultsError('other', from, `${from} changed while it was read; start again`);
      }
      await rename(partial, target);
    } catch (error) {
      await rm(partial, { force: true });
      throw explainFileError(error, target);
    }
  }
}
