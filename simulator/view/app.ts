/**
 * The routes of the page: every request passes the guard first, and every answer carries its headers.
 */

import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { type Context, Hono } from 'hono';
import { compareRuns } from '../measure/comparison.ts';
import { comparedRows } from '../report/comparison-table.ts';
import type { PageBundle } from '../report/page-bundle.ts';
import { ResultsError } from '../report/results-error.ts';
import { readSummaries, runFolders } from '../report/run-folders.ts';
import { schemaJson } from '../scenario/schema.ts';
import type { ComparedPair, Refused, RunRequest } from './api-shapes.ts';
import { COMPARED_MAX, TOKEN_HEADER } from './api-terms.ts';
import { fencedProblems } from './file-fence.ts';
import { refusalOf } from './guard.ts';
import { HEADERS_OF_ALL, POLICY_DATA, policyOfPage } from './headers.ts';
import { indexPage } from './index-page.ts';
import { innerPath, pathParts } from './inner-path.ts';
import type { Job } from './job.ts';
import type { JobBoard } from './job-board.ts';
import { liveStream } from './live-stream.ts';
import { readSummaryOf } from './read-folder.ts';
import {
  HttpRefusal,
  readJsonBody,
  runRequestSchema,
  saveRequestSchema,
  startRequestSchema,
} from './requests.ts';
import { resultsFile } from './results-files.ts';
import { readCurvesOf } from './run-curves.ts';
import { readDetail } from './run-detail.ts';
import type { RunIndex } from './run-index.ts';
import { checkRequest } from './scenario-check.ts';
import { scenarioKeys } from './scenario-keys.ts';
import { isScenarioName, type ScenarioShelf } from './scenario-shelf.ts';
import { planStart, type StartPlaces } from './start-plan.ts';

export interface AppParts {
  readonly places: StartPlaces;
  readonly bundle: PageBundle;
  readonly index: RunIndex;
  readonly shelf: ScenarioShelf;
  readonly board: JobBoard;
  /** What whoever writes must send. */
  readonly token: string;
}

function refuse(context: Context, { status, message, headers }: HttpRefusal): Response {
  const body: Refused = { error: message };
  return context.json(body, status, { ...headers });
}

