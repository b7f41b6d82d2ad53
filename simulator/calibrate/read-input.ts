/**
 * What a calibration is given: a table, a folder of tables, a folder of consensus documents, or an era's name.
 *
 * What a file is follows from its content, never from its name. Consensus documents are read one after the
 * other, and only their counts are kept: a month of them has two gigabytes.
 */

import { readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { historicalBaseline } from '../baseline/historical.ts';
import {
  CONSENSUS_BYTES_MAX,
  looksLikeConsensus,
  parseConsensus,
  runningRelays,
} from '../population/consensus-document.ts';
import { LocatedTable } from '../population/located-table.ts';
import { HISTORICAL_NAMES } from '../scenario/lag-schema.ts';
import { type Problem, ScenarioError } from '../scenario/problem.ts';
import { readSource } from '../scenario/source.ts';
import type { AdoptionCurve } from './adoption-curve.ts';
import { isCurveTable, isVersionTable, readCurves, readVersionCounts } from './read-tables.ts';
import { dateMs, parseReleases, type Release, type ReleaseTable, torReleases } from './tor-releases.ts';
import { adoptionCurve, followedReleases, type Snapshot } from './version-counts.ts';

const TABLE_BYTES_MAX = 64 * 1024 * 1024;
/** Relays of the cohort of 2025-26 (baseline/README.md). */
const COHORT_RELAYS = 9388;
const COMPRESSED = /\.(xz|gz|bz2|tar|tgz|zip)$/;

export interface InputOptions {
  /** Releases to follow: `0.4.8.21`, or `0.4.8.21=2025-11-17` for one that the table of releases has not. */
  readonly releases: readonly string[];
  /** A table of further releases, with the columns version and date; null for Tor's own. */
  readonly releaseFile: string | null;
  /** What counts in consensus documents. */
  readonly by: 'relays' | 'weight';
}

function problem(file: string, message: string, hint: string): Problem {
  return { file, line: null, column: null, path: '', message, hint, excerpt: null };
}

function refuse(file: string, message: string, hint: string): never {
  throw new ScenarioError([problem(file, message, hint)]);
}

/** Every file below a folder, in the order of names. */
function filesBelow(folder: string): string[] {
  const entries = readdirSync(folder, { withFileTypes: true });
  entries.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  return entries
    .filter(({ name }) => !name.startsWith('.'))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      return statSync(path).isDirectory() ? filesBelow(path) : [path];
    });
}

function snapshotOf(text: string, file: string, by: InputOptions['by']): Snapshot {
  const document = parseConsensus(text, file);
  const running = runningRelays(document);
  if (running.length === 0) refuse(file, 'has no relay with the flag Running', 'name another document');
  const counts = new Map<string, number>();
  for (const { version, bandwidth } of running) {
    const key = version ?? '';
    counts.set(key, (counts.get(key) ?? 0) + (by === 'relays' ? 1 : (bandwidth ?? 0)));
  }
  if ([...counts.values()].every((count) => count === 0)) {
    refuse(file, 'has no consensus weight', 'leave out --by weight');
  }
  return { timeMs: document.validAfterMs, counts, relays: running.length };
}

function inOrder(snapshots: readonly { file: string; snapshot: Snapshot }[]): Snapshot[] {
  const sorted = [...snapshots].sort((a, b) => a.snapshot.timeMs - b.snapshot.timeMs);
  const problems = sorted.flatMap(({ file, snapshot }, i) => {
    const before = sorted[i - 1];
    return before?.snapshot.timeMs === snapshot.timeMs
      ? [problem(file, `is of the same hour as ${before.file}`, 'leave one of them out')]
      : [];
  });
  if (problems.length > 0) throw new ScenarioError(problems);
  return sorted.map(({ snapshot }) => snapshot);
}

function chosenReleases(
  snapshots: readonly Snapshot[],
  file: string,
  options: InputOptions,
  table: ReleaseTable,
): Release[] {
  if (options.releases.length === 0) {
    const followed = followedReleases(snapshots, table);
    if (followed.length > 0) return followed;
    const days = [snapshots[0]!, snapshots.at(-1)!].map(({ timeMs }) =>
      new Date(timeMs).toISOString().slice(0, 10),
    );
    const message = `shows no release from its first days on for 60 days (it runs from ${days.join(' to ')})`;
    refuse(file, message, 'name releases with --release, or give more days');
  }
  return options.releases.map((given) => {
    const [version = '', date] = given.split('=');
    if (date !== undefined) {
      if (dateMs(date) !== null) return { version, date };
      refuse(`--release ${given}`, `${date} is no date`, 'as in 0.4.8.21=2025-11-17');
    }
    const hint = `give its date: --release ${version}=2025-11-17, or a table with --releases`;
    return table.find(version) ?? refuse(`--release ${given}`, 'no release of this name is known', hint);
  });
}

