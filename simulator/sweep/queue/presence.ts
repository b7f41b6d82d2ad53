/**
 * Who is there: workers and sweeps tell Redis every few seconds, and are forgotten when they stop.
 *
 * Times are Redis's own, so clocks of machines need not agree.
 */

import type { Redis } from 'ioredis';
import { z } from 'zod';
import { QUEUE_PREFIX } from './queue-keys.ts';

/** Who was not heard of for this long is gone. */
const GONE_AFTER_WALL_MS = 10_000;

const presenceSchema = z.strictObject({
  version: z.string(),
  /** `host:process` for people. */
  name: z.string(),
  /** Virtual time reached of each run that is being done, seconds. */
  running: z.record(z.string(), z.number()),
});

export type Presence = z.output<typeof presenceSchema>;
export type Role = 'worker' | 'sweep';

async function redisNowMs(redis: Redis): Promise<number> {
  const [seconds = 0, micros = 0] = await redis.time();
  return Number(seconds) * 1000 + Math.floor(Number(micros) / 1000);
}

function keys(role: Role): { seen: string; told: string } {
  return { seen: `${QUEUE_PREFIX}:seen:${role}`, told: `${QUEUE_PREFIX}:told:${role}` };
}

/** Tells that somebody is there. */
export async function announce(redis: Redis, role: Role, id: string, presence: Presence): Promise<void> {
  const { seen, told } = keys(role);
  const nowMs = await redisNowMs(redis);
  await redis.multi().zadd(seen, nowMs, id).hset(told, id, JSON.stringify(presence)).exec();
}

/** Tells that somebody leaves. */
export async function withdraw(redis: Redis, role: Role, id: string): Promise<void> {
  const { seen, told } = keys(role);
  await redis.multi().zrem(seen, id).hdel(told, id).exec();
}

/** Everybody who is there. Who is gone is cleared away. */
export async function whoIsThere(redis: Redis, role: Role): Promise<Presence[]> {
  const { seen, told } = keys(role);
  const since = (await redisNowMs(redis)) - GONE_AFTER_WALL_MS;
  const gone = await redis.zrangebyscore(seen, '-inf', since);
  if (gone.length > 0)
    await redis
      .multi()
      .zrem(seen, ...gone)
      .hdel(told, ...gone)
      .exec();
  const ids = await redis.zrangebyscore(seen, since, '+inf');
  if (ids.length === 0) return [];
  const texts = await redis.hmget(told, ...ids);
  return texts.flatMap((text) => {
    try {
      return presenceSchema.parse(JSON.parse(text ?? ''));
    } catch {
      return [];
    }
  });
}
