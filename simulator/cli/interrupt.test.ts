import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { describe, it } from 'node:test';
import { Interruption, watchInterrupts } from './interrupt.ts';

function watch() {
  const source = new EventEmitter();
  const calls: string[] = [];
  const clock = { wallMs: 0 };
  const watching = watchInterrupts({
    source,
    onFirst: () => calls.push('first'),
    exitNow: (code) => calls.push(`exit ${code}`),
    nowWallMs: () => clock.wallMs,
  });
  const press = (wallMs: number, signal = 'SIGINT') => {
    clock.wallMs = wallMs;
    source.emit(signal);
  };
  return { source, calls, watching, press };
}

describe('interrupts', () => {
  it('the first Ctrl-C aborts with 130, a second one exits at once', () => {
    const { calls, watching, press } = watch();
    press(1000);
    assert(watching.signal.reason instanceof Interruption);
    assert.equal(watching.signal.reason.exitCode, 130);
    assert.deepEqual(calls, ['first']);
    press(2000);
    assert.deepEqual(calls, ['first', 'exit 130']);
  });

  it('one key press that arrives twice, as under npm, is one', () => {
    const { calls, press } = watch();
    press(1000);
    press(1005);
    assert.deepEqual(calls, ['first']);
  });

  it('SIGTERM and a closed terminal stop the work too, with their own codes', () => {
    for (const [signal, code] of [
      ['SIGTERM', 143],
      ['SIGHUP', 129],
    ] as const) {
      const { watching, press } = watch();
      press(0, signal);
      assert.equal((watching.signal.reason as Interruption).exitCode, code);
    }
  });

  it('afterwards signals have their default effect again', () => {
    const { source, watching } = watch();
    watching.stop();
    assert.deepEqual(source.eventNames(), []);
  });
});
