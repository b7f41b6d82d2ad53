/**
 * How V8 runs simulation threads. Nothing here changes what they compute.
 *
 * V8 has such settings for whole processes only. They hold for threads that are started after, and for what is
 * compiled after.
 */

import { setFlagsFromString } from 'node:v8';

/**
 * What a relay of a large network comes to in a thread's heap, what is no longer needed included, when half of the run's
 * first message has been dealt with: the heap is at its largest then, and a third of it can go (measured).
 */
const HEAP_KIB_OF_RELAY = 48;
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
 * A heap that grows to the size of its network has little to collect on the way: V8 would look through it again and again.
 * Once is worth it. With 64 KiB a relay, V8 looks when memory has been taken that it does not give back; with 36 it looks
 * before there is much to find, and not again.
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
