/**
 * Where the command was called, and by whom.
 *
 * npm runs scripts in the package's folder, whatever folder its user stands in; paths on the command line
 * mean the user's folder, and results without --out belong to the package's. npm also keeps options for
 * itself that stand before `--`: a seed lost that way would give the wrong run without a word.
 */

import { realpathSync } from 'node:fs';
import { dirname, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UsageError } from './exit-code.ts';

export const PACKAGE_FOLDER = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Options that only this command knows, so that npm can have them by mistake only. */
const OWN_OPTIONS = [
  'seed',
  'runs',
  'out',
  'set',
  'threads',
  'fidelity',
  'scale',
  'resume',
  'bootstrap',
  'release',
  'from',
  'page',
  'listen',
  'peer',
  'root',
  'state',
  'port',
  'shard',
  'queue',
  'concurrency',
  'takeover',
  'idle',
];

export interface Workplace {
  /** What paths on the command line are relative to. */
  readonly userFolder: string;
  /** Results without --out go to results/ in it. */
  readonly resultsHome: string;
}

function isSame(a: string | undefined, b: string): boolean {
  try {
    return a !== undefined && realpathSync(a) === realpathSync(b);
  } catch {
    return false;
  }
}

/** Whether npm started the command as a script of this package. */
function isNpmScript(folder: string, env: NodeJS.ProcessEnv): boolean {
  const isScript = env.npm_lifecycle_event !== undefined && env.npm_lifecycle_event !== 'npx';
  return (
    isScript &&
    isSame(folder, PACKAGE_FOLDER) &&
    isSame(env.npm_package_json, `${PACKAGE_FOLDER}/package.json`)
  );
}

/** Finds the folders for a command started in `folder`. Throws UsageError when npm kept an option. */
export function findWorkplace(folder: string, env: NodeJS.ProcessEnv): Workplace {
  if (!isNpmScript(folder, env)) return { userFolder: folder, resultsHome: folder };
  const kept = OWN_OPTIONS.find((option) => env[`npm_config_${option}`] !== undefined);
  if (kept !== undefined) {
    const script = env.npm_lifecycle_event;
    throw new UsageError(
      `npm kept --${kept} for itself`,
      `put -- before it: npm run ${script} -- FILE --${kept} ...`,
    );
  }
  return { userFolder: env.INIT_CWD ?? folder, resultsHome: folder };
}

/** A path as its user would write it: relative where that is shorter. */
export function shownPath(path: string, userFolder: string): string {
  const short = relative(userFolder, path);
  return short !== '' && short.length < path.length ? short : path;
}
