/**
 * The same bytes everywhere: `npm run determinism [-- --node 20 --node 22]`.
 *
 * Runs scenarios of every kind on several versions of Node (the packages of that name), with 1, 2 and 4 threads, and in
 * another locale and time zone, and compares every file of the results with those of the first: data and charts, but
 * for manifest.json and report.html, which say when and how long. Ends with 1 where a byte differs.
 */

import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { scriptLine, several } from '../simulator/testing/script-line.ts';

const COMMAND = fileURLToPath(new URL('../simulator/cli/relaywave.mjs', import.meta.url));
const SCENARIOS = fileURLToPath(new URL('../scenarios', import.meta.url));
const OF_THE_MOMENT = new Set(['manifest.json', 'report.html']);
const VERSIONS = ['20', '22', '24'];
const line = scriptLine('determinism', 'Checks that every scenario gives the same bytes everywhere.')
  .option(
    '--node <version>',
    `a version of Node, as npm has them; may be given several times (default: ${VERSIONS.join(', ')})`,
    several,
  )
  .parse();
const { node: versions = VERSIONS } = line.opts<{ node?: readonly string[] }>();

/** What is run: as a user would type it. */
const CASES: Readonly<Record<string, readonly string[]>> = {
  quick: ['simulate', 'quick.yaml'],
  'tor7500, 30 %': ['simulate', 'tor7500.yaml', '--scale', '30%'],
  'model, 20,000': ['simulate', 'quick.yaml', '--engine', 'model', '--set', 'network.relays=20000'],
  'churn-month': ['simulate', 'churn-month.yaml', '--scale', '3%'],
  'a mesh on a thread': [
    'simulate',
    'churn-year.yaml',
    ...['network.relays=2000', 'duration=60d', 'updates.1.at=40d'].flatMap((change) => ['--set', change]),
  ],
  'strict-cells': ['simulate', 'strict-cells.yaml', '--scale', '5%'],
  'circuits, gossip': ['simulate', 'circuit-vs-gossip.yaml', '--scale', '5%'],
  channels: ['simulate', 'channels.yaml', '--set', 'network.relays=100'],
  'update-attacks': ['simulate', 'update-attacks.yaml', '--scale', '5%'],
  'gossip-attacks': ['simulate', 'gossip-attacks.yaml', '--scale', '3%'],
  partitions: ['simulate', 'partitions.yaml', '--scale', '5%'],
  'three seeds': ['simulate', 'quick.yaml', '--runs', '3', '--scale', '20%'],
  sweep: ['sweep', 'degree.yaml', '--scale', '10%', '--runs', '2'],
};

interface Variant {
  readonly name: string;
  readonly node: string;
  readonly threads: number;
  readonly env: Readonly<Record<string, string>>;
}

function nodeOfVersion(version: string): string {
  const print = ['exec', '--yes', '--package', `node@${version}`, '--', 'node', '-p', 'process.execPath'];
  try {
    return execFileSync('npm', print, { encoding: 'utf8', cwd: tmpdir() }).trim();
  } catch {
    return line.error(`error: --node ${version}: npm could not install it; give a version such as 22`);
  }
}

/** SHA-256 of each file of the results that is the scenario's and the seed's alone, by its path. */
function resultsOf(variant: Variant, words: readonly string[]): ReadonlyMap<string, string> {
  const folder = mkdtempSync(join(tmpdir(), 'relaywave-determinism-'));
  try {
    const out = join(folder, 'results');
    const [verb, scenario, ...more] = words;
    const threads = verb === 'simulate' ? ['--threads', String(variant.threads)] : [];
    const args = [COMMAND, verb!, join(SCENARIOS, scenario!), ...more, ...threads, '--quiet', '--out', out];
    const env = { ...process.env, ...variant.env };
    const { status, stderr } = spawnSync(variant.node, args, { encoding: 'utf8', env });
    if (status !== 0) throw new Error(`${variant.name}: ${words.join(' ')} ended with ${status}\n${stderr}`);
    const files = readdirSync(out, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !OF_THE_MOMENT.has(entry.name))
      .map((entry) => relative(out, join(entry.parentPath, entry.name)));
    const hash = (file: string) => createHash('sha256').update(bytesOf(out, file)).digest('hex');
    return new Map(files.sort().map((file) => [file, hash(file)]));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The number of threads is what is varied here, and the resolved scenario says it. */
function bytesOf(folder: string, file: string): Buffer | string {
  const bytes = readFileSync(join(folder, file));
  return file.endsWith('scenario.resolved.yaml')
    ? bytes.toString().replace(/^threads: \d+$/m, 'threads: any')
    : bytes;
}

function firstDifference(
  one: ReadonlyMap<string, string>,
  other: ReadonlyMap<string, string>,
): string | null {
  const files = [...new Set([...one.keys(), ...other.keys()])];
  return files.find((file) => one.get(file) !== other.get(file)) ?? null;
}

const variants: Variant[] = versions.flatMap((version) => {
  const node = nodeOfVersion(version);
  const own = execFileSync(node, ['--version'], { encoding: 'utf8' }).trim();
  return [1, 2, 4].map((threads) => ({
    name: `Node ${own}, ${threads} thread${threads > 1 ? 's' : ''}`,
    node,
    threads,
    env: {},
  }));
});
variants.push({
  ...variants[0]!,
  name: `${variants[0]!.name}, Turkish, Chatham Islands`,
  env: { LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8', TZ: 'Pacific/Chatham' },
});

const rows: Record<string, Record<string, string>> = Object.fromEntries(
  variants.map(({ name }) => [name, {}]),
);
let different = 0;
for (const [name, words] of Object.entries(CASES)) {
  const [first, ...others] = variants;
  const expected = resultsOf(first!, words);
  rows[first!.name]![name] = `${expected.size} files`;
  for (const variant of others) {
    const file = firstDifference(expected, resultsOf(variant, words));
    if (file !== null) different++;
    rows[variant.name]![name] = file === null ? 'same' : `differs: ${file}`;
    console.error(`${name}, ${variant.name}: ${rows[variant.name]![name]}`);
  }
}
console.table(rows);
console.log(different === 0 ? 'the same bytes everywhere' : `${different} differ`);
process.exitCode = different === 0 ? 0 : 1;
