/**
 * A small HTTP server that is updated while it serves.
 *
 * What it says and whom it serves are hooks. `PUT /hooks/greeting` with a WebAssembly module as the body changes
 * the first from the next request on; a module that is no good is refused, or goes when it fails, and the request
 * in hand is answered all the same. A program that takes modules from strangers checks their signatures first.
 */

import { createServer, type IncomingMessage, type Server } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { type AnyHook, defineHook, HookRuntime, mutableBytes, u32 } from '../../node/index.ts';

export const TEXT_BYTES = 64;
const encoder = new TextEncoder();

/** Turns a name into a greeting, in place, and answers the greeting's length. */
export const greeting = defineHook({
  id: 'greeting',
  interfaceVersion: 1,
  summary: 'Turns the name of a visitor into a greeting.',
  entry: 'greet',
  parameters: [u32('nameBytes'), mutableBytes('text', TEXT_BYTES)],
  result: 'u32',
  default: (nameBytes, text) => {
    const words = encoder.encode(`Hello, ${Buffer.from(text.subarray(0, nameBytes))}!`);
    text.set(words.subarray(0, TEXT_BYTES));
    return Math.min(words.length, TEXT_BYTES);
  },
  check: (length) => length > 0 && length <= TEXT_BYTES,
  fuel: 10_000,
  confirmAfter: 50,
  vectors: [{ args: [5, new Uint8Array(TEXT_BYTES).fill(0x61)] }, { args: [0, new Uint8Array(TEXT_BYTES)] }],
});

/** Whether a visitor is served: 0 yes, 1 not now. */
export const admission = defineHook({
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
  const update = async (
    hook: AnyHook,
    slot: { stage: (typeof greet)['stage'] },
    request: IncomingMessage,
  ) => {
    const verdict = runtime.admit(hook, await buffer(request));
    return 'rejected' in verdict ? verdict : { decision: slot.stage(verdict.admitted) };
  };
  return createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
    if (request.method === 'PUT' && pathname === '/hooks/greeting') {
      response.end(JSON.stringify(await update(greeting as unknown as AnyHook, greet, request)));
    } else if (request.method === 'PUT' && pathname === '/hooks/admission') {
      response.end(JSON.stringify(await update(admission as unknown as AnyHook, serve, request)));
    } else if (serve.call(hashOf(request.socket.remoteAddress ?? ''), Math.floor(performance.now())) !== 0) {
      response.writeHead(429).end('not now\n');
    } else {
      const text = new Uint8Array(TEXT_BYTES);
      const { written } = encoder.encodeInto(searchParams.get('name') ?? 'stranger', text);
      response.end(`${Buffer.from(text.subarray(0, greet.call(written, text)))}\n`);
    }
  });
}

function hashOf(text: string): number {
  let hash = 0;
  for (const character of text) hash = (Math.imul(hash, 31) + (character.codePointAt(0) ?? 0)) >>> 0;
  return hash;
}

if (process.argv[1] === import.meta.filename) {
  createGreetingServer().listen(8080, () => console.log('http://localhost:8080/?name=Ada'));
}
