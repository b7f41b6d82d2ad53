import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { describe, it } from 'node:test';
import { keepingStream } from './captured-output.ts';
import { Output, wantsColour } from './output.ts';

/** A stream whose every write fails with this code. */
function failingStream(code: string): { stream: Writable; writes: () => number } {
  let writes = 0;
  const stream = new Writable({
    autoDestroy: false,
    write(_chunk, _encoding, done) {
      writes++;
      done(Object.assign(new Error(`write ${code}`), { code }));
    },
  });
  return { stream, writes: () => writes };
}

describe('output', () => {
  it('a reader who left is no failure, and nothing more is written to the pipe', async () => {
    const { stream, writes } = failingStream('EPIPE');
    const output = new Output(stream, {});
    output.line('first');
    await new Promise((resolve) => setImmediate(resolve));
    output.line('second');
    await output.flushed();
    assert.equal(output.failure, null);
    assert.equal(writes(), 1);
  });

  it('a full disk is a failure', async () => {
    const output = new Output(failingStream('ENOSPC').stream, {});
    output.line('first');
    await new Promise((resolve) => setImmediate(resolve));
    assert.match(output.failure?.message ?? '', /ENOSPC/);
  });

  it('colours: for terminals, unless NO_COLOR; elsewhere with FORCE_COLOR only', () => {
    assert.equal(wantsColour(true, {}), true);
    assert.equal(wantsColour(false, {}), false);
    assert.equal(wantsColour(true, { NO_COLOR: '1' }), false);
    assert.equal(wantsColour(true, { NO_COLOR: '' }), true);
    assert.equal(wantsColour(false, { FORCE_COLOR: '1' }), true);
    assert.equal(wantsColour(true, { FORCE_COLOR: '0' }), false);
    assert.equal(wantsColour(true, { NO_COLOR: '1', FORCE_COLOR: '1' }), false);
    assert.equal(new Output(keepingStream(true).stream, { TERM: 'dumb' }).colour, false);
  });
});
