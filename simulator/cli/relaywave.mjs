#!/usr/bin/env node
/** The `relaywave` command: loads the TypeScript sources through tsx, then runs the verb. */

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

await loadTypeScript();
await import('./main.ts');