export function viewApp({ places, bundle, index, shelf, board, token }: AppParts): Hono {
  const app = new Hono();
  const { resultsFolder, fence } = places;

  app.use(async (context, next) => {
    const { method } = context.req;
    const header = (name: string) => context.req.header(name);
    const refusal = refusalOf(
      {
        method,
        host: header('host'),
        origin: header('origin'),
        fetchSite: header('sec-fetch-site'),
        fetchMode: header('sec-fetch-mode'),
        token: header(TOKEN_HEADER),
      },
      token,
    );
    if (refusal === null) await next();
    else {
      const body: Refused = { error: refusal.message };
      // Nothing is read of the body of a request that is refused.
      context.res = context.json(body, refusal.status, { Connection: 'close' });
    }
    for (const [name, value] of Object.entries(HEADERS_OF_ALL)) context.res.headers.set(name, value);
    if (!context.res.headers.has('Content-Security-Policy')) {
      context.res.headers.set('Content-Security-Policy', POLICY_DATA);
    }
  });
  app.onError((error, context) => {
    if (error instanceof HttpRefusal) return refuse(context, error);
    console.error(error);
    return context.json({ error: 'the server failed at this; its terminal says how' } satisfies Refused, 500);
  });
  app.notFound((context) => context.json({ error: 'there is nothing here' } satisfies Refused, 404));

  app.get('/', (context) => {
    const nonce = randomBytes(16).toString('base64');
    context.header('Content-Security-Policy', policyOfPage(nonce));
    return context.html(indexPage({ token, nonce }));
  });
  app.get('/assets/page.js', (context) =>
    context.body(bundle.script, 200, { 'Content-Type': 'text/javascript; charset=utf-8' }),
  );
  app.get('/assets/page.css', (context) =>
    context.body(bundle.style, 200, { 'Content-Type': 'text/css; charset=utf-8' }),
  );

  /** The folder of a run by its id. */
  const folderOf = async (id: string): Promise<string> => {
    const found = await innerPath(resultsFolder, pathParts(id));
    if ('path' in found) return found.path;
    if (found.refused === 'bad-path') throw new HttpRefusal(400, 'this is no path in results/');
    throw new HttpRefusal(404, 'there is no such run');
  };
  const askedIds = (context: Context): string[] => {
    const ids = context.req.queries('id') ?? [];
    if (ids.length === 0 || ids.length > COMPARED_MAX) {
      throw new HttpRefusal(400, `name 1 to ${COMPARED_MAX} runs, as in ?id=quick/seed-1`);
    }
    return [...new Set(ids)];
  };

  app.get('/api/runs', async (context) => context.json(await index.list()));
  app.get('/api/run', async (context) => {
    const [id = ''] = askedIds(context);
    return context.json(await readDetail(await folderOf(id), id, fence));
  });
  app.get('/api/curves', async (context) => {
    const ids = askedIds(context);
    return context.json(await Promise.all(ids.map(async (id) => readCurvesOf(await folderOf(id), id))));
  });

  /** The summaries that a run stands for: its own, or those of the seeds it was merged from. */
  const summariesOf = async (id: string) => {
    const folder = await folderOf(id);
    if ((await readSummaryOf(folder)) === null) throw new HttpRefusal(422, `${id} holds no run that reads`);
    for (const run of await runFolders(folder)) {
      // Seeds come from a file; the folders they name must be results too.
      const found = await innerPath(resultsFolder, pathParts(run.slice(resultsFolder.length + 1)));
      if ('refused' in found) throw new HttpRefusal(422, `${id} was merged from runs that are not there`);
    }
    return readSummaries(folder);
  };
  const comparePair = async (a: string, b: string): Promise<ComparedPair> => {
    try {
      const comparison = compareRuns(await summariesOf(a), await summariesOf(b));
      const { seeds, hasEnoughRuns } = comparison;
      return { a, b, seeds, hasEnoughRuns, rows: comparedRows(comparison), problem: null };
    } catch (error) {
      const isKnown = error instanceof RangeError || error instanceof ResultsError;
      if (!isKnown && !(error instanceof HttpRefusal && error.status === 422)) throw error;
      return { a, b, seeds: [], hasEnoughRuns: false, rows: [], problem: error.message };
    }
  };
  app.get('/api/compare', async (context) => {
    const [first = '', ...others] = askedIds(context);
    if (others.length === 0) throw new HttpRefusal(400, 'name two runs or more');
    return context.json(await Promise.all(others.map((other) => comparePair(first, other))));
  });
  app.get('/results/*', (context) => {
    const { pathname } = new URL(context.req.url);
    return resultsFile(resultsFolder, pathname.slice('/results/'.length));
  });

  app.get('/api/schema', (context) =>
    context.body(schemaJson(), 200, { 'Content-Type': 'application/json; charset=utf-8' }),
  );
  app.get('/api/keys', (context) => context.json(scenarioKeys()));
  app.get('/api/scenarios', async (context) => context.json(await shelf.list()));
  app.get('/api/scenarios/:name', async (context) => {
    const found = await shelf.read(context.req.param('name'));
    if (found === null) throw new HttpRefusal(404, 'there is no such scenario');
    context.header('ETag', found.etag);
    return context.json(found);
  });
  app.put('/api/scenarios/:name', async (context) => {
    const name = context.req.param('name');
    const { text } = await readJsonBody(context, saveRequestSchema);
    const etag = context.req.header('if-match');
    const isNew = context.req.header('if-none-match') === '*';
    if (etag === undefined && !isNew) {
      throw new HttpRefusal(428, 'say which version is replaced (If-Match), or that there is none');
    }
    const problems = fencedProblems(join(places.scenariosFolder, name), text, {}, fence);
    if (problems.length > 0) return context.json({ error: problems[0]?.message, problems }, 422);
    const saved = await shelf.save(name, text, etag === undefined ? 'nothing' : { etag });
    if ('saved' in saved) {
      context.header('ETag', saved.saved.etag);
      return context.json(saved.saved, isNew ? 201 : 200);
    }
    switch (saved.refused) {
      case 'changed':
        throw new HttpRefusal(
          412,
          isNew ? `${name} is there already` : `${name} was changed or removed meanwhile`,
          saved.etag === null ? {} : { ETag: saved.etag },
        );
      case 'too-large':
        throw new HttpRefusal(413, 'the scenario is larger than 1 MiB');
      case 'not-writable':
        throw new HttpRefusal(409, `${name} ${saved.reason}`);
      default:
        throw new HttpRefusal(
          400,
          'a scenario is named with letters, digits, ".", "_" and "-", and ends in .yaml',
        );
    }
  });

  const textOf = async ({ file, text }: RunRequest): Promise<{ text: string; saved: string | null }> => {
    if (!isScenarioName(file)) throw new HttpRefusal(400, 'this is no name of a scenario');
    const saved = (await shelf.read(file))?.text ?? null;
    if (text === undefined && saved === null) throw new HttpRefusal(404, 'there is no such scenario');
    return { text: text ?? saved ?? '', saved };
  };
  app.post('/api/check', async (context) => {
    const request = await readJsonBody(context, runRequestSchema);
    const { text, saved } = await textOf(request);
    return context.json(checkRequest(request, text, text === saved, places));
  });

  const jobOf = (context: Context): Job => {
    const job = board.find(context.req.param('id') ?? '');
    if (job === undefined) throw new HttpRefusal(404, 'there is no such run');
    return job;
  };
  app.get('/api/jobs', (context) => context.json(board.list()));
  app.post('/api/jobs', async (context) => {
    const request = await readJsonBody(context, startRequestSchema);
    const planned = await planStart(request, (await textOf(request)).saved, places);
    if ('problems' in planned) return context.json({ problems: planned.problems }, 422);
    const job = board.add(planned.plan);
    if (job === null)
      throw new HttpRefusal(429, 'too many runs wait already: stop one, or wait for one to end');
    return context.json(job.state(), 201);
  });
  app.get('/api/jobs/:id', (context) => context.json(jobOf(context).state()));
  app.get('/api/jobs/:id/events', (context) => liveStream(context, jobOf(context)));
  app.post('/api/jobs/:id/stop', (context) => {
    const job = jobOf(context);
    job.stop();
    return context.json(job.state());
  });
  return app;
}
