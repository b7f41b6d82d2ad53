/**
 * What libp2p logs as an error, told apart: links that go while something runs over them, and what should never happen.
 */

import type { ComponentLogger, Logger } from '@libp2p/interface';

/** Names of errors that follow from the loss of a link, at either end of it. */
const OF_LOST_LINKS: ReadonlySet<string> = new Set([
  'AbortError',
  'ConnectionClosedError',
  'DialError',
  'MuxerClosedError',
  'NotFoundError', // gone before it was identified
  'StreamAbortedError',
  'StreamClosedError',
  'StreamResetError',
  'StreamStateError',
  'TimeoutError',
  'UnexpectedEOFError',
]);

export function isOfLostLink(error: unknown): boolean {
  return error instanceof Error && OF_LOST_LINKS.has(error.name);
}

/**
 * Records every error that is logged, but for those of lost links where links can be lost.
 *
 * What is logged without an error object is told again by whoever gets the error thrown, or is no failure: identify
 * reads messages until the stream ends.
 */
export function stackLog(record: (error: unknown) => void, losesLinks: boolean): ComponentLogger {
  const told = (error: unknown): void => {
    if (!losesLinks || !isOfLostLink(error)) record(error);
  };
  const noop = (): void => {};
  const log: Logger = Object.assign(noop, {
    error: (...args: unknown[]) => {
      const error = args.find((arg) => arg instanceof Error);
      if (error !== undefined) told(error);
    },
    trace: noop,
    enabled: false,
    newScope: () => log,
  }) as unknown as Logger;
  return { forComponent: () => log };
}
