import assert from 'node:assert/strict';
import { it } from 'node:test';
import { madeTraffic } from '../testing/made-traffic.ts';
import { trafficViolations } from './traffic-violations.ts';

const WHOLE = [{ asked: 1, firstByte: 2, lastByte: 2 }, { asked: 1, firstByte: 2 }, { asked: 3 }];

it('traffic: a sound run breaks nothing, nor does one without cells', () => {
  assert.deepEqual(trafficViolations(madeTraffic({ exchanges: WHOLE })), []);
  assert.deepEqual(trafficViolations(null), []);
});

it('traffic: a wrong digest, a cell from nowhere and an answer out of time are violations', () => {
  const sound = madeTraffic({ exchanges: WHOLE });
  const found = (change: object) => trafficViolations({ ...sound, ...change });
  assert.match(found({ corrupt: 1 })[0] ?? '', /did not fit their digest/);
  assert.match(found({ cells: { ...sound.cells, underWay: -3 } })[0] ?? '', /3 more cells arrived/);
  const late = madeTraffic({ exchanges: [{ asked: 1, firstByte: 5, lastByte: 4 }] });
  assert.match(trafficViolations(late)[0] ?? '', /ended before they began/);
});
