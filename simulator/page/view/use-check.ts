/** Has the server check what is being written, some moments after the last change. */

import { useEffect, useState } from 'preact/hooks';
import type { CheckResult, RunRequest } from '../../view/api-shapes.ts';
import { api } from './api.ts';

const WAIT_WALL_MS = 250;

export interface Checking {
  readonly result: CheckResult | null;
  /** The result is of what was there before the last change. */
  readonly isOld: boolean;
  readonly error: string | null;
}

export function useCheck(request: RunRequest | null): Checking {
  const asked = request === null ? '' : JSON.stringify(request);
  const [found, setFound] = useState<{ asked: string; result: CheckResult | null; error: string | null }>({
    asked: '',
    result: null,
    error: null,
  });
  useEffect(() => {
    if (request === null) return;
    const leaving = new AbortController();
    const timer = setTimeout(() => {
      api.check(request, leaving.signal).then(
        (result) => setFound({ asked, result, error: null }),
        (error: Error) => {
          if (error.name !== 'AbortError') setFound({ asked, result: null, error: error.message });
        },
      );
    }, WAIT_WALL_MS);
    return () => {
      clearTimeout(timer);
      leaving.abort();
    };
  }, [asked]);
  return { result: found.result, isOld: found.asked !== asked, error: found.error };
}
