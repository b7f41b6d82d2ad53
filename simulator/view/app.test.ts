import assert from 'node:assert/strict';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ViewClient } from '../testing/view-client.ts';
import type { CheckResult, ComparedPair, RunCurves, RunDetail, RunList, ScenarioText } from './api-shapes.ts';
import { BODY_BYTES_MAX } from './requests.ts';
import { startView, type ViewServer } from './server.ts';

const EXAMPLE = fileURLToPath(new URL('../../results/example', import.meta.url));
const QUICK = fileURLToPath(new URL('../../scenarios/quick.yaml', import.meta.url));

describe('the page and its server', () => {
  const outer = realpathSync(mkdtempSync(join(tmpdir(), 'relaywave-view-')));
  const home = join(outer, 'home');
  const results = join(home, 'results');
  const scenarios = join(home, 'scenarios');
  let server: ViewServer;
  let client: ViewClient;

  before(async () => {
    mkdirSync(results, { recursive: true });
    mkdirSync(scenarios);
    cpSync(EXAMPLE, join(results, 'quick', 'seed-1'), { recursive: true });
    cpSync(EXAMPLE, join(results, 'other', 'seed-1'), { recursive: true });
    cpSync(QUICK, join(scenarios, 'quick.yaml'));
    writeFileSync(join(outer, 'secret.txt'), 'a secret: of somebody\n');
    symlinkSync(join(outer, 'secret.txt'), join(results, 'leads-out.csv'));
    symlinkSync(outer, join(results, 'outer'));
    symlinkSync(join(outer, 'secret.txt'), join(scenarios, 'link.yaml'));
    server = await startView({ home, scenariosFolder: scenarios, commandFile: 'none.mjs', port: 0 });
    client = new ViewClient(server.url);
  });
  after(async () => {
    await server.close();
    rmSync(outer, { recursive: true });
  });

  it('listens on loopback only', () => {
    assert.equal(new URL(server.url).hostname, '127.0.0.1');
  });

  it('a port that is taken is a located error', async () => {
    const port = Number(new URL(server.url).port);
    await assert.rejects(
      startView({ home, scenariosFolder: scenarios, commandFile: 'none.mjs', port }),
      new RegExp(`port ${port} is in use`),
    );
  });

  it('every answer says that nothing may be loaded from elsewhere, framed or sniffed', async () => {
    const paths = [
      '/',
      '/assets/page.js',
      '/api/runs',
      '/api/nothing',
      '/results/quick/seed-1/curves.csv',
      '/..',
    ];
    for (const path of paths) {
      const { headers } = await client.raw(path);
      const policy = String(headers['content-security-policy']);
      assert.match(policy, /^default-src 'none'/, path);
      assert.match(policy, /frame-ancestors 'none'/, path);
      assert(!/https?:|\*/.test(policy), path);
      assert.equal(headers['x-content-type-options'], 'nosniff', path);
      assert.equal(headers['referrer-policy'], 'no-referrer', path);
      assert.equal(headers['cross-origin-resource-policy'], 'same-origin', path);
    }
  });

  it('the first view asks for no more than frame, style, script and list', async () => {
    const page = await client.raw('/');
    const [script, list] = await Promise.all([client.raw('/assets/page.js'), client.raw('/api/runs')]);
    const named = [...page.body.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, address]) => address);
    assert.deepEqual(named, ['data:,', '/assets/page.css', '/assets/page.js']);
    assert(script.body.length > 1000);
    assert.equal((list.json as RunList).runs.length, 2);
  });

  it('a run is listed with its headline figures, and shown with its answer, its files and its curves', async () => {
    const { runs } = (await client.own('/api/runs')).json as RunList;
    const listed = runs.find(({ id }) => id === 'quick/seed-1');
    const summary = JSON.parse(readFileSync(join(EXAMPLE, 'summary.json'), 'utf8'));
    assert.equal(listed?.kind, 'run');
    assert.deepEqual(listed?.seeds, [1]);
    assert.equal(listed?.arms[0]?.t50Seconds, summary.arms.live.t50Seconds);
    assert.equal(listed?.arms[1]?.isLive, false);
    const detail = (await client.own('/api/run?id=quick/seed-1')).json as RunDetail;
    assert.match(detail.answer, /^Gossiped: half after 0\.\d+ s/);
    assert(detail.files.some(({ name }) => name === 'charts/figure1.svg'));
    const [curves] = (await client.own('/api/curves?id=quick/seed-1')).json as RunCurves[];
    const live = curves?.arms[0];
    assert.equal(live?.fractionOfRelays.at(-1), 1);
    assert((live?.seconds.length ?? 0) <= 401);
    const half = live?.fractionOfRelays.findIndex((fraction) => fraction >= 0.5) ?? 0;
    assert(Math.abs((live?.seconds[half] ?? 0) - summary.arms.live.t50Seconds) < 0.005);
    assert.deepEqual(
      curves?.historical.map(({ name }) => name),
      ['tor-2016-17', 'tor-2025-26'],
    );
  });

  it('folders that do not read are listed with the reason, and break nothing', async () => {
    const broken: Record<string, string | null> = {
      empty: null,
      'half-json': '{"scenario": "x", ',
      'other-json': '["no summary"]',
      'no-arms': '{"scenario":"x","engine":"gossipsub","relays":1,"seeds":[1],"violations":0}',
      'seeds-climb': '{"scenario":"x","engine":"e","relays":1,"seeds":["../../.."],"violations":0,"arms":{}}',
      'a-list': '{"scenario":"x","engine":"e","relays":1,"seeds":[1],"violations":0,"arms":[1]}',
    };
    for (const [name, text] of Object.entries(broken)) {
      mkdirSync(join(results, 'broken', name), { recursive: true });
      writeFileSync(join(results, 'broken', name, 'report.html'), '');
      if (text !== null) writeFileSync(join(results, 'broken', name, 'summary.json'), text);
    }
    const { runs } = (await client.own('/api/runs')).json as RunList;
    for (const name of Object.keys(broken)) {
      const listed = runs.find(({ id }) => id === `broken/${name}`);
      assert.equal(listed?.kind, 'broken', name);
      assert.match(listed?.problem ?? '', /^summary.json/, name);
      assert.equal((await client.own(`/api/run?id=broken/${name}`)).status, 200, name);
      assert.equal((await client.own(`/api/curves?id=broken/${name}`)).status, 200, name);
    }
    const pairs = (await client.own('/api/compare?id=quick/seed-1&id=broken/seeds-climb'))
      .json as ComparedPair[];
    assert.match(pairs[0]?.problem ?? '', /holds no run that reads/);
    rmSync(join(results, 'broken'), { recursive: true });
    assert.equal(((await client.own('/api/runs')).json as RunList).runs.length, 2);
  });

  it('two runs are compared figure by figure, and the same run has no difference', async () => {
    const { json } = await client.own('/api/compare?id=quick/seed-1&id=other/seed-1');
    const [pair] = json as ComparedPair[];
    assert.deepEqual(pair?.seeds, [1]);
    assert.equal(pair?.hasEnoughRuns, false);
    assert((pair?.rows.length ?? 0) > 5);
    assert(pair?.rows.every(({ verdict }) => verdict === 'the same'));
    assert.equal((await client.own('/api/compare?id=quick/seed-1')).status, 400);
  });

  it('a report is shown in a sandbox without a network', async () => {
    const { status, headers, body } = await client.own('/results/quick/seed-1/report.html');
    assert.equal(status, 200);
    assert.equal(body, readFileSync(join(EXAMPLE, 'report.html'), 'utf8'));
    const policy = String(headers['content-security-policy']);
    assert.match(policy, /sandbox allow-scripts allow-downloads allow-popups;/);
    assert(!policy.includes('allow-same-origin') && !policy.includes('connect-src'));
    const chart = await client.own('/results/quick/seed-1/charts/figure1.svg');
    assert.equal(chart.headers['content-type'], 'image/svg+xml');
    assert(!/script-src|allow-/.test(String(chart.headers['content-security-policy'])));
  });

  it('no path leads out of results/, however it is written', async () => {
    for (const path of [
      '/results/../secret.txt',
      '/results/..%2f..%2fsecret.txt',
      '/results/%2e%2e/%2e%2e/secret.txt',
      '/results/..%5c..%5csecret.txt',
      '/results/outer/secret.txt',
      '/results/leads-out.csv',
      '/results/%2Fetc%2Fpasswd',
      '/results//etc/passwd',
      '/results/quick/seed-1/report.html%00.csv',
      '/results/quick/seed-1/',
      '/results/quick',
      '/results/',
      '/results/.drafts/x.yaml',
      '/api/run?id=../home/results/quick/seed-1',
      '/api/run?id=/etc',
      '/api/run?id=outer',
      '/api/run?id=',
      '/api/run',
      '/api/curves?id=quick/seed-1&id=..%2f..',
      '/api/compare?id=quick/seed-1&id=outer/home',
      '/api/scenarios/..%2f..%2fsecret.txt',
      '/api/scenarios/link.yaml',
      '/api/scenarios/%2e%2e',
    ]) {
      const { status, body } = await client.raw(path);
      assert([400, 404].includes(status), `${path}: ${status}`);
      assert(!body.includes('secret:'), path);
      assert(!body.includes(outer), `${path} tells where things are`);
    }
  });

  it('requests for other hosts, from other sites, and without the token are refused', async () => {
    const write = { method: 'POST', json: { file: 'quick.yaml' } };
    assert.equal((await client.own('/api/check', write)).status, 200);
    for (const headers of [
      { Host: 'evil.example' },
      { Origin: 'http://evil.example' },
      { Origin: 'null' },
      { 'Sec-Fetch-Site': 'cross-site' },
      { 'X-Relaywave-Token': 'guessed' },
    ]) {
      const refused = await client.own('/api/check', { ...write, headers });
      assert.equal(refused.status, 403, JSON.stringify(headers));
    }
    assert.equal((await client.raw('/api/runs', { headers: { Host: 'evil.example' } })).status, 403);
    assert.equal(
      (await client.raw('/', { headers: { Host: `evil.example:${client.url.port}` } })).status,
      403,
    );
    assert.equal((await client.own('/api/runs', { method: 'DELETE' })).status, 405);
    const plain = { method: 'POST', body: '{}', headers: { 'Content-Type': 'text/plain' } };
    assert.equal((await client.own('/api/check', plain)).status, 415);
  });

  it('bodies must be what they should be', async () => {
    for (const json of [
      null,
      [],
      { file: 5 },
      { file: 'quick.yaml', seed: 1 },
      { file: 'quick.yaml', seed: '-1' },
      { file: 'quick.yaml', runs: 0 },
      { file: 'quick.yaml', runs: 1.5 },
      { file: 'quick.yaml', scale: 'all' },
      { file: 'quick.yaml', set: 'seed=1' },
      { file: 'quick.yaml', set: ['seed=1\n--out=/'] },
      { file: 'quick.yaml', out: '/tmp' },
      { file: '../quick.yaml' },
      { file: '.quick.yaml', text: 'name: x' },
    ]) {
      const { status } = await client.own('/api/check', { method: 'POST', json });
      assert.equal(status, 400, JSON.stringify(json));
    }
    const headers = { 'Content-Type': 'application/json' };
    const broken = await client.own('/api/check', { method: 'POST', headers, body: '{"file":' });
    assert.equal(broken.status, 400);
  });

  /** Sends a POST piece by piece; what came back, and how many bytes were sent until the connection closed. */
  function pour(headers: readonly string[], piece: string, pieces: number) {
    return new Promise<{ answer: string; sentBytes: number }>((resolve) => {
      const socket = connect(Number(client.url.port), '127.0.0.1');
      let answer = '';
      let sentBytes = 0;
      socket.on('data', (chunk) => (answer += chunk.toString()));
      socket.on('error', () => undefined);
      // A server that waits for the body says nothing.
      socket.setTimeout(5000, () => socket.destroy());
      socket.on('close', () => resolve({ answer, sentBytes }));
      const pourOn = (left: number): void => {
        if (left === 0 || socket.destroyed || !socket.writable) return;
        socket.write(piece, () => {
          sentBytes += piece.length;
          setImmediate(pourOn, left - 1);
        });
      };
      const start = ['POST /api/check HTTP/1.1', `Host: ${client.url.host}`, ...headers, '', ''].join('\r\n');
      socket.write(start, () => pourOn(pieces));
    });
  }

  it('a body that is too large is refused without being read', async () => {
    const page = await client.raw('/');
    const token = /name="relaywave-token" content="([^"]+)"/.exec(page.body)?.[1];
    const headers = ['Content-Type: application/json', `X-Relaywave-Token: ${token}`];
    const claimed = await pour([...headers, 'Content-Length: 10000000000'], '', 0);
    assert.match(claimed.answer, /^HTTP\/1.1 413 /, 'before a byte of it was sent');
    const chunk = `10000\r\n${'a'.repeat(0x10000)}\r\n`;
    const endless = await pour([...headers, 'Transfer-Encoding: chunked'], chunk, 10_000);
    assert.match(endless.answer, /^HTTP\/1.1 413 /);
    assert(endless.sentBytes < 64 * BODY_BYTES_MAX, `${endless.sentBytes} bytes were taken`);
    const strange = await pour(['Content-Type: application/json', 'Content-Length: 10000000000'], '', 0);
    assert.match(strange.answer, /^HTTP\/1.1 403 /, 'without the token it is refused for that');
    assert.equal((await client.raw('/api/runs')).status, 200);
  });

  it('a text is checked as the command checks a file: all mistakes, each at its place', async () => {
    const text = readFileSync(QUICK, 'utf8')
      .replace('degree: 14', 'degrees: 14')
      .replace('duration: 2min', 'duration: 2 minuets');
    const { json } = await client.own('/api/check', { method: 'POST', json: { file: 'quick.yaml', text } });
    const { problems, portrait } = json as CheckResult;
    assert.equal(portrait, null);
    assert.deepEqual(
      problems.map(({ file, line, path }) => [file, line, path]),
      [
        ['quick.yaml', 23, 'network.degrees'],
        ['quick.yaml', 26, 'duration'],
      ],
    );
    assert.match(problems[0]?.hint ?? '', /degree/);
    const good = await client.own('/api/check', {
      method: 'POST',
      json: { file: 'quick.yaml', seed: '7', scale: '0.1', set: ['network.degree=8'] },
    });
    const found = good.json as CheckResult;
    assert.deepEqual([found.portrait?.relays, found.portrait?.seed, found.problems], [50, 7, []]);
    assert.match(found.warnings.join(), /scaled to 0.1/);
  });

  it('a scenario names no file outside of its folders, and shows no line of one', async () => {
    const base = readFileSync(QUICK, 'utf8');
    const ask = (json: object) =>
      client.own('/api/check', { method: 'POST', json: { file: 'quick.yaml', ...json } });
    for (const json of [
      { text: `name: x\nextends: ../../secret.txt\n` },
      { text: `name: x\nextends: ${outer}/secret.txt\n` },
      { text: `name: x\nextends: link.yaml\n` },
      { text: base.replace('population: tor-2025-11', `population: { csv: ../../secret.txt }`) },
      { text: `${base}\n`.replace('lag: tor-2016-17', 'lag: { empirical: ../../secret.txt }') },
      { set: [`network.population={csv: ${outer}/secret.txt}`] },
      { set: ['network.population.csv=../../secret.txt'] },
      { set: ['arms.manual.lag={empirical: ../../secret.txt}'] },
    ]) {
      const { status, body } = await ask(json);
      assert.equal(status, 200);
      assert.match(body, /stands outside of scenarios\/ and results\//, JSON.stringify(json));
      assert(!body.includes('a secret'), JSON.stringify(json));
      const started = await client.own('/api/jobs', {
        method: 'POST',
        json: { file: 'quick.yaml', ...json },
      });
      assert.equal(started.status, 422);
    }
    const saving = { text: `name: x\nextends: ../../secret.txt\n` };
    const headers = { 'If-None-Match': '*' };
    assert.equal(
      (await client.own('/api/scenarios/x.yaml', { method: 'PUT', json: saving, headers })).status,
      422,
    );
    assert(!existsSync(join(scenarios, 'x.yaml')));
  });

  it('a scenario is saved in the place of the version it was made from, and of no other', async () => {
    const put = (name: string, text: string, headers: Record<string, string>) =>
      client.own(`/api/scenarios/${name}`, { method: 'PUT', json: { text }, headers });
    assert.equal((await put('mine.yaml', 'name: mine\n', {})).status, 428);
    const first = await put('mine.yaml', 'name: mine\n', { 'If-None-Match': '*' });
    assert.equal(first.status, 201);
    assert.equal(readFileSync(join(scenarios, 'mine.yaml'), 'utf8'), 'name: mine\n');
    assert.equal((await put('mine.yaml', 'name: two\n', { 'If-None-Match': '*' })).status, 412);
    const { etag } = first.json as ScenarioText;
    assert.equal(first.headers.etag, etag);
    const [one, other] = await Promise.all([
      put('mine.yaml', 'name: three\n', { 'If-Match': etag }),
      put('mine.yaml', 'name: four\n', { 'If-Match': etag }),
    ]);
    assert.deepEqual([one.status, other.status].sort(), [200, 412]);
    const winner = one.status === 200 ? 'name: three\n' : 'name: four\n';
    assert.equal(readFileSync(join(scenarios, 'mine.yaml'), 'utf8'), winner);
    assert.equal((await put('missing.yaml', 'name: x\n', { 'If-Match': etag })).status, 412);
    for (const name of [
      '..%2fmine.yaml',
      '.mine.yaml',
      'mine.txt',
      'a%5cb.yaml',
      'mine.yaml%00',
      'CON:.yaml',
    ]) {
      assert.equal((await put(name, 'name: x\n', { 'If-None-Match': '*' })).status, 400, name);
    }
    // A link is neither read nor replaced.
    assert.equal((await put('link.yaml', 'name: x\n', { 'If-None-Match': '*' })).status, 412);
    assert.equal(readFileSync(join(outer, 'secret.txt'), 'utf8'), 'a secret: of somebody\n');
  });

  it('a run that cannot be is refused with its problems, and nothing is started', async () => {
    const start = (json: object) => client.own('/api/jobs', { method: 'POST', json });
    const refused = await start({ file: 'quick.yaml', set: ['network.relays=-5'] });
    assert.equal(refused.status, 422);
    assert.match(refused.body, /network.relays/);
    assert.equal((await start({ file: 'missing.yaml' })).status, 404);
    assert.deepEqual((await client.own('/api/jobs')).json, []);
    assert.equal((await client.own('/api/jobs/nothing/events')).status, 404);
    assert.equal((await client.own('/api/jobs/nothing/stop', { method: 'POST' })).status, 404);
  });
});
