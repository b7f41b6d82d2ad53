/**
 * The connection to Redis: made within seconds or refused with the cure, and made again when it breaks.
 *
 * While it is broken, commands wait. Redis may be restarted during a sweep, which its append-only file survives; only
 * when it stays away for minutes is the work given up.
 */

import { Redis } from 'ioredis';
import { QueueError } from './queue-error.ts';
import type { RedisAddress } from './redis-address.ts';

const CONNECT_WALL_MS = 8000;
const RETRY_WALL_MS = 250;
const RETRY_MOST_WALL_MS = 2000;
/** How long Redis may stay away. */
const AWAY_MOST_WALL_MS = 5 * 60_000;

/** What is told of a connection that could not be made, by what Redis or the system said. */
export function refusalOf({ shown, password }: RedisAddress, cause: string): QueueError {
  if (/WRONGPASS|NOAUTH|NOPERM|invalid password/i.test(cause)) {
    const message =
      password === undefined
        ? `Redis at ${shown} wants a password`
        : `Redis at ${shown} does not take this user and password`;
    return new QueueError('denied', message, 'give them in the address: redis://USER:PASSWORD@host:port');
  }
  if (/ECONNREFUSED/.test(cause)) {
    const message = `nothing listens at ${shown}`;
    return new QueueError('unreachable', message, 'start it there (redis-server), or check host and port');
  }
  if (/ENOTFOUND|EAI_AGAIN/.test(cause)) {
    return new QueueError('unreachable', `the host of ${shown} is not known`, 'check its name');
  }
  if (/DB index/.test(cause)) {
    return new QueueError('unusable', `Redis at ${shown} has no database of this number`, 'use a lower one');
  }
  if (/certificate|altnames/i.test(cause)) {
    const message = `${shown} shows a certificate that is not trusted: ${cause.slice(0, 120)}`;
    const hint =
      'use the name that it is made out to; NODE_EXTRA_CA_CERTS=FILE trusts an authority of your own';
    return new QueueError('unusable', message, hint);
  }
  if (cause === '' || /ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|timed? ?out/i.test(cause)) {
    const seconds = CONNECT_WALL_MS / 1000;
    const message = `Redis at ${shown} did not answer within ${seconds} s`;
    return new QueueError('unreachable', message, 'check host, port and firewall');
  }
  const message = `what answers at ${shown} is no Redis that can be used: ${cause.slice(0, 120)}`;
  return new QueueError('unusable', message, 'check host and port, and rediss:// for TLS');
}

/** What is told of a connection that breaks and comes back. */
export interface ConnectionNotes {
  readonly onNotice: (line: string) => void;
  readonly awayMostWallMs?: number;
}

export interface QueueConnection {
  readonly redis: Redis;
  /** Aborts with a QueueError when Redis stays away. */
  readonly lost: AbortSignal;
  close(): void;
}

/** Connects; throws QueueError within some seconds. */
export async function openConnection(
  address: RedisAddress,
  notes: ConnectionNotes,
): Promise<QueueConnection> {
  // `duplicate` copies the options, so BullMQ's further connections end with this one.
  const state = { isWanted: false };
  let cause = '';
  const redis = new Redis({
    host: address.host,
    port: address.port,
    ...(address.username !== undefined && { username: address.username }),
    ...(address.password !== undefined && { password: address.password }),
    db: address.database,
    ...(address.isEncrypted && { tls: {} }),
    lazyConnect: true,
    connectTimeout: CONNECT_WALL_MS,
    // What waits for Redis waits until it is back.
    maxRetriesPerRequest: null,
    retryStrategy: (times) => (state.isWanted ? Math.min(times * RETRY_WALL_MS, RETRY_MOST_WALL_MS) : null),
  });
  redis.on('error', (error) => {
    cause ||= error.message;
  });
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('timed out')), CONNECT_WALL_MS);
  });
  try {
    await Promise.race([redis.connect().then(() => redis.ping()), tooLate]);
    if (cause !== '') throw new Error(cause);
  } catch (error) {
    redis.disconnect();
    throw refusalOf(address, cause || (error as Error).message);
  } finally {
    clearTimeout(timer);
  }
  state.isWanted = true;
  return watched(redis, address, notes, state);
}

function watched(
  redis: Redis,
  { shown }: RedisAddress,
  notes: ConnectionNotes,
  state: { isWanted: boolean },
): QueueConnection {
  const { onNotice, awayMostWallMs = AWAY_MOST_WALL_MS } = notes;
  const controller = new AbortController();
  let giveUp: NodeJS.Timeout | undefined;
  redis.on('close', () => {
    if (!state.isWanted || giveUp !== undefined) return;
    onNotice(`the connection to ${shown} broke; trying again`);
    giveUp = setTimeout(() => {
      const minutes = Math.round(awayMostWallMs / 6000) / 10;
      const message = `Redis at ${shown} was away for ${minutes} min`;
      controller.abort(new QueueError('lost', message, 'start it again, then this command: it goes on'));
    }, awayMostWallMs);
  });
  redis.on('ready', () => {
    if (giveUp === undefined) return;
    clearTimeout(giveUp);
    giveUp = undefined;
    onNotice(`connected to ${shown} again`);
  });
  return {
    redis,
    lost: controller.signal,
    close: () => {
      state.isWanted = false;
      clearTimeout(giveUp);
      redis.disconnect();
    },
  };
}
