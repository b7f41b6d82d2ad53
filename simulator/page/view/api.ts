/** Asks the server of the page. What it refuses is an `ApiError` with its words. */

import type { Problem } from '../../scenario/problem.ts';
import type {
  CheckResult,
  ComparedPair,
  JobState,
  ListedScenario,
  RunCurves,
  RunDetail,
  RunList,
  RunRequest,
  ScenarioKey,
  ScenarioText,
  StartRequest,
} from '../../view/api-shapes.ts';
import { TOKEN_HEADER } from '../../view/api-terms.ts';

export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  readonly problems: readonly Problem[];

  constructor(status: number, message: string, problems: readonly Problem[] = []) {
    super(message);
    this.status = status;
    this.problems = problems;
  }
}

function metaOf(name: string): string {
  return document.querySelector<HTMLMetaElement>(`meta[name="relaywave-${name}"]`)?.content ?? '';
}

/** With which the styles that the editor writes into the page are marked. */
export const styleNonce = (): string => metaOf('nonce');

async function ask<Shape>(path: string, init: RequestInit = {}): Promise<Shape> {
  let response: Response;
  try {
    response = await fetch(path, init);
  } catch (error) {
    if ((error as Error).name === 'AbortError') throw error;
    throw new ApiError(0, 'the server does not answer; is the command view still running?');
  }
  const isJson = response.headers.get('content-type')?.startsWith('application/json') ?? false;
  const body: unknown = isJson ? await response.json() : null;
  if (response.ok) return body as Shape;
  const { error, problems = [] } = (body ?? {}) as { error?: string; problems?: readonly Problem[] };
  const words = error ?? problems[0]?.message ?? `the server answers with ${response.status}`;
  throw new ApiError(response.status, words, problems);
}

function send<Shape>(
  method: 'POST' | 'PUT',
  path: string,
  body: unknown,
  { headers = {}, signal }: { headers?: Record<string, string>; signal?: AbortSignal } = {},
): Promise<Shape> {
  return ask(path, {
    method,
    headers: { 'Content-Type': 'application/json', [TOKEN_HEADER]: metaOf('token'), ...headers },
    body: JSON.stringify(body),
    ...(signal !== undefined && { signal }),
  });
}

function idsQuery(ids: readonly string[]): string {
  return String(new URLSearchParams(ids.map((id) => ['id', id])));
}

export const api = {
  runs: () => ask<RunList>('/api/runs'),
  run: (id: string) => ask<RunDetail>(`/api/run?${idsQuery([id])}`),
  curves: (ids: readonly string[]) => ask<RunCurves[]>(`/api/curves?${idsQuery(ids)}`),
  compare: (ids: readonly string[]) => ask<ComparedPair[]>(`/api/compare?${idsQuery(ids)}`),
  keys: () => ask<ScenarioKey[]>('/api/keys'),
  scenarios: () => ask<ListedScenario[]>('/api/scenarios'),
  scenario: (file: string) => ask<ScenarioText>(`/api/scenarios/${encodeURIComponent(file)}`),
  check: (request: RunRequest, signal: AbortSignal) =>
    send<CheckResult>('POST', '/api/check', request, { signal }),
  save: (file: string, text: string, etag: string | null) =>
    send<ScenarioText>(
      'PUT',
      `/api/scenarios/${encodeURIComponent(file)}`,
      { text },
      { headers: etag === null ? { 'If-None-Match': '*' } : { 'If-Match': etag } },
    ),
  jobs: () => ask<JobState[]>('/api/jobs'),
  start: (request: StartRequest) => send<JobState>('POST', '/api/jobs', request),
  stop: (id: string) => send<JobState>('POST', `/api/jobs/${encodeURIComponent(id)}/stop`, {}),
};

/** Where a file of a run is. */
export function fileAddress(id: string, name: string): string {
  return `/results/${[...id.split('/'), ...name.split('/')].map(encodeURIComponent).join('/')}`;
}
