/** Something that is asked of the server, as a hook: on its way, there, or refused. */

import { useEffect, useState } from 'preact/hooks';

export interface Loaded<Value> {
  readonly value: Value | null;
  readonly error: Error | null;
  /** Asks again; what is there stays until the answer comes. */
  readonly renew: () => void;
}

/** Asks whenever `key` changes. */
export function useLoaded<Value>(key: string, load: () => Promise<Value>): Loaded<Value> {
  const [state, setState] = useState<{ key: string; value: Value | null; error: Error | null }>({
    key,
    value: null,
    error: null,
  });
  const [round, setRound] = useState(0);
  useEffect(() => {
    let isWanted = true;
    load().then(
      (value) => isWanted && setState({ key, value, error: null }),
      (error: Error) => isWanted && setState({ key, value: null, error }),
    );
    return () => {
      isWanted = false;
    };
  }, [key, round]);
  const isCurrent = state.key === key;
  return {
    value: isCurrent ? state.value : null,
    error: isCurrent ? state.error : null,
    renew: () => setRound((before) => before + 1),
  };
}
