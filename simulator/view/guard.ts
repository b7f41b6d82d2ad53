/**
 * Who may ask: this machine's own pages only.
 *
 * Listening on loopback keeps other machines out, and not other web sites: a page from anywhere can send requests to
 * 127.0.0.1 from its reader's browser, and a name of its own may be made to mean 127.0.0.1. So the Host must be a name
 * of loopback, whatever the port (a tunnel may change it); what a browser sends on behalf of another site is refused;
 * and whoever writes must know the token, which stands in the page and cannot be read from elsewhere.
 */

import { timingSafeEqual } from 'node:crypto';

export interface Asked {
  readonly method: string;
  readonly host: string | undefined;
  readonly origin: string | undefined;
  /** Sec-Fetch-Site and Sec-Fetch-Mode, which browsers set and pages cannot. */
  readonly fetchSite: string | undefined;
  readonly fetchMode: string | undefined;
  readonly token: string | undefined;
}

export interface Refusal {
  readonly status: 403 | 405;
  readonly message: string;
}

const LOOPBACK_HOST = /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d{1,5})?$/i;
const READING = new Set(['GET', 'HEAD']);
const WRITING = new Set(['POST', 'PUT']);

function isSame(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

/** Why the request is refused, or null where it may go on. */
export function refusalOf(asked: Asked, token: string): Refusal | null {
  const { method, host, origin, fetchSite, fetchMode } = asked;
  if (!READING.has(method) && !WRITING.has(method)) {
    return { status: 405, message: `${method} means nothing here` };
  }
  if (host === undefined || !LOOPBACK_HOST.test(host)) {
    return { status: 403, message: 'ask for 127.0.0.1 or localhost: this page is for this machine only' };
  }
  const isOwn = fetchSite === undefined || fetchSite === 'same-origin' || fetchSite === 'none';
  // Following a link from elsewhere to a page is harmless: the page that is opened is its own.
  const isLinkFollowed = READING.has(method) && fetchMode === 'navigate';
  const isOwnOrigin = origin === undefined || isSame(origin.toLowerCase(), `http://${host}`.toLowerCase());
  if ((!isOwn && !isLinkFollowed) || !isOwnOrigin) {
    return { status: 403, message: 'requests from other sites are refused' };
  }
  if (READING.has(method)) return null;
  if (asked.token === undefined || !isSame(asked.token, token)) {
    return { status: 403, message: 'the token is not that of this server: load the page again' };
  }
  return null;
}
