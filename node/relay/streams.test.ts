import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { flowWindow, MIN_WINDOW_CELLS } from '../hooks/catalogue/flow-window.ts';
import type { AnyHook } from '../hooks/define-hook.ts';
import { HookRuntime } from '../hooks/hook-runtime.ts';
import { ManualEnvironment } from '../testing/manual-environment.ts';
import { OnionWorld, WEB } from '../testing/onion-world.ts';
import { wat } from '../testing/wat.ts';
import { CircuitWindow, CONGESTION_FLOW, FIXED_FLOW } from './circuit-window.ts';
import { END_OF_DATA, STREAM_WINDOW_CELLS, type Stream, type StreamApplication } from './stream.ts';

const seed = Number(process.env.RELAYWAVE_TEST_SEED ?? 1);

/** Windows from the least that the hook allows to 230 cells, as the round-trip time happens to be. */
const FICKLE = wat(`(module (func (export "next_window") (param i32 i32 i32 i32) (result i32)
  (i32.add (i32.const ${MIN_WINDOW_CELLS}) (i32.rem_u (i32.div_u (local.get 1) (i32.const 1000)) (i32.const 200)))))`);

/** What stands at a place of what one side sends on one stream: a piece lost, doubled or moved does not fit. */
function byteAt(stream: number, side: number, at: number): number {
  return (at * 31 + (at >>> 8) * 17 + (at >>> 16) * 5 + stream * 7 + side * 101) & 0xff;
}

/** One end of a stream: sends what it is told to offer, and checks what comes. */
class Talker implements StreamApplication {
  readonly name: number;
  readonly side: number;
  stream: Stream | null = null;
  sent = 0;
  offered = 0;
  received = 0;
  held = false;
  finished = false;
  closed = false;
  ends = 0;

  constructor(name: number, side: number) {
    this.name = name;
    this.side = side;
  }

  onOpen(stream: Stream): void {
    this.stream = stream;
  }

  read(into: Uint8Array): number {
    // Pieces of all lengths, also shorter than a cell.
    const piece = Math.min(into.length, this.offered - this.sent, 1 + (this.sent % 700));
    if (piece === 0) return this.finished ? END_OF_DATA : 0;
    for (let i = 0; i < piece; i++) into[i] = byteAt(this.name, this.side, this.sent + i);
    this.sent += piece;
    return piece;
  }

  write(data: Uint8Array): boolean {
    for (const byte of data) {
      assert.equal(byte, byteAt(this.name, 1 - this.side, this.received), `byte ${this.received}`);
      this.received++;
    }
    return !this.held;
  }

  onEnd(): void {
    this.ends++;
  }
}

type Act =
  | { readonly do: 'open' }
  | { readonly do: 'offer'; readonly which: number; readonly side: number; readonly bytes: number }
  | { readonly do: 'hold' | 'resume' | 'finish' | 'close'; readonly which: number; readonly side: number }
  | { readonly do: 'pass'; readonly ms: number }
  | { readonly do: 'block' | 'unblock'; readonly which: number; readonly side: number };

const which = fc.nat({ max: 5 });
const side = fc.nat({ max: 1 });
const bytes = fc.oneof(fc.nat({ max: 600 }), fc.nat({ max: 800_000 }));
const ofStream = <Do extends string>(...dos: readonly Do[]) =>
  fc.tuple(fc.constantFrom(...dos), which, side).map(([what, which, side]) => ({ do: what, which, side }));
const acts: fc.Arbitrary<Act[]> = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.constant({ do: 'open' } as const) },
    {
      weight: 6,
      arbitrary: fc
        .tuple(which, side, bytes)
        .map(([which, side, bytes]) => ({ do: 'offer', which, side, bytes }) as const),
    },
    { weight: 4, arbitrary: ofStream('hold', 'resume', 'resume', 'finish', 'close') },
    { weight: 5, arbitrary: fc.nat({ max: 60 }).map((ms) => ({ do: 'pass', ms }) as const) },
    { weight: 2, arbitrary: ofStream('block', 'unblock') },
  ),
  { minLength: 5, maxLength: 50 },
);

const settings = fc.record({
  flow: fc.constantFrom(FIXED_FLOW, CONGESTION_FLOW),
  isFickle: fc.boolean(),
  capacityCells: fc.constantFrom<number>(1, 2, 64),
  latencyMs: fc.constantFrom<number>(0, 1, 20),
  bytesPerSecond: fc.constantFrom<number | null>(null, 100_000, 2_000_000),
});

type Settings = typeof settings extends fc.Arbitrary<infer T> ? T : never;

