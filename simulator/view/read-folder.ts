/**
 * One folder of results as the list shows it.
 *
 * Results may be of another version, cut short or made by somebody else: what is read is checked for what is used of
 * it, and what does not fit makes the folder a broken one with a reason, never an error of the list.
 */

import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { ListedArm, ListedFile, ListedRun } from './api-shapes.ts';
import { isPlainName } from './inner-path.ts';

/** Larger than any summary: a run of many arms and updates has some hundred KB. */
const JSON_BYTES_MAX = 16 * 1024 * 1024;

/** Words that a run says of itself in its manifest when it was made smaller. */
const SCALED = /^scaled to /;

const seconds = z.number().nullable();
const armSchema = z.looseObject({
  engine: z.string(),
  t50Seconds: seconds,
  t99Seconds: seconds,
  reachedFraction: z.number(),
});
const summarySchema = z.looseObject({
  scenario: z.string(),
  engine: z.string(),
  relays: z.number(),
  seeds: z.array(z.int().nonnegative()).min(1),
  violations: z.number(),
  arms: z.record(z.string(), armSchema),
});
const sweepSchema = z.looseObject({
  scenario: z.string(),
  engine: z.string(),
  violations: z.number(),
  points: z.array(z.looseObject({ seeds: z.array(z.int().nonnegative()) })),
});
const manifestSchema = z.looseObject({
  writtenAt: z.iso.datetime().optional(),
  command: z.string().nullable().optional(),
  warnings: z.array(z.string()).optional(),
});

export type CheckedSummary = z.output<typeof summarySchema>;
type CheckedManifest = z.output<typeof manifestSchema>;

/** A JSON file, or why it is none. */
async function readJson(path: string): Promise<{ readonly value: unknown } | { readonly problem: string }> {
  try {
    if ((await stat(path)).size > JSON_BYTES_MAX) return { problem: 'is too large to be a summary' };
    return { value: JSON.parse(await readFile(path, 'utf8')) };
  } catch (error) {
    if (error instanceof SyntaxError) return { problem: 'is not JSON' };
    return { problem: `cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'})` };
  }
}

/** The manifest as far as it is used; an empty one where there is none to read. */
async function readManifestOf(folder: string): Promise<CheckedManifest> {
  const read = await readJson(join(folder, 'manifest.json'));
  const parsed = manifestSchema.safeParse('value' in read ? read.value : {});
  return parsed.success ? parsed.data : {};
}

/** The summary of a run or of several seeds; null where the folder holds another thing. */
export async function readSummaryOf(folder: string): Promise<CheckedSummary | null> {
  const read = await readJson(join(folder, 'summary.json'));
  const parsed = summarySchema.safeParse('value' in read ? read.value : null);
  return parsed.success ? parsed.data : null;
}

/** The files of a folder and of its charts, without what links elsewhere. */
async function filesOf(folder: string): Promise<ListedFile[]> {
  const found: ListedFile[] = [];
  for (const [prefix, place] of [
    ['', folder],
    ['charts/', join(folder, 'charts')],
  ] as const) {
    const entries = await readdir(place, { withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      if (!entry.isFile() || !isPlainName(entry.name)) continue;
      const size = await stat(join(place, entry.name)).then(
        (stats) => stats.size,
        () => null,
      );
      if (size !== null) found.push({ name: `${prefix}${entry.name}`, bytes: size });
    }
  }
  return found.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Arms of the project's own runs name what made their numbers: `lag` for upgrades by hand. */
export function isLiveEngine(engine: string): boolean {
  return engine !== 'lag';
}

function listedArms(arms: CheckedSummary['arms']): ListedArm[] {
  return Object.entries(arms).map(([name, { engine, t50Seconds, t99Seconds, reachedFraction }]) => ({
    name,
    isLive: isLiveEngine(engine),
    t50Seconds,
    t99Seconds,
    reachedFraction,
  }));
}

type Found = Pick<
  ListedRun,
  'kind' | 'scenario' | 'engine' | 'relays' | 'seeds' | 'arms' | 'violations' | 'problem'
>;

function broken(id: string, problem: string): Found {
  const scenario = id.split('/')[0] ?? id;
  return {
    kind: 'broken',
    scenario,
    engine: '',
    relays: null,
    seeds: [],
    arms: [],
    violations: null,
    problem,
  };
}

function judge(id: string, value: unknown): Found {
  const run = summarySchema.safeParse(value);
  if (run.success) {
    const { scenario, engine, relays, seeds, violations, arms } = run.data;
    const kind = seeds.length > 1 ? 'runs' : 'run';
    return { kind, scenario, engine, relays, seeds, violations, arms: listedArms(arms), problem: null };
  }
  const sweep = sweepSchema.safeParse(value);
  if (sweep.success) {
    const { scenario, engine, violations, points } = sweep.data;
    const seeds = [...new Set(points.flatMap((point) => point.seeds))].sort((a, b) => a - b);
    return { kind: 'sweep', scenario, engine, relays: null, seeds, violations, arms: [], problem: null };
  }
  const issue = run.error.issues[0];
  return broken(id, `summary.json: ${issue?.path.join('.') || 'it'}: ${issue?.message ?? 'is no summary'}`);
}

export interface FolderRead {
  readonly listed: ListedRun;
  /** summary.json as it is; null where it cannot be read. */
  readonly summary: unknown;
  readonly manifest: CheckedManifest;
  readonly files: readonly ListedFile[];
}

/** Reads the folder under its id, a path in results/. */
export async function readFolder(folder: string, id: string): Promise<FolderRead> {
  const read = await readJson(join(folder, 'summary.json'));
  const found = 'value' in read ? judge(id, read.value) : broken(id, `summary.json ${read.problem}`);
  const manifest = await readManifestOf(folder);
  const { writtenAt, warnings = [] } = manifest;
  const files = await filesOf(folder);
  const listed = {
    id,
    ...found,
    writtenAt: writtenAt ?? (await stat(folder)).mtime.toISOString(),
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
    isScaled: warnings.some((warning) => SCALED.test(warning)),
  };
  return { listed, summary: 'value' in read ? read.value : null, manifest, files };
}
