/**
 * Libraries of many small files, loaded by the quicker of two ways.
 *
 * The program's own TypeScript goes through a loader that runs in a thread of its own, and every `import()`
 * of a library's some hundred files would wait for it. `require()` does not pass there: charts load in 0.6
 * instead of 1 s. Node knows `require()` of ES modules from 20.19 and 22.12 on; before, `import()` it is.
 */

import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);

/** Loads a library of ES modules by its name, when it is first needed. */
export async function loadLate<Library>(name: string): Promise<Library> {
  try {
    return require(name) as Library;
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'ERR_REQUIRE_ESM') throw error;
    return (await import(name)) as Library;
  }
}

/** Loads a library that files to be loaded next import by its name: they find it loaded. What goes wrong, they tell. */
export function loadAhead(name: string): void {
  try {
    require(fileURLToPath(import.meta.resolve(name)));
  } catch {}
}
