import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { capturedContext } from './captured-output.ts';
import { runCommandLine } from './command-line.ts';
import { SIMULATE_ROOMS } from './simulate-rooms.ts';

describe('view', () => {
  const folder = mkdtempSync(join(tmpdir(), 'relaywave-view-verb-'));
  after(() => rmSync(folder, { recursive: true }));

  /** Runs the verb; `use` is given what was printed once it serves, and then Ctrl-C is pressed. */
  async function run(args: readonly string[], use: (url: string) => Promise<void> = async () => undefined) {
    const captured = capturedContext(folder);
    const controller = new AbortController();
    const code = await runCommandLine(['view', ...args], captured.context, {
      rooms: SIMULATE_ROOMS,
      machine: () => ({ availableBytes: 1e9 }),
      watch: (onFirst) => {
        void use(captured.out().trim()).finally(() => {
          onFirst();
          controller.abort(new Error('Ctrl-C'));
        });
        return { signal: controller.signal, stop: () => undefined };
      },
    });
    return { code, out: captured.out(), err: captured.err() };
  }

  it('says its address on stdout, serves there until Ctrl-C, and ends with 0', async () => {
    let served = '';
    const { code, out } = await run(['--port', '0'], async (url) => {
      served = await (await fetch(url)).text();
    });
    assert.equal(code, 0);
    assert.match(out, /^http:\/\/127\.0\.0\.1:\d+\/\n$/);
    assert.match(served, /<title>Relaywave<\/title>/);
    await assert.rejects(fetch(out.trim()));
  });

  it('a port that is taken, or none, is a mistake with a hint: 2', async () => {
    let taken = { code: 0, err: '' };
    await run(['--port', '0'], async (url) => {
      taken = await run(['--port', new URL(url).port]);
    });
    assert.equal(taken.code, 2);
    assert.match(taken.err, /^error: port \d+ is in use\n {4}hint: choose another with --port/);
    for (const port of ['65536', '-1', 'http', '8e3', '']) {
      const { code, err } = await run([`--port=${port}`]);
      assert.equal(code, 2, port);
      assert.match(err, /is no port/, port);
    }
  });

  it('without --port, the next one is taken where the usual one is in use', async () => {
    const ports: string[] = [];
    await run([], async (url) => {
      ports.push(new URL(url).port);
      await run([], async (next) => {
        ports.push(new URL(next).port);
      });
    });
    assert.equal(ports.length, 2);
    assert.notEqual(ports[0], ports[1]);
  });
});
