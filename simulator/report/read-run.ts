/**
 * Reads what a run has written: its summary, its curves and its scenario, to be merged with those of other runs.
 *
 * Files are taken as they are found, from this version or another; what does not read as results is refused with
 * the file's name.
 */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AdoptionCurve } from '../measure/curve.ts';
import type { Summary } from '../measure/summary.ts';
import type { Manifest } from './manifest.ts';
import { ResultsError, readRefusal } from './results-error.ts';

/** The curves of the scenario's first update, by the name of the arm. */
export type CurvesByArm = ReadonlyMap<string, AdoptionCurve>;

export interface WrittenRun {
  readonly directory: string;
  readonly summary: Summary;
  readonly manifest: Manifest;
  readonly curves: CurvesByArm;
  /** The text of curves.csv. */
  readonly curvesText: string;
  /** The text of scenario.resolved.yaml. */
  readonly resolvedScenario: string;
}

function refuse(path: string, why: string, cure = 'run it again'): never {
  throw new ResultsError('not-results', path, `${path} is not the result of a run: ${why}; ${cure}`);
}

async function read(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const { code = String(error) } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') refuse(path, 'there is no such file', 'name a folder like results/quick/seed-1');
    throw readRefusal(error, path) ?? refuse(path, code);
  }
}

async function readJson<Shape>(path: string, key: keyof Shape & string): Promise<Shape> {
  const text = await read(path);
  try {
    const value = JSON.parse(text) as Shape;
    if (typeof value === 'object' && value !== null && key in value) return value;
  } catch {
    refuse(path, 'it is not JSON');
  }
  return refuse(path, `it has no "${key}"`);
}

/** The fields of one line of CSV as curves-csv.ts writes them: names may be quoted, numbers never are. */
function fields(line: string): string[] {
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^",]*))/g)].map(
    ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '',
  );
}

/**
 * The curves of curves.csv. Rows of an update other than the first are left out; `update` is the last column, and
 * its first value belongs to the first update. Rows that begin a curve at 0 or end it at its horizon are no steps,
 * and are dropped again.
 */
export function parseCurves(text: string, path: string): CurvesByArm {
  const [header = '', ...lines] = text.trimEnd().split('\n');
  if (!header.startsWith('arm,seed,seconds,fraction_of_relays,fraction_of_consensus_weight')) {
    refuse(path, `its first line is "${header.slice(0, 80)}"`);
  }
  const rows = new Map<string, [number, number, number][]>();
  let firstUpdate: string | undefined;
  for (const [index, line] of lines.entries()) {
    const [arm = '', , seconds, byCount, byWeight, update] = fields(line);
    firstUpdate ??= update;
    if (update !== firstUpdate) continue;
    const row = [Number(seconds), Number(byCount), Number(byWeight)] as [number, number, number];
    if (row.some(Number.isNaN)) refuse(path, `line ${index + 2} is "${line.slice(0, 80)}"`);
    const known = rows.get(arm) ?? [];
    rows.set(arm, known);
    if (row[1] !== (known.at(-1)?.[1] ?? 0)) known.push(row);
  }
  return new Map(
    [...rows].map(([arm, steps]) => [
      arm,
      {
        seconds: Float64Array.from(steps, ([seconds]) => seconds),
        fractionOfRelays: Float64Array.from(steps, ([, byCount]) => byCount),
        fractionOfConsensusWeight: Float64Array.from(steps, ([, , byWeight]) => byWeight),
      },
    ]),
  );
}

/** Reads summary.json of the results in a folder. */
export async function readSummary(directory: string): Promise<Summary> {
  return readJson<Summary>(join(directory, 'summary.json'), 'arms');
}

/** Reads manifest.json of the results in a folder. */
export async function readManifest(directory: string): Promise<Manifest> {
  return readJson<Manifest>(join(directory, 'manifest.json'), 'sha256');
}

/** Reads the results in a folder; throws `ResultsError` where they are none. */
export async function readRun(directory: string): Promise<WrittenRun> {
  const curvesPath = join(directory, 'curves.csv');
  const curvesText = await read(curvesPath);
  return {
    directory,
    manifest: await readManifest(directory),
    summary: await readSummary(directory),
    curves: parseCurves(curvesText, curvesPath),
    curvesText,
    resolvedScenario: await read(join(directory, 'scenario.resolved.yaml')),
  };
}
