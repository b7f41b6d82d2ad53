/**
 * The file update.json of an update's folder: what the module is for, and where its source lies.
 *
 * A user writes it, so everything wrong with it is reported at once.
 */

import { readFileSync } from 'node:fs';
import path from 'node:path';

export interface UpdateFile {
  /** Id of the hook that the module attaches to. */
  readonly hook: string;
  readonly interfaceVersion: number;
  /** Counts up with each release of this update. */
  readonly version: number;
  /** A file of the folder: `.wat`, or `.as` for AssemblyScript. */
  readonly source: string;
  /** Layout of the state that the module keeps; 0, the default's own, if the file does not say. */
  readonly stateVersion: number;
  /** Whether it is known to do wrong, and a relay that keeps it is deceived: made for tests and attacks. False if the file does not say. */
  readonly misbehaves: boolean;
  readonly summary: string;
}

export const UPDATE_FILE = 'update.json';

/** A mistake in an update's folder; the message names the file and says what would work. */
export class UpdateError extends Error {}

export function readUpdateFile(folder: string): UpdateFile {
  const file = path.join(folder, UPDATE_FILE);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    throw new UpdateError(`${file}: cannot be read; an update's folder needs one`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UpdateError(`${file}: ${(error as Error).message}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new UpdateError(`${file}: must be an object`);
  }
  const problems: string[] = [];
  const keys = value as Record<string, unknown>;
  const known = ['hook', 'interfaceVersion', 'version', 'source', 'stateVersion', 'misbehaves', 'summary'];
  for (const key of Object.keys(keys)) {
    if (!known.includes(key)) problems.push(`${key}: unknown key; known are ${known.join(', ')}`);
  }
  const words = (key: string, fallback?: string): string => {
    const found = keys[key] ?? fallback;
    if (typeof found === 'string' && (found.length > 0 || fallback === '')) return found;
    problems.push(`${key}: must be text`);
    return '';
  };
  const whole = (key: string, least: number, fallback?: number): number => {
    const found = keys[key] ?? fallback;
    if (typeof found === 'number' && Number.isSafeInteger(found) && found >= least) return found;
    problems.push(`${key}: must be a whole number of at least ${least}`);
    return least;
  };
  const yesOrNo = (key: string): boolean => {
    const found = keys[key] ?? false;
    if (typeof found === 'boolean') return found;
    problems.push(`${key}: must be true or false`);
    return false;
  };
  const update = {
    hook: words('hook'),
    interfaceVersion: whole('interfaceVersion', 1),
    version: whole('version', 1),
    source: words('source'),
    stateVersion: whole('stateVersion', 0, 0),
    misbehaves: yesOrNo('misbehaves'),
    summary: words('summary', ''),
  };
  if (update.source !== '' && !/^[\w.-]+\.(wat|as)$/.test(update.source)) {
    problems.push(`source: ${JSON.stringify(update.source)} must be a .wat or .as file of the folder`);
  }
  if (problems.length > 0) throw new UpdateError(problems.map((problem) => `${file}: ${problem}`).join('\n'));
  return update;
}
