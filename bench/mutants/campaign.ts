/**
 * A campaign plants faults one at a time and asks who notices: the tests that each names, then all tests of its room,
 * then scenarios with their invariants. What nobody notices is a test that is missing.
 *
 * Whoever notices must have nothing to say about the tree without faults, or its word would be worth nothing.
 */

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { TreeCopy } from '../../simulator/testing/tree-copy.ts';
import { askScenario, askTests, type Noticed } from './check-runs.ts';
import { type Fault, lineOf, plant } from './fault.ts';

/** Asked last: what a fault breaks that no test of its room looks at. */
export const WIDE_RUNS: readonly string[] = [
  'scenarios/quick.yaml',
  'scenarios/quick.yaml --engine model',
  'scenarios/partitions.yaml --scale 5%',
  'scenarios/update-attacks.yaml --scale 5%',
  'scenarios/churn-month.yaml --scale 3%',
  'scenarios/strict-cells.yaml --scale 5%',
];

export interface Verdict {
  readonly fault: Fault;
  /** File and line. */
  readonly where: string;
  /** Null: it survived. */
  readonly caughtBy: string | null;
  /** What makes the verdict worth nothing, in words; null for a good one. */
  readonly invalid: string | null;
  readonly wallSeconds: number;
}

export interface CampaignParts {
  readonly project: string;
  readonly faults: readonly Fault[];
  /** Faults at a time, each in a copy of the project of its own. */
  readonly jobs: number;
  /** Asks the tests that the faults name and no others. */
  readonly isNarrow: boolean;
  readonly tell: (line: string) => void;
}

export class Campaign {
  private readonly faults: readonly Fault[];
  private readonly trees: readonly TreeCopy[];
  private readonly isNarrow: boolean;
  private readonly tell: (line: string) => void;

  constructor({ project, faults, jobs, isNarrow, tell }: CampaignParts) {
    this.faults = faults;
    this.isNarrow = isNarrow;
    this.tell = tell;
    this.trees = Array.from({ length: jobs }, () => new TreeCopy(project));
  }

  /** Throws Error for a fault that does not fit, or a check that fails without any. */
  async run(): Promise<readonly Verdict[]> {
    const [tree] = this.trees;
    for (const fault of this.faults) plant(tree!.read(fault.file), fault);
    await this.checkUnharmed();
    const verdicts = new Map<Fault, Verdict>();
    await this.share(this.faults, async (fault, own) => {
      const verdict = await judge(fault, own, this.isNarrow);
      verdicts.set(fault, verdict);
      const { caughtBy, invalid, where, wallSeconds } = verdict;
      const outcome = invalid ?? (caughtBy === null ? 'SURVIVED' : `caught by ${caughtBy}`);
      this.tell(
        `${verdicts.size}/${this.faults.length} ${where}: ${fault.wrong}\n    ${outcome} (${wallSeconds} s)`,
      );
    });
    return this.faults.map((fault) => verdicts.get(fault)!);
  }

  close(): void {
    for (const tree of this.trees) tree.remove();
  }

  /** All that the faults name passes on the tree as it is, and is there at all. */
  private async checkUnharmed(): Promise<void> {
    const files = [...new Set(this.faults.flatMap(({ tests }) => tests))];
    const runs = [...new Set(this.faults.flatMap((fault) => fault.runs ?? []))];
    this.tell(`without a fault: ${files.length} test files, ${runs.length} scenarios`);
    await this.share(files, async (file, tree) => {
      const askers = this.faults.filter(({ tests }) => tests.includes(file));
      const isWhole = askers.some(({ titles }) => titles === undefined);
      const titles = isWhole ? [] : [...new Set(askers.flatMap((fault) => fault.titles ?? []))];
      const { noticed, passed } = await askTests(tree, [file], titles);
      if (noticed !== null) throw new Error(`${file} fails without a fault: ${noticed.by}`);
      if (passed.length === 0) throw new Error(`${file}: no test ran`);
      const absent = titles.find((words) => !passed.some((title) => title.includes(words)));
      if (absent !== undefined)
        throw new Error(`${file}: no test has ${JSON.stringify(absent)} in its title`);
    });
    await this.share(runs, async (words, tree) => {
      const noticed = await askScenario(tree, words);
      if (noticed !== null) throw new Error(`fails without a fault: ${noticed.by}`);
    });
  }

  /** Each tree takes the next piece of work when it is done with one. */
  private async share<Piece>(
    pieces: readonly Piece[],
    work: (piece: Piece, tree: TreeCopy) => Promise<void>,
  ): Promise<void> {
    const queue = [...pieces];
    await Promise.all(
      this.trees.map(async (tree) => {
        for (let piece = queue.shift(); piece !== undefined; piece = queue.shift()) await work(piece, tree);
      }),
    );
  }
}

async function judge(fault: Fault, tree: TreeCopy, isNarrow: boolean): Promise<Verdict> {
  const begunMs = performance.now();
  const source = tree.read(fault.file);
  const where = `${fault.file}:${lineOf(source, fault)}`;
  const planted = plant(source, fault);
  const harmed = <Answer>(ask: () => Promise<Answer>): Promise<Answer> => {
    tree.write(fault.file, planted);
    return ask().finally(() => tree.write(fault.file, source));
  };
  let noticed = await harmed(() => askNamed(fault, tree));
  if (noticed === null && !isNarrow) noticed = await askWide(fault, tree, harmed);
  const wallSeconds = Math.round((performance.now() - begunMs) / 100) / 10;
  if (noticed?.isFile === true) {
    return {
      fault,
      where,
      caughtBy: null,
      invalid: `proves nothing: ${noticed.by} does not run`,
      wallSeconds,
    };
  }
  return { fault, where, caughtBy: noticed?.by ?? null, invalid: null, wallSeconds };
}

async function askNamed({ tests, titles = [], runs = [] }: Fault, tree: TreeCopy): Promise<Noticed | null> {
  if (tests.length > 0) {
    const { noticed } = await askTests(tree, tests, titles);
    if (noticed !== null) return noticed;
  }
  for (const words of runs) {
    const noticed = await askScenario(tree, words);
    if (noticed !== null) return noticed;
  }
  return null;
}

/** What notices here is asked about the unharmed tree as well: it has not been before. */
async function askWide(
  fault: Fault,
  tree: TreeCopy,
  harmed: <Answer>(ask: () => Promise<Answer>) => Promise<Answer>,
): Promise<Noticed | null> {
  for (const file of testsOfRoom(tree, fault.file)) {
    const { noticed } = await harmed(() => askTests(tree, [file], []));
    if (noticed === null) continue;
    const before = await askTests(tree, [file], []);
    if (before.noticed === null) return noticed;
  }
  for (const words of WIDE_RUNS) {
    const noticed = await harmed(() => askScenario(tree, words));
    if (noticed !== null && (await askScenario(tree, words)) === null) return noticed;
  }
  return null;
}

/** Test files of the room that a file is in: `node/trust`, `simulator/engine`. */
function testsOfRoom(tree: TreeCopy, file: string): string[] {
  const room = file.split('/').slice(0, 2).join('/');
  return readdirSync(join(tree.root, room), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => join(room, name))
    .sort();
}
