/**
 * How V8 runs simulation threads. Nothing here changes what they compute.
 *
 * V8 has such settings for whole processes only. They hold for threads that are started after, and for what is
 * compiled after.
 */

import { setFlagsFromString } from 'node:v8';

/** What a relay of a large network comes to in a thread's heap, what is no longer needed included (measured). */
const HEAP_KIB_OF_RELAY = 64;
/** Smaller heaps are collected as V8 sees fit. */
const LARGE_HEAP_MB = 64;
/**
 * Bytes of bytecode that a compiled function takes in of those that it calls, a third of what V8 allows. A run is short:
 * all the compiling was 18 % of the processor time of 7,500 relays, and a fifth of that is for code that is not worth it.
 */
const INLINED_BYTES = 300;

/**
 * V8's flags for threads with so many relays.
 *
 * A heap that grows to the size of its network and stays so has nothing to collect on the way: V8 would look through it
 * twice to find a tenth of it unused.
 */
export function threadFlags(relaysOfThread: number): readonly string[] {
  const heapMb = Math.ceil((relaysOfThread * HEAP_KIB_OF_RELAY) / 1024);
  return [
    `--initial-old-space-size=${heapMb < LARGE_HEAP_MB ? 0 : heapMb}`,
    `--max-inlined-bytecode-size-cumulative=${INLINED_BYTES}`,
  ];
}

/** To be called before the threads of a run are started. */
export function settleThreads(relaysOfThread: number): void {
  for (const flag of threadFlags(relaysOfThread)) setFlagsFromString(flag);
}
