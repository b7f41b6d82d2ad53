import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { compileWat } from '../../updates/compile-wat.ts';
import { createGreetingServer } from './server.ts';

const log: string[] = [];
const server = createGreetingServer((line) => log.push(line));
let port = 0;
before(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});
after(() => new Promise((resolve) => server.close(resolve)));

function send(method: string, path: string, body?: Uint8Array): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const call = request({ port, host: '127.0.0.1', method, path }, (response) => {
      let text = '';
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
    });
    call.on('error', reject);
    call.end(body);
  });
}

const greetingModule = (body: string) =>
  compileWat(
    `(module (import "core" "memory" (memory 1 1)) (func (export "greet") (param $n i32) (param $text i32) (result i32) ${body}))`,
    'test.wat',
  );

describe('a server that is updated while it serves', () => {
  it('answers every request, before, during and after its updates', async () => {
    const polite = await compileWat(
      readFileSync(new URL('./polite.wat', import.meta.url), 'utf8'),
      'polite.wat',
    );
    const trapsForAda = await greetingModule(
      '(if (i32.eq (i32.load8_u (local.get $text)) (i32.const 65)) (then unreachable)) (i32.const 3)',
    );
    const answers: string[] = [];
    let asking = true;
    // Eight visitors ask without a pause while the updates come.
    const visitors = Array.from({ length: 8 }, async () => {
      while (asking) {
        const { status, text } = await send('GET', '/?name=Ada');
        answers.push(`${status} ${text.trim()}`);
      }
    });
    const put = async (bytes: Uint8Array) => {
      const before = answers.length;
      const { text } = await send('PUT', '/hooks/greeting', bytes);
      while (answers.length < before + 40) await send('GET', '/?name=Ada');
      return JSON.parse(text);
    };
    assert.deepEqual(await put(polite), { decision: 'staged' });
    assert.equal((await put(Buffer.from('not a module'))).rejected, 'malformed');
    assert.deepEqual(await put(trapsForAda), { decision: 'staged' });
    asking = false;
    await Promise.all(visitors);

    // The first answers are the default's, then the module's, and never anything else.
    const change = answers.indexOf('200 Good day, Ada.');
    assert.ok(change > 0);
    assert.ok(answers.slice(0, change).every((answer) => answer === '200 Hello, Ada!'));
    assert.deepEqual([...new Set(answers.slice(change))], ['200 Good day, Ada.']);
    assert.deepEqual(log, [
      'greeting: staged (offered)',
      'greeting: activated (reached)',
      'greeting: confirmed (trial-passed)',
      'greeting: staged (offered)',
      'greeting: activated (reached)',
      'greeting: quarantined (trap)',
      'greeting: rolled-back (trap)',
    ]);
  });

  it('a rate limit can be put in afterwards, and keeps its count', async () => {
    // Serves three times, for ever.
    const threeTimes = await compileWat(
      `(module (import "core" "memory" (memory 1 1))
        (func (export "serve") (param i32 i32) (result i32)
          (i32.store (i32.const 64) (i32.add (i32.load (i32.const 64)) (i32.const 1)))
          (i32.gt_u (i32.load (i32.const 64)) (i32.const 3))))`,
      'test.wat',
    );
    await send('PUT', '/hooks/admission', threeTimes);
    const statuses: number[] = [];
    for (let i = 0; i < 5; i++) statuses.push((await send('GET', '/')).status);
    assert.deepEqual(statuses, [200, 200, 200, 429, 429]);
  });

  it('the default greets whom it is told', async () => {
    const fresh = createGreetingServer(() => {});
    await new Promise<void>((resolve) => fresh.listen(0, '127.0.0.1', resolve));
    const kept = port;
    port = (fresh.address() as AddressInfo).port;
    try {
      assert.equal((await send('GET', '/')).text, 'Hello, stranger!\n');
      assert.equal((await send('GET', `/?name=${'x'.repeat(200)}`)).text, `Hello, ${'x'.repeat(57)}\n`);
    } finally {
      port = kept;
      await new Promise((resolve) => fresh.close(resolve));
    }
  });
});