function play(
  { flow, isFickle, capacityCells, latencyMs, bytesPerSecond }: Settings,
  script: readonly Act[],
): number {
  const streams: [Talker, Talker][] = [];
  const world = new OnionWorld({
    flow,
    links: { capacityCells, latencyMs, burstCells: capacityCells, gapMs: 0.1 },
    exitService: { connect: ({ address }, answer) => answer(streams[address - WEB.address][1]) },
    ...(bytesPerSecond === null ? {} : { rateLimit: { bytesPerSecond, burstBytes: 20_000 } }),
  });
  const client = world.openClient();
  world.environment.settleUntil(() => client.openCircuits.length === 1);
  if (isFickle) {
    const admission = world.runtime.admit(flowWindow, FICKLE);
    assert.ok('admitted' in admission);
    for (const slot of [client.hooks.flowWindow, world.relays[2].core.slot(flowWindow)]) {
      slot.stage(admission.admitted);
    }
  }
  const checkWindows = (): void => {
    for (const { stream } of streams.flat()) {
      if (stream === null) continue;
      for (const window of [stream.packageWindow, stream.deliverWindow]) {
        assert.ok(window >= 0 && window <= STREAM_WINDOW_CELLS, `a window of ${window}`);
      }
    }
  };
  const talker = (act: { readonly which: number; readonly side: number }): Talker | null =>
    streams[act.which]?.[act.side] ?? null;
  for (const act of script) {
    if (act.do === 'open') {
      const number = streams.length;
      streams.push([new Talker(number, 0), new Talker(number, 1)]);
      client.openStream({ address: WEB.address + number, port: 443 }, streams[number][0]);
    } else if (act.do === 'pass') world.environment.advance(act.ms);
    else if (act.do === 'block' || act.do === 'unblock') {
      const link = world.network.links[act.which % world.network.links.length];
      (act.side === 0 ? link : link.other!).hold(act.do === 'block');
    } else {
      const one = talker(act);
      if (one === null || one.finished) continue;
      if (act.do === 'offer') one.offered += act.bytes;
      else if (act.do === 'hold') one.held = true;
      else if (act.do === 'finish') one.finished = true;
      else if (act.do === 'close' && one.stream !== null) {
        one.closed = true;
        one.stream.close();
      }
      if (act.do === 'resume') {
        one.held = false;
        one.stream?.resume();
      } else one.stream?.wake();
    }
    checkWindows();
  }
  for (const link of world.network.links) for (const end of [link, link.other!]) end.hold(false);
  for (const one of streams.flat()) {
    one.held = false;
    one.stream?.resume();
    one.stream?.wake();
  }
  world.environment.settle();
  checkWindows();
  assert.deepEqual([client.openCircuits.length, client.counts.violations], [1, 0]);
  let bytes = 0;
  for (const [near, far] of streams) {
    const isOver = near.ends + far.ends > 0;
    for (const [from, to] of [
      [near, far],
      [far, near],
    ]) {
      assert.ok(to.received <= from.sent);
      // Whoever finishes has said all of it first; a stream that nobody ended has lost nothing.
      const isWhole = from.finished && !to.finished && !from.closed && !to.closed;
      if (!isOver || isWhole) assert.equal(to.received, from.offered);
      bytes += to.received;
    }
    if (isOver && far.stream !== null)
      assert.deepEqual([near.ends, far.ends], [1, 1], 'both ends hear of it, once');
  }
  client.close();
  world.environment.settle();
  assert.equal(world.cells.outstanding, 0);
  for (const { relay } of world.relays) assert.deepEqual([relay.openCircuits, relay.waitingCells], [0, 0]);
  return bytes;
}

describe('streams', () => {
  it('whatever is sent, held, blocked and closed: nothing is lost, doubled or moved, no window is negative', () => {
    let bytes = 0;
    fc.assert(
      fc.property(settings, acts, (setting, script) => {
        bytes += play(setting, script);
      }),
      { seed, numRuns: 150 },
    );
    assert.ok(bytes > 10_000_000, `only ${bytes} bytes arrived: the scripts do too little`);
  });

  it('a stream that its sender has finished ends once all of it is there', () => {
    const script: Act[] = [
      { do: 'open' },
      { do: 'offer', which: 0, side: 0, bytes: 700_000 },
      { do: 'pass', ms: 10 },
      { do: 'finish', which: 0, side: 0 },
    ];
    const setting = {
      flow: FIXED_FLOW,
      isFickle: false,
      capacityCells: 64,
      latencyMs: 1,
      bytesPerSecond: null,
    };
    assert.equal(play(setting, script), 700_000);
  });
});

describe('circuit window', () => {
  it('any order of cells and SENDMEs: never negative, never below one SENDME, faults by name', () => {
    const steps = fc.array(fc.constantFrom('send', 'send', 'send', 'sendme', 'forged', 'bare', 'wait'), {
      maxLength: 600,
    });
    const runtime = new HookRuntime();
    const admission = runtime.admit(flowWindow as AnyHook, FICKLE);
    assert.ok('admitted' in admission);
    const version = admission.admitted;
    fc.assert(
      fc.property(
        steps,
        fc.constantFrom(FIXED_FLOW, CONGESTION_FLOW),
        fc.boolean(),
        (script, flow, isFickle) => {
          const environment = new ManualEnvironment(seed);
          const slot = runtime.slot(flowWindow);
          if (isFickle) slot.stage(version);
          const window = new CircuitWindow(flow, environment.clock, slot);
          // What an honest other end would answer with, in order; it has got all that was sent.
          const due: string[] = [];
          let sent = 0;
          let acknowledged = 0;
          for (const step of script) {
            if (step === 'wait') environment.advance(7);
            // Bursts, so that windows fill.
            else if (step === 'send') {
              for (let cell = 0; cell < 20 && window.maySend(); cell++) {
                window.onSent(`digest ${++sent}`);
                if (sent % flow.cellsPerSendme === 0) due.push(`digest ${sent}`);
              }
            } else if (step === 'sendme') {
              const digest = due.shift();
              const fault = window.onSendme(digest ?? 'none', false);
              assert.equal(fault, digest === undefined ? 'unexpected-sendme' : null);
              if (digest !== undefined) acknowledged += flow.cellsPerSendme;
            } else {
              const fault = window.onSendme(step === 'bare' ? null : 'digest 0', false);
              assert.equal(fault, due.length === 0 ? 'unexpected-sendme' : 'wrong-digest');
              if (due.length > 0) return; // the circuit is closed
            }
            assert.equal(window.inFlight, sent - acknowledged);
            assert.ok(window.cells >= flow.cellsPerSendme);
          }
        },
      ),
      { seed, numRuns: 300 },
    );
  });
});
