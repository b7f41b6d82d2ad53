import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { loadScenario } from '../scenario/load.ts';
import { ViewClient } from '../testing/view-client.ts';
import type { JobState } from './api-shapes.ts';
import { ChildLines } from './child-lines.ts';
import { EventLog } from './event-log.ts';
import { WAITING_MAX } from './job-board.ts';
import { startView, type ViewServer } from './server.ts';

const COMMAND = fileURLToPath(new URL('../testing/made-command.mjs', import.meta.url));
const QUICK = fileURLToPath(new URL('../../scenarios/quick.yaml', import.meta.url));

interface StreamedEvent {
  readonly event: string;
  readonly id: string | null;
  // biome-ignore lint/suspicious/noExplicitAny: events of all kinds
  readonly data: any;
}

describe('runs that are started from the page', () => {
  const home = realpathSync(mkdtempSync(join(tmpdir(), 'relaywave-jobs-')));
  let server: ViewServer;
  let client: ViewClient;

  before(async () => {
    mkdirSync(join(home, 'scenarios'));
    cpSync(QUICK, join(home, 'scenarios', 'quick.yaml'));
    server = await open();
    client = new ViewClient(server.url);
  });
  after(async () => {
    await server.close();
    rmSync(home, { recursive: true });
  });

  const open = () =>
    startView({ home, scenariosFolder: join(home, 'scenarios'), commandFile: COMMAND, port: 0 });

  /** Starts a run, which the made command does. */
  async function start(json: object = {}, at = client): Promise<JobState> {
    const {
      status,
      json: state,
      body,
    } = await at.own('/api/jobs', {
      method: 'POST',
      json: { file: 'quick.yaml', ...json },
    });
    assert.equal(status, 201, body);
    return state as JobState;
  }

  /** Reads a stream until `enough` says so, or it ends. */
  function stream(
    id: string,
    lastEventId: string | null,
    enough: (event: StreamedEvent) => boolean,
    at = client,
  ) {
    return new Promise<StreamedEvent[]>((resolve, reject) => {
      const events: StreamedEvent[] = [];
      const headers = lastEventId === null ? {} : { 'Last-Event-ID': lastEventId };
      const asked = get(new URL(`/api/jobs/${id}/events`, at.url), { headers, agent: false }, (response) => {
        assert.equal(response.headers['content-type'], 'text/event-stream');
        let text = '';
        response.on('data', (chunk: Buffer) => {
          text += chunk.toString();
          const blocks = text.split('\n\n');
          text = blocks.pop() ?? '';
          for (const block of blocks) {
            const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1] ?? null;
            const event = field('event');
            if (event === null || event === 'hello') continue;
            const data = field('data') ?? '';
            const one = { event, id: field('id'), data: /^[{[]/.test(data) ? JSON.parse(data) : data };
            events.push(one);
            if (enough(one)) asked.destroy();
          }
        });
        response.on('close', () => resolve(events));
      });
      asked.on('error', (error: NodeJS.ErrnoException) => {
        if (error.code !== 'ECONNRESET') reject(error);
      });
    });
  }

  const untilStatus = (status: string) => (event: StreamedEvent) =>
    (event.event === 'state' ? event.data.status : event.data?.state?.status) === status;
  const untilHalf = (event: StreamedEvent) =>
    (event.event === 'state' ? event.data : event.data?.state)?.fraction === 0.5;

  async function stop(id: string, at = client): Promise<void> {
    assert.equal((await at.own(`/api/jobs/${id}/stop`, { method: 'POST' })).status, 200);
  }

  it('a run is started as the command would be, told live, and stopped as by Ctrl-C', async () => {
    const job = await start({
      seed: '7',
      scale: '10%',
      set: ['network.degree=8'],
      replace: true,
    });
    assert.equal(job.status, 'running');
    assert.equal(
      job.command,
      'npm run simulate -- scenarios/quick.yaml --seed=7 --scale=10% --set=network.degree=8 --force',
    );
    const events = await stream(job.id, null, untilHalf);
    assert.equal(events[0]?.event, 'snapshot');
    const state = (events.at(-1)?.data.state ?? events.at(-1)?.data) as JobState;
    assert.equal(state.relays, 3);
    assert.deepEqual(state.arms, [
      { name: 'live', isLive: true, isEnded: false, counted: 3, reached: 2, running: 2 },
    ]);
    assert(state.log.some((line) => line.startsWith('words: simulate scenarios/quick.yaml --seed=7')));
    assert(
      state.log.some((line) => line.startsWith('{"event":cut off')),
      'a line that is no event is a message',
    );
    await stop(job.id);
    // The first stream ends with the process; whoever comes after that is told at once.
    await stream(job.id, null, () => false);
    const ended = await stream(job.id, null, () => false);
    assert.equal(ended[0]?.data.state.status, 'stopped');
    assert.equal(ended.at(-1)?.event, 'end');
    assert.deepEqual(ended[0]?.data.changes, [
      { arm: 'live', relays: [2, 0], seconds: [0, 0.5], removed: [], restored: [] },
    ]);
    assert.equal(ended[0]?.data.places.longitude.length, 3);
  });

  it('whoever reconnects gets what was missed, each event once and in order', async () => {
    const job = await start();
    const first = await stream(job.id, null, untilHalf);
    const last = first.at(-1)?.id as string;
    await stop(job.id);
    const missed = await stream(job.id, last, () => false);
    assert(!missed.some(({ event }) => event === 'snapshot'));
    const numbers = missed.flatMap(({ id }) => (id === null ? [] : [Number(id)]));
    assert.deepEqual(
      numbers,
      numbers.map((_number, index) => Number(last) + 1 + index),
    );
    assert.equal(missed.filter(({ event }) => event === 'state').at(-1)?.data.status, 'stopped');
    // An id that is none of this run gets everything.
    for (const id of ['999999', 'x', '-1', '1e3']) {
      assert.equal((await stream(job.id, id, () => false))[0]?.event, 'snapshot', id);
    }
  });

  it('what its exit code says is told: finished, failed, refused, or an assertion that does not hold', async () => {
    for (const [code, status] of [
      [0, 'finished'],
      [1, 'failed'],
      [2, 'refused'],
      [3, 'unmet'],
      [77, 'failed'],
    ] as const) {
      const job = await start({ seed: String(1000 + code) });
      await stream(job.id, null, () => false);
      const { json } = await client.own(`/api/jobs/${job.id}`);
      const state = json as JobState;
      assert.equal(state.status, status, String(code));
      assert.deepEqual(state.written, status === 'finished' || status === 'unmet' ? ['made/seed-1'] : []);
      assert.deepEqual(state.arms, [
        { name: 'live', isLive: true, isEnded: true, counted: 3, reached: 3, running: 2 },
      ]);
    }
  });

  it('one run at a time: the others wait, may be stopped meanwhile, and are too many at some point', async () => {
    const first = await start();
    const second = await start();
    const third = await start();
    assert.deepEqual([first.status, second.status, third.status], ['running', 'queued', 'queued']);
    await stop(second.id);
    await stop(first.id);
    await stream(third.id, null, untilStatus('running'));
    const { json } = await client.own(`/api/jobs/${second.id}`);
    assert.equal((json as JobState).status, 'stopped');
    assert.equal((json as JobState).startedAtWallMs, null, 'it never ran');
    for (let waiting = 0; waiting < WAITING_MAX; waiting++) await start();
    const refused = await client.own('/api/jobs', { method: 'POST', json: { file: 'quick.yaml' } });
    assert.equal(refused.status, 429);
    for (const { id, status } of (await client.own('/api/jobs')).json as JobState[]) {
      if (status === 'queued') await stop(id);
    }
    await stop(third.id);
    await stream(third.id, null, () => false);
  });

  it('a text that is not saved runs from a file of its own, which means the same', async () => {
    const text = readFileSync(QUICK, 'utf8').replace('relays: 500', 'relays: 40');
    const job = await start({ text });
    assert.match(job.command, /^npm run simulate -- results\/\.drafts\/[0-9a-f]{16}\/quick\.yaml$/);
    const file = join(home, job.command.split(' -- ')[1] as string);
    assert.equal(loadScenario(file).scenario.network.relays, 40);
    await stop(job.id);
    await stream(job.id, null, () => false);
    assert.equal(readFileSync(join(home, 'scenarios', 'quick.yaml'), 'utf8'), readFileSync(QUICK, 'utf8'));
    const { runs } = (await client.own('/api/runs')).json as { runs: unknown[] };
    assert.deepEqual(runs, [], 'drafts are not listed');
    assert.deepEqual(readdirSync(join(home, 'scenarios')), ['quick.yaml']);
  });

  it('closing the server stops its runs, and waits for them', { timeout: 30_000 }, async () => {
    const other = await open();
    const itsClient = new ViewClient(other.url);
    const running = await start({}, itsClient);
    const waiting = await start({}, itsClient);
    const streamed = stream(running.id, null, () => false, itsClient);
    await stream(running.id, null, untilHalf, itsClient);
    await other.close();
    assert.equal(other.board.find(running.id)?.state().status, 'stopped');
    assert.equal(other.board.find(waiting.id)?.state().status, 'stopped');
    assert.equal(other.board.running, 0);
    assert((await streamed).length > 0, 'who watched is let go');
    await assert.rejects(itsClient.raw('/'));
  });
});

describe('the log of events', () => {
  it('gives a reader what comes after its number, or nothing where some of it is gone', () => {
    const log = new EventLog();
    assert.deepEqual(log.after(0), []);
    for (let number = 1; number <= 300; number++) log.add('state', number);
    assert.deepEqual(
      log.after(298)?.map(({ data }) => data),
      ['299', '300'],
    );
    assert.equal(log.after(44)?.length, 256);
    for (const number of [43, 0, -1, 301, 1.5, Number.NaN])
      assert.equal(log.after(number), null, String(number));
  });

  it('wakes a reader for news, and for its own end', async () => {
    const log = new EventLog();
    const news = log.news(0, new AbortController().signal);
    log.add('state', 1);
    await news;
    await log.news(0, new AbortController().signal);
    const leaving = new AbortController();
    const left = log.news(1, leaving.signal);
    leaving.abort();
    await left;
  });
});

describe('lines of a child', () => {
  it('are put together from pieces, also where a character is cut in two, and the last needs no end', () => {
    const lines: string[] = [];
    const child = new ChildLines((line) => lines.push(line));
    const bytes = Buffer.from('one\r\ntwö\n\nlast');
    for (const byte of bytes) child.write(Buffer.from([byte]));
    child.end();
    assert.deepEqual(lines, ['one', 'twö', '', 'last']);
  });

  it('that never end are cut off, and the next one is whole', () => {
    const lines: string[] = [];
    const child = new ChildLines((line) => lines.push(line));
    for (let piece = 0; piece < 80; piece++) child.write(Buffer.alloc(65_536, 'a'));
    child.write(Buffer.from('\nnext\n'));
    assert.equal(lines[0]?.length, 4 * 1024 * 1024);
    assert.equal(lines[1], 'next');
  });
});
