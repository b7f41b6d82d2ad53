/** Writes what is left of a failing seed: a small scenario that shows it, with the lines that run it. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KeptThreads } from '../../engine/gossipsub/kept-threads.ts';
import { ScenarioError } from '../../scenario/problem.ts';
import type { Finding } from './check-run.ts';
import type { Tree } from './dice.ts';
import { drawScenario, loadTree, textOf } from './drawn-scenario.ts';
import { shrink } from './shrink.ts';
import { tryScenario } from './try-scenario.ts';
import type { SeedVerdict } from './try-seed.ts';

const TRIES_MAX = 150;

/** Shrinks a failing seed and writes its scenario into the folder; the path of the file. */
export async function writeFailure(
  { seed, findings }: SeedVerdict,
  relays: number | undefined,
  folder: string,
  kept: KeptThreads,
): Promise<string> {
  const [first] = findings as [Finding];
  const { tree } = drawScenario(seed, { relays });
  const failsAlike = async (smaller: Tree): Promise<boolean | null> => {
    try {
      const { scenario } = loadTree(smaller);
      const trial = await tryScenario(scenario, kept);
      return trial.findings.some((finding) => isAlike(finding, first));
    } catch (error) {
      if (error instanceof ScenarioError) return null;
      throw error;
    }
  };
  // What shows only in a second run does not show in one: it stays as it was drawn.
  const isOfOneRun = (await failsAlike(tree)) === true;
  const smallest = isOfOneRun ? await shrink(tree, failsAlike, TRIES_MAX) : tree;
  const path = join(folder, `seed-${seed}.yaml`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(path, withComment(smallest, seed, relays, first, path));
  return path;
}

/** Of one rule; a broken-off run must break off with the same words. */
function isAlike(one: Finding, other: Finding): boolean {
  if (one.rule !== other.rule) return false;
  if (one.rule !== 'runs-through') return true;
  const words = ({ what }: Finding): string => what.replace(/[\d.]+/g, 'n').slice(0, 40);
  return words(one) === words(other);
}

function withComment(
  tree: Tree,
  seed: number,
  relays: number | undefined,
  { rule, what }: Finding,
  path: string,
): string {
  const size = relays === undefined ? '' : ` --relays ${relays}`;
  const lines = [
    `${rule}: ${what}`,
    `Run it:         npm run simulate -- ${path}`,
    `Ask all of it:  npm run swarm -- --file ${path}`,
    `As it was:      npm run swarm -- --seed ${seed}${size}`,
  ];
  return `${lines.map((line) => `# ${line.replace(/\s*\n\s*/g, ' ')}\n`).join('')}\n${textOf(tree)}`;
}
