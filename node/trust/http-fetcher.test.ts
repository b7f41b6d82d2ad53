import assert from 'node:assert/strict';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, test } from 'node:test';
import type { Fetched } from './fetcher.ts';
import { HttpFetcher } from './http-fetcher.ts';
import { startRelay, TestRelay } from './testing/test-relay.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** Answers of a server that answers so, and what it was asked for. */
async function serve(answer: RequestListener) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    answer(request, response);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/site`;
  return { address, asked, fetcher: new HttpFetcher(address) };
}

const LIMITS = { maxBytes: 1000, timeoutMs: 60_000 };
const HURRY = { maxBytes: 1000, timeoutMs: 50 };

test('http: a relay follows a repository that a web server serves, and downloads from it', async () => {
  const { repository } = await startRelay();
  const { fetcher, asked } = await serve((request, response) => {
    const bytes = repository.files.get((request.url ?? '').replace('/site/', ''));
    response.writeHead(bytes === undefined ? 404 : 200).end(bytes);
  });
  const { client } = new TestRelay(repository);
  const refreshed = await client.refresh(fetcher);
  assert('updated' in refreshed && refreshed.updated, JSON.stringify(refreshed));
  const [target] = client.targets();
  assert(target !== undefined);
  const downloaded = await client.download(target, fetcher);
  assert('bytes' in downloaded && downloaded.bytes.length === target.length);
  assert.deepEqual(asked.slice(0, 2), ['/site/2.root.json', '/site/timestamp.json']);
});

test('http: exactly as much as is allowed is taken', async () => {
  const { fetcher } = await serve((_, response) => response.end(new Uint8Array(LIMITS.maxBytes)));
  const fetched = await fetcher.fetch('timestamp.json', LIMITS);
  assert('bytes' in fetched && fetched.bytes.length === LIMITS.maxBytes);
});

test('http: endless data are cut off, whether or not the server tells of them', async () => {
  let written = 0;
  let closed: () => void = () => {};
  const isClosed = new Promise<void>((resolve) => (closed = resolve));
  const { fetcher } = await serve((_, response) => {
    response.on('close', closed);
    const more = (): void => {
      while (!response.destroyed && response.write(new Uint8Array(500))) written += 500;
      if (!response.destroyed) response.once('drain', more);
    };
    more();
  });
  assert.deepEqual(await fetcher.fetch('timestamp.json', LIMITS), { failed: 'too-large' });
  await isClosed;
  assert(written < 64 * 1024 * 1024, `${written} bytes were sent before the connection was closed`);
  const told = await serve((_, response) => response.writeHead(200, { 'content-length': '1001' }).write('x'));
  assert.deepEqual(await told.fetcher.fetch('timestamp.json', LIMITS), { failed: 'too-large' });
});

test('http: a server that never answers, or trickles, has failed by the deadline', async () => {
  const silent = await serve(() => {});
  assert.deepEqual(await silent.fetcher.fetch('timestamp.json', HURRY), { failed: 'too-slow' });
  const trickling = await serve((_, response) => {
    const drop = setInterval(() => response.write('x'), 5);
    response.on('close', () => clearInterval(drop));
  });
  assert.deepEqual(await trickling.fetcher.fetch('timestamp.json', HURRY), { failed: 'too-slow' });
});

test('http: what is not there is not found; a server in trouble says nothing about what is there', async () => {
  const statusOf = async (status: number): Promise<Fetched> => {
    const { fetcher } = await serve((_, response) => response.writeHead(status).end('trouble'));
    return fetcher.fetch('2.root.json', LIMITS);
  };
  for (const status of [404, 403, 410]) assert.deepEqual(await statusOf(status), { failed: 'not-found' });
  // As "no further root" this would keep a relay on retired keys.
  for (const status of [500, 503, 429]) assert.deepEqual(await statusOf(status), { failed: 'too-slow' });
});

test('http: nobody is followed elsewhere, and a broken connection is no bug', async () => {
  const elsewhere = await serve((_, response) => response.end('elsewhere'));
  const redirecting = await serve((_, response) =>
    response.writeHead(302, { location: elsewhere.address }).end(),
  );
  assert('failed' in (await redirecting.fetcher.fetch('timestamp.json', LIMITS)));
  assert.deepEqual(elsewhere.asked, []);
  const broken = await serve((_, response) => void response.write('x', () => response.destroy()));
  assert('failed' in (await broken.fetcher.fetch('timestamp.json', LIMITS)));
  assert('failed' in (await new HttpFetcher('http://127.0.0.1:1/').fetch('timestamp.json', LIMITS)));
});

test('http: an address is one of http or https', () => {
  for (const address of [
    '',
    'site',
    'file:///etc',
    'ftp://example.org',
    'https://example.org/?q',
    'https://x/#y',
  ]) {
    assert.throws(() => new HttpFetcher(address), RangeError, address);
  }
});