function curvesOf(snapshots: readonly Snapshot[], file: string, options: InputOptions): AdoptionCurve[] {
  const { releaseFile } = options;
  const table =
    releaseFile === null
      ? torReleases()
      : parseReleases(readSource(releaseFile, 'table of releases'), releaseFile);
  return chosenReleases(snapshots, file, options, table).map((release) => {
    const curve = adoptionCurve(snapshots, release, table);
    const { version, date } = release;
    if (curve === null) {
      return refuse(
        file,
        `shows ${version} (${date}) on fewer than three days`,
        'leave it out, or give more days',
      );
    }
    return Math.max(...curve.fractions) > 0
      ? curve
      : refuse(file, `shows nobody who took up ${version} (${date})`, 'leave it out, or give more days');
  });
}

function shippedCurves(name: (typeof HISTORICAL_NAMES)[number]): AdoptionCurve[] {
  const { releases, pooled } = historicalBaseline(name);
  // Of 2025-26 the cohort is what its law was fitted to; the cross-section counts newcomers too.
  if (name === 'tor-2025-26') {
    return [
      {
        name: releases[0]!.release,
        days: pooled.days,
        fractions: pooled.fractionOfRelays,
        relays: COHORT_RELAYS,
      },
    ];
  }
  return releases.map(({ release, daysSinceRelease, fractionOfRelays }) => {
    return { name: release, days: daysSinceRelease, fractions: fractionOfRelays, relays: null };
  });
}

function fromFile(path: string, shownAs: string, options: InputOptions): AdoptionCurve[] {
  if (COMPRESSED.test(path)) refuse(shownAs, 'is compressed', 'unpack it first');
  const text = readSource(path, 'table', shownAs, TABLE_BYTES_MAX);
  if (looksLikeConsensus(text)) {
    refuse(shownAs, 'is one consensus document, and a curve needs many', 'name the folder that holds them');
  }
  const table = new LocatedTable(text, shownAs);
  if (isCurveTable(table)) return readCurves(table, basename(path).replace(/\.[^.]*$/, ''));
  if (isVersionTable(table)) return curvesOf(readVersionCounts(table), shownAs, options);
  table.fault(
    null,
    null,
    `has the columns ${table.columns.join(', ')}`,
    'a curve has day,fraction (and release, relays); counts by version have date,version,relays',
  );
  table.check();
  return [];
}

function fromFolder(folder: string, shownAs: string, options: InputOptions): AdoptionCurve[] {
  const files = filesBelow(folder);
  if (files.length === 0) refuse(shownAs, 'is an empty folder', 'put tables or consensus documents into it');
  const packed = files.find((file) => COMPRESSED.test(file));
  if (packed !== undefined)
    refuse(packed, 'is compressed', 'unpack the archive first, and leave it elsewhere');
  const read = (file: string) => readSource(file, 'consensus', file, CONSENSUS_BYTES_MAX);
  if (!looksLikeConsensus(read(files[0]!))) return files.flatMap((file) => fromFile(file, file, options));
  const problems: Problem[] = [];
  const snapshots = files.flatMap((file) => {
    try {
      return [{ file, snapshot: snapshotOf(read(file), file, options.by) }];
    } catch (error) {
      if (!(error instanceof ScenarioError)) throw error;
      problems.push(...error.problems);
      return [];
    }
  });
  if (problems.length > 0) throw new ScenarioError(problems);
  return curvesOf(inOrder(snapshots), shownAs, options);
}

/**
 * The curves of a file, a folder, or an era (`tor-2016-17`). Throws ScenarioError with every mistake; `input` is
 * the path as its user wrote it.
 */
export function readInput(input: string, options: InputOptions): AdoptionCurve[] {
  const stat = statSync(input, { throwIfNoEntry: false });
  const era = HISTORICAL_NAMES.find((name) => name === input);
  if (stat === undefined && era !== undefined) return shippedCurves(era);
  const curves = stat?.isDirectory() ? fromFolder(input, input, options) : fromFile(input, input, options);
  const twice = curves.find(({ name }, i) => curves.findIndex((other) => other.name === name) < i);
  if (twice !== undefined) refuse(input, `has two curves named ${twice.name}`, 'name each once');
  return curves;
}
