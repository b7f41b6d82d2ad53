/**
 * manifest.json: what varies between two runs of one scenario, and the hashes that tie the files together.
 *
 * Everything else that a run writes depends on scenario and seed only; versions, host, wall time and memory
 * stand here and nowhere else (report.html quotes this file).
 */

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import os from 'node:os';
import type { Phase } from '../arms/run-contract.ts';
import { PHASES } from '../arms/run-contract.ts';
import type { Summary } from '../measure/summary.ts';

/** Packages whose version can change a figure or a chart. */
const NAMED_PACKAGES = [
  '@chainsafe/libp2p-gossipsub',
  'libp2p',
  'wabt',
  '@observablehq/plot',
  'd3-node',
  '@resvg/resvg-js',
  'hyparquet-writer',
] as const;

export interface RunCost {
  readonly threads: number;
  /** Wall milliseconds since the command began. */
  readonly wallMs: number;
  /** Processor milliseconds of the process so far, all threads together. */
  readonly cpuMs: number;
  readonly phasesWallMs: Readonly<Partial<Record<Phase, number>>>;
  /** Highest resident memory of the process, all threads together, bytes. */
  readonly peakMemoryBytes: number;
}

export interface Manifest {
  readonly scenario: string;
  readonly seeds: readonly number[];
  /** Null for a run in real time, which no second one repeats. */
  readonly traceHash: string | null;
  /** The command that was run, word for word; null when the caller did not say. */
  readonly command: string | null;
  /** When the files were written, UTC. */
  readonly writtenAt: string;
  readonly versions: {
    readonly relaywave: string;
    readonly node: string;
    readonly v8: string;
    readonly packages: Readonly<Record<string, string>>;
  };
  readonly host: {
    readonly platform: string;
    readonly release: string;
    readonly arch: string;
    readonly cpu: string;
    readonly cores: number;
    readonly memoryBytes: number;
  };
  readonly cost: RunCost;
  /** What the user should know about how the run went; nothing in it changed a number. */
  readonly warnings: readonly string[];
  /** Curves of curves.csv that were thinned; empty when every step is in the file. */
  readonly thinnedCurves: readonly string[];
  /** SHA-256 of each file that the scenario names, by its key; left out when it names none. */
  readonly inputs?: Readonly<Record<string, string>>;
  /** Who last drew the charts and the page again, and when (UTC); absent where nobody has. */
  readonly redrawn?: { readonly relaywave: string; readonly at: string };
  /** SHA-256 of each file, hexadecimal, in the order they were written. */
  readonly sha256: Readonly<Record<string, string>>;
}

interface PackageFile {
  readonly version?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

function readPackage(path: string): PackageFile | null {
  try {
    return JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8')) as PackageFile;
  } catch {
    return null;
  }
}

/** This version of relaywave, as manifests name it. */
export function ownVersion(): string {
  return readPackage('../../package.json')?.version ?? 'unknown';
}

/** The version that is installed, or else the one that package.json pins. */
export function installedVersions(): Record<string, string> {
  const own = readPackage('../../package.json');
  return Object.fromEntries(
    NAMED_PACKAGES.map((name) => {
      const installed = readPackage(`../../node_modules/${name}/package.json`)?.version;
      return [name, installed ?? own?.dependencies?.[name] ?? 'unknown'];
    }),
  );
}

/** Highest resident memory of this process so far, threads included, bytes. */
export function peakMemoryBytes(): number {
  return process.resourceUsage().maxRSS * 1024;
}

/** Processor time of this process so far, threads included, milliseconds. */
export function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** What it has cost so far to merge finished runs; `fromWallMs` is when the merging began. */
export function mergeCost(fromWallMs: number): RunCost {
  const nowWallMs = performance.now();
  return {
    threads: 1,
    wallMs: nowWallMs,
    cpuMs: processorMs(),
    phasesWallMs: { report: nowWallMs - fromWallMs },
    peakMemoryBytes: peakMemoryBytes(),
  };
}

/** SHA-256 of a file's content, hexadecimal. */
export function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

/** Wall milliseconds of each phase, in the phases' order, to a tenth. */
function phases(wallMs: RunCost['phasesWallMs']): RunCost['phasesWallMs'] {
  const entries = PHASES.flatMap((phase) => {
    const spent = wallMs[phase];
    return spent === undefined ? [] : [[phase, Math.round(spent * 10) / 10] as const];
  });
  return Object.fromEntries(entries);
}

export interface ManifestParts {
  readonly summary: Pick<Summary, 'scenario' | 'seeds' | 'traceHash'>;
  readonly command: string | null;
  readonly cost: RunCost;
  readonly warnings: readonly string[];
  readonly thinnedCurves: readonly string[];
  readonly inputs?: Readonly<Record<string, string>>;
  readonly sha256: Readonly<Record<string, string>>;
}

/** Gathers the manifest of the run that is being written on this machine. */
export function makeManifest(parts: ManifestParts): Manifest {
  const cpus = os.cpus();
  return {
    scenario: parts.summary.scenario,
    seeds: parts.summary.seeds,
    traceHash: parts.summary.traceHash,
    command: parts.command,
    writtenAt: new Date().toISOString(),
    versions: {
      relaywave: ownVersion(),
      node: process.versions.node,
      v8: process.versions.v8,
      packages: installedVersions(),
    },
    host: {
      platform: os.platform(),
      release: os.release(),
      arch: os.arch(),
      cpu: cpus[0]?.model.trim() ?? 'unknown',
      cores: cpus.length,
      memoryBytes: os.totalmem(),
    },
    cost: {
      ...parts.cost,
      wallMs: Math.round(parts.cost.wallMs * 10) / 10,
      cpuMs: Math.round(parts.cost.cpuMs * 10) / 10,
      phasesWallMs: phases(parts.cost.phasesWallMs),
    },
    warnings: parts.warnings,
    thinnedCurves: parts.thinnedCurves,
    ...(parts.inputs !== undefined && Object.keys(parts.inputs).length > 0 && { inputs: parts.inputs }),
    sha256: parts.sha256,
  };
}

/** The text of manifest.json. */
export function formatManifest(manifest: Manifest): string {
  return `${JSON.stringify(manifest, null, 2)}\n`;
}
