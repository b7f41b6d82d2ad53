import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Frame, FrameMint } from './frame.ts';
import { Inbox, mailboxMemory, Outbox } from './mailbox.ts';

type Read = [
  timeUs: number,
  rank: number,
  kind: number,
  from: number,
  to: number,
  detail: number,
  frame: Frame | null,
];

function readAll(inbox: Inbox): Read[] {
  const letters: Read[] = [];
  inbox.read((...letter) => letters.push(letter));
  return letters;
}

function letter(sequence: number, frame: Frame | null) {
  return {
    timeUs: 1000 + sequence,
    rank: 2 ** 40 + sequence,
    kind: 3,
    from: 7,
    to: 8,
    detail: 2 ** 33 + sequence,
    frame,
  } as const;
}

test('mailbox: letters arrive whole and in order, equal frames once', () => {
  const memory = mailboxMemory();
  const outbox = new Outbox(memory);
  const inbox = new Inbox(memory, new FrameMint(true));
  const module = new Frame(Uint8Array.from({ length: 5000 }, (_unused, i) => i));
  outbox.post(letter(2, module));
  outbox.post(letter(1, null));
  outbox.post(letter(3, module));
  assert.equal(outbox.waiting, 0);
  assert.equal(outbox.earliestUs, 1001);
  assert.equal(memory[0].counts[1], 5004, 'the frame crosses once');
  const letters = readAll(inbox);
  assert.deepEqual(
    letters.map(([timeUs, rank, , from, to, detail]) => [timeUs, rank - 2 ** 40, from, to, detail - 2 ** 33]),
    [
      [1002, 2, 7, 8, 2],
      [1001, 1, 7, 8, 1],
      [1003, 3, 7, 8, 3],
    ],
  );
  assert.deepEqual(letters[0][6]?.bytes, module.bytes);
  assert.equal(letters[1][6], null);
  assert.equal(letters[2][6], letters[0][6], 'one frame on the other side too');
});

test('mailbox: the next round is written while the last one is read', () => {
  const memory = mailboxMemory();
  const outbox = new Outbox(memory);
  const inbox = new Inbox(memory, new FrameMint(false));
  const read: [timeUs: number, byte: number | undefined][][] = [];
  outbox.post(letter(0, new Frame(Uint8Array.of(0))));
  for (let round = 1; round <= 4; round++) {
    outbox.turn();
    assert.equal(outbox.earliestUs, Number.POSITIVE_INFINITY);
    outbox.post(letter(round, new Frame(Uint8Array.of(round))));
    read.push(readAll(inbox).map(([timeUs, , , , , , frame]) => [timeUs, frame?.bytes[0]]));
  }
  assert.deepEqual(read, [[[1000, 0]], [[1001, 1]], [[1002, 2]], [[1003, 3]]]);
});

test('mailbox: what does not fit waits and comes in later rounds, in order', () => {
  const memory = mailboxMemory();
  const outbox = new Outbox(memory);
  const inbox = new Inbox(memory, new FrameMint(false));
  const count = 150_000;
  for (let sequence = 0; sequence < count; sequence++) outbox.post(letter(sequence, null));
  assert(outbox.waiting > 0);
  const times: number[] = [];
  for (let round = 0; round < 10 && times.length < count; round++) {
    outbox.turn();
    for (const [timeUs] of readAll(inbox)) times.push(timeUs);
  }
  assert.equal(times.length, count);
  assert(times.every((timeUs, sequence) => timeUs === 1000 + sequence));
});

test('mailbox: large frames that fill the shared memory wait as well', () => {
  const memory = mailboxMemory();
  const outbox = new Outbox(memory);
  const inbox = new Inbox(memory, new FrameMint(false));
  for (let sequence = 0; sequence < 5; sequence++) {
    outbox.post(letter(sequence, new Frame(new Uint8Array(6 * 2 ** 20).fill(sequence))));
  }
  outbox.post(letter(5, null)); // there is room for it, but not before its turn
  const fills: (number | undefined)[] = [];
  for (let round = 0; round < 5; round++) {
    outbox.turn();
    for (const [, , , , , , frame] of readAll(inbox)) fills.push(frame?.bytes[12345]);
  }
  assert.deepEqual(fills, [0, 1, 2, 3, 4, undefined]);
});
