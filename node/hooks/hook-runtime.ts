/**
 * The runtime of one thread: admits modules once, makes slots, and passes their news on.
 *
 * What is cached by hash saves work only; every slot keeps its own decision. The cache is bounded, and a module
 * that slots still hold lives on without it.
 */

import { createHash } from 'node:crypto';
import { type Admission, admit } from '../wasm/admit.ts';
import type { Vector, WasmValue } from '../wasm/module-interface.ts';
import type { Caller } from '../wasm/module-version.ts';
import type { AnyHook, Hook } from './define-hook.ts';
import type { Parameter, ResultKind } from './parameter.ts';
import { HookSlot, type Slot } from './slot.ts';
import type { Reason, SlotView, Transition, TransitionListener } from './transition.ts';

/** Where a runtime takes the time from; milliseconds of any epoch. */
export interface HookClock {
  nowMs(): number;
}

export interface HookRuntimeOptions {
  /** Zero for ever by default: enough where no module waits for a time. */
  readonly clock?: HookClock;
  readonly listener?: TransitionListener;
  /** Admissions kept, granted and refused. */
  readonly cacheSize?: number;
}

const STANDING_CLOCK: HookClock = { nowMs: () => 0 };

export class HookRuntime {
  /** Whose call is under way; set by slots before a module runs. */
  readonly caller: Caller = { owner: null, failed: false };
  private readonly clock: HookClock;
  private readonly listener: TransitionListener | null;
  private readonly cacheSize: number;
  private readonly admissions = new Map<string, Admission>();

  constructor(options: HookRuntimeOptions = {}) {
    this.clock = options.clock ?? STANDING_CLOCK;
    this.listener = options.listener ?? null;
    this.cacheSize = options.cacheSize ?? 64;
  }

  nowMs(): number {
    return this.clock.nowMs();
  }

  /**
   * Admits or refuses a module for a hook; the same bytes get the same answer without being looked at again.
   *
   * `vectors` came with the module, which must answer them as well; a module that was admitted without them, or
   * with others, has not shown that.
   */
  admit(hook: AnyHook, bytes: Uint8Array, vectors: readonly Vector[] = []): Admission {
    // Before hashing: a refusal must cost less than the attack.
    if (bytes.length > hook.limits.bytes) return admit(bytes, hook);
    const hash = createHash('sha256').update(bytes).digest('hex');
    const known = this.admission(hook, hash, vectors);
    if (known !== undefined) return known;
    const admission = admit(bytes, hook, { caller: this.caller, vectors });
    this.remember(cacheKey(hook, hash, vectors), admission);
    return admission;
  }

  /** The answer that a module with this SHA-256 got before with these vectors, if it is still known. */
  admission(hook: AnyHook, hash: string, vectors: readonly Vector[] = []): Admission | undefined {
    const key = cacheKey(hook, hash, vectors);
    const known = this.admissions.get(key);
    if (known !== undefined) this.remember(key, known);
    return known;
  }

  /**
   * A slot of the hook; `owner` is the relay, or whatever the program has one slot for. A listener of its own
   * hears of this slot before the runtime's does.
   */
  slot<Parameters extends readonly Parameter[], Kind extends ResultKind>(
    hook: Hook<Parameters, Kind>,
    owner: unknown = null,
    listener: TransitionListener | null = null,
  ): Slot<Parameters, Kind> {
    return new HookSlot(hook, this, owner, listener) as unknown as Slot<Parameters, Kind>;
  }

  /** Called by slots. */
  report(slot: SlotView, transition: Transition, reason: Reason, hash: string): void {
    this.listener?.onTransition(slot, transition, reason, hash, this.clock.nowMs());
  }

  private remember(key: string, admission: Admission): void {
    this.admissions.delete(key);
    this.admissions.set(key, admission);
    if (this.admissions.size > this.cacheSize) this.admissions.delete(this.admissions.keys().next().value!);
  }
}

function cacheKey(hook: AnyHook, hash: string, vectors: readonly Vector[]): string {
  return `${hook.id}/${hook.interfaceVersion}/${hash}/${vectorsDigest(vectors)}`;
}

/** By the list itself: relays that hear of the same update share its vectors. */
const digests = new WeakMap<readonly Vector[], string>();

/** SHA-256 of what vectors ask of a module; empty for none. */
function vectorsDigest(vectors: readonly Vector[]): string {
  if (vectors.length === 0) return '';
  let digest = digests.get(vectors);
  if (digest === undefined) {
    const text = JSON.stringify(
      vectors.map(({ args, state, expect }) => [args.map(spell), spell(state), spell(expect)]),
    );
    digest = createHash('sha256').update(text).digest('hex');
    digests.set(vectors, digest);
  }
  return digest;
}

/** A value as text that no other value has. */
function spell(value: WasmValue | Uint8Array | undefined): string {
  if (typeof value === 'object') return `bytes ${Buffer.from(value).toString('base64')}`;
  return `${typeof value} ${Object.is(value, -0) ? '-0' : value}`;
}
