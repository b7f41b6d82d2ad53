/**
 * Draws the charts and the page of results again, without running anything.
 *
 * The data files stay as they are, byte by byte, and must have the hashes of their manifest: figures that were changed
 * by hand are not drawn. The manifest keeps what it says of the run and adds who drew it again.
 */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { drawNetwork } from '../arms/draw-network.ts';
import type { HistoricalBaseline } from '../baseline/historical.ts';
import type { ArmOutcome, RunOutcome } from '../measure/outcome.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { chartData } from './chart-data.ts';
import { type FileSet, writeFiles } from './file-set.ts';
import { groupThousands } from './human-units.ts';
import { type Manifest, ownVersion, sha256 } from './manifest.ts';
import { readManifest, readSummary } from './read-run.ts';
import { ResultsError, readRefusal } from './results-error.ts';
import { OUTCOME_RELAYS_MAX, parseOutcome } from './saved-outcome.ts';
import { drawReport } from './write-results.ts';

export interface RedrawContext {
  /** As scenario.resolved.yaml in the folder reads; its `report` may have been changed. */
  readonly scenario: Scenario;
  readonly historical: readonly HistoricalBaseline[];
  readonly signal?: AbortSignal | undefined;
}

const OUTCOME = 'outcome.json';
const DRAWN = /^charts\/|^(?:manifest\.json|report\.html)$/;

function refuse(directory: string, why: string, cure: string): never {
  throw new ResultsError('not-results', directory, `${directory} cannot be drawn again: ${why}; ${cure}`);
}

/** The files of the run itself, each with the hash that the manifest gives it. */
async function readData(directory: string, { sha256: hashes }: Manifest): Promise<Map<string, Buffer>> {
  if (!(OUTCOME in hashes)) {
    const most = `runs of more than ${groupThousands(OUTCOME_RELAYS_MAX)} relays, and of older versions, have none`;
    refuse(directory, `it has no ${OUTCOME} (${most})`, 'run it again');
  }
  const data = new Map<string, Buffer>();
  for (const [name, hash] of Object.entries(hashes)) {
    if (DRAWN.test(name)) continue;
    const bytes = await readFile(join(directory, name)).catch((error: NodeJS.ErrnoException) => {
      throw (
        readRefusal(error, join(directory, name)) ??
        refuse(directory, `${name} cannot be read (${error.code})`, 'run it again')
      );
    });
    if (sha256(bytes) !== hash) refuse(directory, `${name} was changed since`, 'run it again');
    data.set(name, bytes);
  }
  return data;
}

/** Whether the columns are of as many relays as the network that was drawn has. */
function fits(
  arms: readonly ArmOutcome[],
  { relays }: RunOutcome['population'],
  scenario: Scenario,
): boolean {
  return (
    arms.length === scenario.arms.length &&
    arms.every(({ arm, updates }, index) => {
      const isOfArm = arm.name === scenario.arms[index]?.name;
      return isOfArm && updates.every(({ stages }) => stages.activated.length === relays);
    })
  );
}

/** Replaces charts, page and manifest of one run. Throws `ResultsError` where the folder is not what it says it is. */
export async function redraw(
  directory: string,
  { scenario, historical, signal }: RedrawContext,
): Promise<readonly string[]> {
  const manifest = await readManifest(directory);
  const data = await readData(directory, manifest);
  const arms = parseOutcome((data.get(OUTCOME) as Buffer).toString());
  if (arms === null) refuse(directory, `${OUTCOME} does not read`, 'run it again with this version');
  const { population, churn, topology } = await drawNetwork(scenario);
  if (!fits(arms, population, scenario)) {
    refuse(
      directory,
      'its scenario draws another network now',
      `draw it with relaywave ${manifest.versions.relaywave}`,
    );
  }
  const outcome: RunOutcome = { scenario, population, churn, topology, arms };
  const summary = await readSummary(directory);
  const resolvedScenario = (data.get('scenario.resolved.yaml') as Buffer).toString();
  const drawn = chartData(outcome, summary, historical);

  const fill = async (files: FileSet): Promise<void> => {
    for (const [name, bytes] of data) files.start(name, bytes);
    const redrawn = { relaywave: ownVersion(), at: new Date().toISOString() };
    await drawReport(files, drawn, resolvedScenario, (hashes) => ({ ...manifest, redrawn, sha256: hashes }));
  };
  return writeFiles({ directory, force: true }, fill, signal);
}
