/**
 * A small HTTP server that is updated while it serves.
 *
 * What it says and whom it serves are hooks. `PUT /hooks/greeting` with a WebAssembly module as the body changes
 * the first from the next request on; a module that is no good is refused, or goes when it fails, and the request
 * in hand is answered all the same. A program that takes modules from strangers checks their signatures first.
 */

import { createServer, type Server } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { defineHook, HookRuntime, mutableBytes, u32 } from '../../node/index.ts';

export const TEXT_BYTES = 64;

/** Turns a name into a greeting, in place, and answers the greeting's length. */
const greeting = defineHook({
  id: 'greeting',
  interfaceVersion: 1,
  summary: 'Turns the name of a visitor into a greeting.',
  entry: 'greet',
  parameters: [u32('nameBytes'), mutableBytes('text', TEXT_BYTES)],
  result: 'u32',
  default: (nameBytes, text) => {
    const words = Buffer.from(`Hello, ${Buffer.from(text.subarray(0, nameBytes))}!`);
    text.set(words.subarray(0, TEXT_BYTES));
    return Math.min(words.length, TEXT_BYTES);
  },
  check: (length) => length > 0 && length <= TEXT_BYTES,
  fuel: 10_000,
  confirmAfter: 50,
  vectors: [{ args: [5, new Uint8Array(TEXT_BYTES).fill(0x61)] }, { args: [0, new Uint8Array(TEXT_BYTES)] }],
});

/** Whether a visitor is served: 0 yes, 1 not now. */
const admission = defineHook({
  id: 'admission',
  interfaceVersion: 1,
  summary: 'Serves a visitor or asks for patience.',
  entry: 'serve',
  parameters: [u32('visitorHash'), u32('nowMs')],
  result: 'i32',
  stateBytes: 64,
  default: () => 0,
  check: (verdict) => verdict === 0 || verdict === 1,
  fuel: 1000,
  vectors: [{ args: [1, 0], expect: 0 }],
});

export function createGreetingServer(log: (line: string) => void = console.log): Server {
  const runtime = new HookRuntime({
    listener: {
      onTransition: (slot, transition, reason) => log(`${slot.hook.id}: ${transition} (${reason})`),
    },
  });
  const greet = runtime.slot(greeting);
  const serve = runtime.slot(admission);
  return createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
    const slot = [greet, serve].find(({ hook }) => pathname === `/hooks/${hook.id}`);
    if (request.method === 'PUT' && slot !== undefined) {
      const verdict = runtime.admit(slot.hook, await buffer(request));
      const answer = 'rejected' in verdict ? verdict : { decision: slot.stage(verdict.admitted) };
      return response.end(`${JSON.stringify(answer)}\n`);
    }
    const visitor = Buffer.from(request.socket.remoteAddress ?? '').reduce(
      (hash, byte) => hash * 31 + byte,
      0,
    );
    if (serve.call(visitor % 2 ** 32, Math.floor(performance.now())) !== 0) {
      return response.writeHead(429).end('not now\n');
    }
    const text = new Uint8Array(TEXT_BYTES);
    const { written } = new TextEncoder().encodeInto(searchParams.get('name') ?? 'stranger', text);
    return response.end(`${Buffer.from(text.subarray(0, greet.call(written, text)))}\n`);
  });
}

if (process.argv[1] === import.meta.filename) {
  createGreetingServer().listen(8080, () => console.log('http://localhost:8080/?name=Ada'));
}
