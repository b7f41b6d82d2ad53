import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createLog, LogBudget } from './log.ts';

describe('the log of a relay', () => {
  const linesOf = (format: 'json' | 'text', write: (log: ReturnType<typeof createLog>) => void): string[] => {
    const lines: string[] = [];
    write(createLog('info', format, (line) => lines.push(line)));
    return lines;
  };

  it('json: one object a line, with event, level and time; nothing below the level', () => {
    const [line, ...more] = linesOf('json', (log) => {
      log.debug({ event: 'hidden' }, 'not told');
      log.warn({ event: 'refused', reason: 'rollback' }, 'an update was refused');
    });
    assert.deepEqual(more, []);
    const { time, ...rest } = JSON.parse(line!) as Record<string, unknown>;
    assert.match(String(time), /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    assert.deepEqual(rest, {
      level: 'warn',
      event: 'refused',
      reason: 'rollback',
      msg: 'an update was refused',
    });
  });

  it('text: what a stranger chose cannot begin a line or move a cursor', () => {
    const [line] = linesOf('text', (log) =>
      log.info({ event: 'refused', reason: 'a\n\u001b[2Jb', n: 3 }, 'said'),
    );
    assert.match(line!, /^\S+Z info {2}refused: said {2}reason="a\\n\\u001b\[2Jb" {2}n=3\n$/);
  });

  it('a flood of one kind is cut off, told of in the next minute, and leaves other kinds alone', () => {
    let nowMs = 0;
    const budget = new LogBudget(3, () => nowMs);
    const taken = Array.from({ length: 10 }, () => budget.take('flood'));
    assert.deepEqual(taken, [0, 0, 0, ...new Array(7).fill(null)]);
    assert.equal(budget.take('other'), 0);
    nowMs = 59_999;
    assert.equal(budget.take('flood'), null);
    nowMs = 60_000;
    assert.equal(budget.take('flood'), 8);
    assert.equal(budget.take('flood'), 0);
  });
});
