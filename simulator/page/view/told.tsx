/** What stands in the place of something that is not there yet, or was refused. */

import type { ComponentChildren } from 'preact';
import type { Loaded } from './use-loaded.ts';

/** Shows the value once it is there. */
export function Told<Value>({
  loaded,
  children,
}: {
  readonly loaded: Loaded<Value>;
  readonly children: (value: Value) => ComponentChildren;
}) {
  if (loaded.error !== null)
    return (
      <p class="error" role="alert">
        {loaded.error.message}
      </p>
    );
  if (loaded.value === null)
    return (
      <p class="faint" aria-busy="true">
        loading
      </p>
    );
  return <>{children(loaded.value)}</>;
}
