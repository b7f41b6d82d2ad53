/** Where Redis is: `redis://[user[:password]@]host[:port][/database]`, `rediss://` for TLS. */

import { QueueError } from './queue-error.ts';

export interface RedisAddress {
  readonly host: string;
  readonly port: number;
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly database: number;
  readonly isEncrypted: boolean;
  /** For people: without user and password. */
  readonly shown: string;
}

const DEFAULT_PORT = 6379;
const EXAMPLE = 'for example redis://127.0.0.1:6379, or redis://:PASSWORD@host:6379/0';

/** Reads an address; throws QueueError. */
export function parseRedisAddress(text: string): RedisAddress {
  const refuse = (why: string): never => {
    // The text may hold a password, so it is not repeated.
    throw new QueueError('address', `--queue ${why}`, EXAMPLE);
  };
  if (!URL.canParse(text)) return refuse('is not an address');
  const url = new URL(text);
  if (url.protocol !== 'redis:' && url.protocol !== 'rediss:') {
    return refuse(`begins with ${url.protocol.slice(0, 20)}//, not with redis:// or rediss://`);
  }
  if (url.hostname === '') return refuse('names no host');
  const database = url.pathname === '' || url.pathname === '/' ? '0' : url.pathname.slice(1);
  if (!/^\d{1,5}$/.test(database)) return refuse('has a path that is no number of a database');
  if (url.search !== '' || url.hash !== '') return refuse('has more after the database, which means nothing');
  const port = url.port === '' ? DEFAULT_PORT : Number(url.port);
  const isEncrypted = url.protocol === 'rediss:';
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port,
    username: url.username === '' ? undefined : decodeURIComponent(url.username),
    password: url.password === '' ? undefined : decodeURIComponent(url.password),
    database: Number(database),
    isEncrypted,
    shown: `${url.protocol}//${url.hostname}:${port}/${database}`,
  };
}
