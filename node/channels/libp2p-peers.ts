/**
 * The Peers port over libp2p: each request has a stream of its own, with one frame there and one frame back.
 *
 * A frame is its length as a varint and its bytes. A request that is refused gets a reset instead of an answer.
 * Nothing is read beyond what was allowed: a length is judged before its bytes are taken, and whatever has not
 * ended by the deadline is aborted, by whichever end sees it first. Deadlines are the one thing here that takes
 * real time.
 */

import type { Connection, Libp2p, Stream } from '@libp2p/interface';
import { peerIdFromString } from '@libp2p/peer-id';
import { decode, encode } from 'it-length-prefixed';
import {
  type Answerer,
  type PeerName,
  type Peers,
  RequestError,
  type RequestFailure,
  type RequestLimits,
} from '../environment.ts';
import { REQUEST_TIMEOUT_MS, REQUESTS_AT_ONCE_PER_PEER } from './limits.ts';

/** Longest varint that can stand before a frame. */
const LENGTH_MAX_BYTES = 8;

export interface Libp2pPeersParts {
  readonly libp2p: Pick<Libp2p, 'dial' | 'getPeers' | 'handle' | 'addEventListener'>;
  /** Told what an answerer throws, which is a bug of its own; the peer is refused. */
  readonly onError: (error: unknown) => void;
  /** Time for a request to come in and its answer to go out. */
  readonly answerTimeoutMs?: number;
}

export class Libp2pPeers implements Peers {
  private readonly parts: Libp2pPeersParts;

  constructor(parts: Libp2pPeersParts) {
    this.parts = parts;
  }

  connected(): readonly PeerName[] {
    return this.parts.libp2p.getPeers().map(String);
  }

  onConnect(listener: (peer: PeerName) => void): void {
    this.parts.libp2p.addEventListener('peer:connect', ({ detail }) => listener(detail.toString()));
  }

  /** Dials a peer that is not connected if the peer store has an address of it. */
  async request(
    peer: PeerName,
    protocol: string,
    body: Uint8Array,
    { maxBytes, timeoutMs }: RequestLimits,
  ): Promise<Uint8Array> {
    const deadline = AbortSignal.timeout(timeoutMs);
    let connection: Connection | null = null;
    try {
      connection = await this.parts.libp2p.dial(peerIdFromString(peer), { signal: deadline });
      const stream = await connection.newStream(protocol, { signal: deadline });
      const answer = await exchange(stream, body, maxBytes, deadline);
      if (answer === null) throw new RequestError('refused', `${peer} has no answer`);
      return answer;
    } catch (error) {
      if (error instanceof RequestError) throw error;
      throw new RequestError(failureOf(error, connection, deadline), `${peer}: ${String(error)}`);
    }
  }

  serve(protocol: string, maxRequestBytes: number, answer: Answerer): void {
    const { libp2p, onError } = this.parts;
    const handler = (stream: Stream, { remotePeer }: Connection): void => {
      this.answer(stream, remotePeer.toString(), maxRequestBytes, answer).catch((error: unknown) =>
        stream.abort(asError(error)),
      );
    };
    libp2p.handle(protocol, handler, { maxInboundStreams: REQUESTS_AT_ONCE_PER_PEER }).catch(onError);
  }

  private async answer(
    stream: Stream,
    from: PeerName,
    maxRequestBytes: number,
    answer: Answerer,
  ): Promise<void> {
    const deadline = AbortSignal.timeout(this.parts.answerTimeoutMs ?? REQUEST_TIMEOUT_MS);
    bound(stream, maxRequestBytes, deadline);
    const body = await readFrame(stream, maxRequestBytes);
    const answered = body === null ? null : await this.ask(answer, body, from);
    if (answered === null) {
      stream.abort(new RequestError('refused', `a request of ${from}`));
      return;
    }
    stream.send(encode.single(answered));
    await stream.close({ signal: deadline });
  }

  private async ask(answer: Answerer, body: Uint8Array, from: PeerName): Promise<Uint8Array | null> {
    try {
      return await answer(body, from);
    } catch (error) {
      this.parts.onError(error);
      return null;
    }
  }
}

/** Lets a stream hold one frame and no more, and aborts it at the deadline if it is still open. */
function bound(stream: Stream, maxBytes: number, deadline: AbortSignal): void {
  stream.maxReadBufferLength = maxBytes + LENGTH_MAX_BYTES;
  const abort = (): void => stream.abort(asError(deadline.reason));
  if (deadline.aborted) abort();
  deadline.addEventListener('abort', abort, { once: true });
  stream.addEventListener('close', () => deadline.removeEventListener('abort', abort), { once: true });
}

/** Sends a question and reads the answer; null if the stream ends without one. */
async function exchange(
  stream: Stream,
  body: Uint8Array,
  maxBytes: number,
  deadline: AbortSignal,
): Promise<Uint8Array | null> {
  bound(stream, maxBytes, deadline);
  try {
    stream.send(encode.single(body));
    const [answer] = await Promise.all([readFrame(stream, maxBytes), stream.close({ signal: deadline })]);
    return answer;
  } catch (error) {
    stream.abort(asError(error)); // the rest of the answer is not wanted
    throw error;
  }
}

/**
 * The first frame of a stream, or null if it ends without one.
 *
 * The bytes are a copy: a view would keep alive all that came with them.
 */
async function readFrame(stream: Stream, maxDataLength: number): Promise<Uint8Array | null> {
  for await (const frame of decode(stream, { maxDataLength, maxLengthLength: LENGTH_MAX_BYTES })) {
    return frame.slice();
  }
  return null;
}

function failureOf(error: unknown, connection: Connection | null, deadline: AbortSignal): RequestFailure {
  if (deadline.aborted) return 'timeout';
  if (connection === null || connection.status !== 'open') return 'unreachable';
  return asError(error).name === 'InvalidDataLengthError' ? 'too-long' : 'refused';
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
