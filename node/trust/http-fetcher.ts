/**
 * Fetches files of the repository from a web server: a mirror, or the developers' own.
 *
 * A server is believed no more than a peer. Nothing is read beyond what was allowed, not even to see how long it is,
 * and a server that trickles, stalls or sends elsewhere has failed by the deadline. Deadlines take real time here.
 */

import type { Fetched, Fetcher, FetchLimits } from './fetcher.ts';

/** What a server answers for a file that it does not have; a bucket says 403 for lack of the right to list. */
const ABSENT = [403, 404, 410];

export class HttpFetcher implements Fetcher {
  private readonly address: string;

  /** `address`: of the folder that is served. Throws RangeError for what is no address of http or https. */
  constructor(address: string) {
    const base = URL.canParse(address) ? new URL(address) : null;
    if (base === null || !/^https?:$/.test(base.protocol) || base.search !== '' || base.hash !== '') {
      throw new RangeError(`${address}: must be such as https://example.org/updates`);
    }
    this.address = base.href.replace(/\/*$/, '/');
  }

  async fetch(file: string, { maxBytes, timeoutMs }: FetchLimits): Promise<Fetched> {
    const deadline = AbortSignal.timeout(timeoutMs);
    try {
      const response = await fetch(this.address + file, { signal: deadline, redirect: 'error' });
      if (response.ok) return await readUpTo(response, maxBytes);
      await response.body?.cancel();
      return { failed: ABSENT.includes(response.status) ? 'not-found' : 'too-slow' };
    } catch {
      // Whatever a server or the network does wrong is no bug here, and says nothing about what is there.
      return { failed: 'too-slow' };
    }
  }
}

/** The body; a length that the server tells is not believed, but what it tells too large is not begun. */
async function readUpTo({ headers, body }: Response, maxBytes: number): Promise<Fetched> {
  if (body === null) return { bytes: new Uint8Array(0) };
  if (Number(headers.get('content-length')) > maxBytes) {
    await body.cancel();
    return { failed: 'too-large' };
  }
  const parts: Uint8Array[] = [];
  let length = 0;
  // Leaving the loop cancels the rest.
  for await (const part of body as unknown as AsyncIterable<Uint8Array>) {
    length += part.length;
    if (length > maxBytes) return { failed: 'too-large' };
    parts.push(part);
  }
  return { bytes: new Uint8Array(Buffer.concat(parts)) };
}
