#!/usr/bin/env node
/** The `relaywave` command: starts the program from its compiled files, or else from its sources through tsx. */

import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

async function compiled() {
  try {
    const { compiledProgram } = await import('./compiled-program.mjs');
    return await compiledProgram(ROOT, 'simulator/cli/main.ts');
  } catch {
    return null;
  }
}

async function loadTypeScript() {
  try {
    const { register } = await import('tsx/esm/api');
    register();
  } catch (error) {
    if (error?.code !== 'ERR_MODULE_NOT_FOUND') throw error;
    console.error('error: the packages are not installed\n    hint: run npm ci first');
    process.exit(1);
  }
}

const program = await compiled();
if (program === null) await loadTypeScript();
else process.setSourceMapsEnabled(true);
await import(program ?? './main.ts');
