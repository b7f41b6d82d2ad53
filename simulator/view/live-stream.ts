/** The events of a run over HTTP (server-sent events): first what is missing, then what happens. */

import type { Context } from 'hono';
import { streamSSE } from 'hono/streaming';
import type { Job } from './job.ts';

/** A line now and then, so that a reader who is gone is noticed, and none is cut off for silence. */
const SIGN_OF_LIFE_WALL_MS = 15_000;
const RECONNECT_WALL_MS = 1000;

/**
 * Streams the job's events. A reader that reconnects sends the id of the last event it saw, and gets those after it
 * while they are kept; every other one begins with a snapshot. The stream ends when the run has.
 */
export function liveStream(context: Context, job: Job): Response {
  const asked = context.req.header('last-event-id');
  return streamSSE(context, async (stream) => {
    const gone = new AbortController();
    stream.onAbort(() => gone.abort());
    const sign = setInterval(() => stream.write(': here\n\n'), SIGN_OF_LIFE_WALL_MS);
    try {
      await stream.writeSSE({ event: 'hello', data: job.id, retry: RECONNECT_WALL_MS });
      let seen = asked !== undefined && /^\d{1,15}$/.test(asked) ? Number(asked) : Number.NaN;
      while (!gone.signal.aborted) {
        const missed = job.events.after(seen);
        if (missed === null) {
          seen = job.events.lastNumber;
          await stream.writeSSE({
            event: 'snapshot',
            id: String(seen),
            data: JSON.stringify(job.snapshot()),
          });
        } else {
          for (const { number, name, data } of missed) {
            await stream.writeSSE({ event: name, id: String(number), data });
            seen = number;
          }
        }
        if (job.hasEnded && seen === job.events.lastNumber) break;
        await job.events.news(seen, gone.signal);
      }
      if (!gone.signal.aborted) await stream.writeSSE({ event: 'end', data: job.id });
    } finally {
      clearInterval(sign);
    }
  });
}
