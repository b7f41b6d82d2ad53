/**
 * Libraries that are loaded when they are first needed, by the quicker of two ways.
 *
 * The program's own TypeScript goes through a loader that runs in a thread of its own, and every `import()`
 * of a library's some hundred files would wait for it. `require()` does not pass there: charts load in 0.6
 * instead of 1 s. Node knows `require()` of ES modules from 20.19 and 22.12 on; before, `import()` it is.
 */

import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** Loads a library of ES modules by its name. */
export async function loadLate<Library>(name: string): Promise<Library> {
  try {
    return require(name) as Library;
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'ERR_REQUIRE_ESM') throw error;
    return (await import(name)) as Library;
  }
}
