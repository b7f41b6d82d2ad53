#!/usr/bin/env node
/** The `relaywave` command: loads the TypeScript sources through tsx, then runs the verb. */

/** Tells what keeps the sources from being loaded; once main.ts is there, it tells what goes wrong. */
function tellEarly(error) {
  if (process.listeners('uncaughtException').some((listener) => listener !== tellEarly)) return;
  if (error?.code === 'EMFILE' || error?.code === 'ENFILE') {
    console.error(`error: too many files are open (${error.code})`);
    console.error('    hint: raise the limit (ulimit -n), or end other programs');
  } else {
    console.error(error);
  }
  process.exit(1);
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

process.on('uncaughtException', tellEarly);
await loadTypeScript();
await import('./main.ts');
