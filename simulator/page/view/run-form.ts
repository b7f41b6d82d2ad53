/** What the form of a new run holds, and the request that it makes. */

import type { RunRequest, StartRequest } from '../../view/api-shapes.ts';

/** Keys that most questions change; every other one can be set beside them. */
export const IMPORTANT_KEYS = [
  'network.relays',
  'network.degree',
  'duration',
  'updates[0].module',
  'updates[0].size',
  'updates[0].at',
  'fidelity',
] as const;

export interface KeyValue {
  readonly path: string;
  readonly value: string;
}

export interface RunForm {
  readonly seed: string;
  readonly scale: string;
  readonly runs: string;
  readonly replace: boolean;
  /** By path; empty for what stays as it is. */
  readonly important: Readonly<Record<string, string>>;
  readonly others: readonly KeyValue[];
}

export const EMPTY_FORM: RunForm = {
  seed: '',
  scale: '',
  runs: '',
  replace: false,
  important: {},
  others: [],
};

export function changesOf({ important, others }: RunForm): string[] {
  const named = IMPORTANT_KEYS.map((path) => ({ path: path as string, value: important[path] ?? '' }));
  return [...named, ...others]
    .filter(({ path, value }) => path.trim() !== '' && value.trim() !== '')
    .map(({ path, value }) => `${path.trim()}=${value.trim()}`);
}

/** `text` is null for the file as it is saved. */
export function requestOf(form: RunForm, file: string, text: string | null): RunRequest {
  const { seed, scale, runs } = form;
  const set = changesOf(form);
  return {
    file,
    ...(text !== null && { text }),
    ...(seed.trim() !== '' && { seed: seed.trim() }),
    ...(scale.trim() !== '' && { scale: scale.trim() }),
    ...(runs.trim() !== '' && { runs: Number(runs) }),
    ...(set.length > 0 && { set }),
  };
}

export function startRequestOf(form: RunForm, file: string, text: string | null): StartRequest {
  return { ...requestOf(form, file, text), ...(form.replace && { replace: true }) };
}
