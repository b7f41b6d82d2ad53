import assert from 'node:assert/strict';
import { it } from 'node:test';
import { address, ExitVerdict, exitPolicy, isPrivate } from '../../node/hooks/catalogue/exit-policy.ts';
import { slotOf, slotWith } from '../testing/slot-with.ts';

const reduced = await slotWith(exitPolicy, 'reduced-exit');

/** The ports of Tor's reduced exit policy, as its manual lists them. */
const PORTS = `20-21 22 23 43 53 79-81 88 110 143 194 220 389 443 464 465 531 543-544 554 563 587 636 706 749 853 873
  902-904 981 989-995 1194 1220 1293 1500 1533 1677 1723 1755 1863 2082-2083 2086-2087 2095-2096 2102-2104 3128 3389
  3690 4321 4643 5050 5190 5222-5223 5228 5900 6660-6669 6679 6697 8000 8008 8074 8080 8082 8087-8088 8232-8233
  8332-8333 8443 8888 9418 9999 10000 11371 19294 19638 50002 64738`;

it('reduced-exit: opens the ports of the list, every one of them and no other', () => {
  const open = new Set<number>();
  for (const range of PORTS.split(/\s+/)) {
    const [first, last = first] = range.split('-').map(Number);
    for (let port = first; port <= last; port++) open.add(port);
  }
  for (let port = 0; port < 65536; port++) {
    const verdict = reduced.call(address(93, 184, 216, 34), port);
    assert.equal(verdict, open.has(port) ? ExitVerdict.open : ExitVerdict.refuse, `port ${port}`);
  }
});

it('reduced-exit: private networks stay closed, and their neighbours open', () => {
  for (let high = 0; high < 65536; high++) {
    const ip = (high << 16) >>> 0;
    assert.equal(reduced.call(ip, 443) === ExitVerdict.refuse, isPrivate(ip), `${high >>> 8}.${high & 255}`);
  }
});

it('exit-policy by default: mail and file sharing are refused, the rest goes', () => {
  const usual = slotOf(exitPolicy);
  const somewhere = address(1, 1, 1, 1);
  for (const port of [25, 119, 137, 445, 6346, 6881, 6999])
    assert.equal(usual.call(somewhere, port), 0, String(port));
  for (const port of [22, 80, 443, 4660, 4667, 7000])
    assert.equal(usual.call(somewhere, port), 1, String(port));
});
