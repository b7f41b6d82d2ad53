/**
 * Gives a thread's code virtual time and seeded randomness in place of the real ones.
 *
 * Call it before libp2p is imported: some of its modules read the clock while they load. WebCrypto's
 * asynchronous part is closed, since it would answer from the thread pool in an order that nobody controls.
 */

import { webcrypto } from 'node:crypto';
import { Call, type VirtualClock, VirtualTimer } from './virtual-clock.ts';

const TIMEOUT_MAX_MS = 2 ** 31 - 1;

/** Node's rule: whole milliseconds, and 1 where the number makes no sense. */
function delayUs(milliseconds: unknown): number {
  const delay = Math.trunc(Number(milliseconds));
  return (delay >= 1 && delay <= TIMEOUT_MAX_MS ? delay : 1) * 1000;
}

type Callback = (...args: unknown[]) => void;

/** What the globals read: the clock of the run that is under way. */
let clock: VirtualClock;
let isInstalled = false;

/** Replaces the globals of this thread; there is no way back, but the next run may bring a clock of its own. */
export function installVirtualGlobals(ofRun: VirtualClock): void {
  clock = ofRun;
  if (isInstalled) return;
  isInstalled = true;
  const nowMs = (): number => clock.nowMs();
  const startTimer = (callback: Callback, milliseconds: unknown, args: unknown[], repeat: boolean) => {
    const wait = delayUs(milliseconds);
    return clock.startTimer(callback, wait, repeat ? wait : 0, args);
  };
  const stopTimer = (timer: unknown): void => {
    if (timer instanceof VirtualTimer) timer.cancel();
  };
  const replacements = {
    setTimeout: (callback: Callback, ms?: unknown, ...args: unknown[]) =>
      startTimer(callback, ms, args, false),
    setInterval: (callback: Callback, ms?: unknown, ...args: unknown[]) =>
      startTimer(callback, ms, args, true),
    setImmediate: (callback: Callback, ...args: unknown[]) =>
      clock.schedule(clock.nowUs, new Call(clock.currentRelay, () => callback(...args))),
    clearTimeout: stopTimer,
    clearInterval: stopTimer,
    Date: virtualDate(nowMs),
  };
  for (const [name, value] of Object.entries(replacements)) {
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  }
  Math.random = (): number => clock.random.random();
  performance.now = () => clock.nowUs / 1000;
  AbortSignal.timeout = (milliseconds: number): AbortSignal => {
    const controller = new AbortController();
    const expire = (): void => controller.abort(new DOMException('The operation timed out', 'TimeoutError'));
    startTimer(expire, milliseconds, [], false);
    return controller.signal;
  };
  closeWebCrypto();
}

/** Routers read the clock with every frame: a property is read in no time, the trap of a Proxy is not. */
function virtualDate(nowMs: () => number): DateConstructor {
  const RealDate = Date;
  function VirtualDate(...args: unknown[]): Date | string {
    if (new.target === undefined) return new RealDate(nowMs()).toString();
    return Reflect.construct(RealDate, args.length === 0 ? [nowMs()] : args, new.target);
  }
  Object.defineProperties(VirtualDate, {
    ...Object.getOwnPropertyDescriptors(RealDate),
    now: { value: nowMs, configurable: true, writable: true },
  });
  return VirtualDate as unknown as DateConstructor;
}

function closeWebCrypto(): void {
  const getRandomValues = <View extends ArrayBufferView>(view: View): View => {
    const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
    for (let i = 0; i < bytes.length; i++) bytes[i] = clock.random.uint32();
    return view;
  };
  const refuse = new Proxy(
    {},
    {
      get: (_target, method) => () => {
        throw new Error(
          `crypto.subtle.${String(method)} would break the order of virtual time; use node:crypto`,
        );
      },
    },
  );
  Object.defineProperty(webcrypto, 'getRandomValues', { value: getRandomValues, configurable: true });
  Object.defineProperty(webcrypto, 'subtle', { value: refuse, configurable: true });
}
