/**
 * The long run of the fuzz target: `npx tsx bench/fuzz-modules.ts [--cases 100000] [--from 0]`.
 *
 * Every case runs under V8's baseline compiler alone, its optimising compiler alone, and both as usual. The three
 * must find no defect and agree on every result, every unit of fuel and every byte of memory: one digest for all.
 * One case in eight is also put through binaryen's optimiser, which makes shapes that no generator thinks of.
 */

import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import binaryen from 'binaryen';
import { makeCase, runCase } from '../node/wasm/fuzz/differential.ts';

const COMPILERS: Record<string, string[]> = {
  'baseline only': ['--liftoff-only'],
  'optimising only': ['--no-liftoff'],
  'as usual': [],
};
const OPTIMISED_SHARE = 8;

const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: '100000' },
    from: { type: 'string', default: '0' },
    compiler: { type: 'string' },
  },
});
const from = Number(values.from);
const cases = Number(values.cases);

interface Verdict {
  digest: string;
  defects: number;
  kinds: Record<string, number>;
}

/** All cases in this process, under whatever compiler it was started with. */
function runAll(): Verdict {
  const hash = createHash('sha256');
  const kinds: Record<string, number> = {};
  let defects = 0;
  const judge = (seed: string, bytes: Uint8Array, rawFloats: boolean, mutated: boolean) => {
    const { kind, trace, defect } = runCase(bytes, rawFloats, mutated);
    kinds[kind] = (kinds[kind] ?? 0) + 1;
    hash.update(`${seed} ${trace}\n`);
    if (defect === null) return;
    defects++;
    console.error(`seed ${seed}: ${defect}`);
  };
  for (let seed = from; seed < from + cases; seed++) {
    const { bytes, rawFloats, mutated } = makeCase(seed);
    judge(String(seed), bytes, rawFloats, mutated);
    if (!mutated && seed % OPTIMISED_SHARE === 0)
      judge(`${seed} optimised`, optimised(bytes), rawFloats, false);
    if ((seed + 1) % 5000 === 0) console.error(`${values.compiler}: ${seed + 1 - from} of ${cases}`);
  }
  return { digest: hash.digest('hex').slice(0, 32), defects, kinds };
}

function optimised(bytes: Uint8Array): Uint8Array {
  const { Features } = binaryen;
  const features =
    Features.MVP |
    Features.Multivalue |
    Features.MutableGlobals |
    Features.SignExt |
    Features.NontrappingFPToInt |
    Features.BulkMemory |
    Features.BulkMemoryOpt;
  // Its declaration lacks the second parameter.
  const readBinary = binaryen.readBinary as (data: Uint8Array, features: number) => binaryen.Module;
  const module = readBinary(bytes, features);
  try {
    module.optimize();
    return module.emitBinary();
  } finally {
    module.dispose();
  }
}

function runUnder(compiler: string): Promise<Verdict> {
  const script = fileURLToPath(import.meta.url);
  const args = [...COMPILERS[compiler], '--import', 'tsx', script, '--compiler', compiler];
  const child = spawn(process.execPath, [...args, '--cases', String(cases), '--from', String(from)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      if (code === 0) resolve(JSON.parse(output) as Verdict);
      else reject(new Error(`${compiler}: ended with ${signal ?? code}`));
    });
  });
}

if (values.compiler !== undefined) console.log(JSON.stringify(runAll()));
else {
  const verdicts: Record<string, Verdict> = {};
  for (const compiler of Object.keys(COMPILERS)) verdicts[compiler] = await runUnder(compiler);
  const digests = new Set(Object.values(verdicts).map((verdict) => verdict.digest));
  const defects = Object.values(verdicts).reduce((sum, verdict) => sum + verdict.defects, 0);
  for (const [compiler, { digest }] of Object.entries(verdicts)) console.log(`${compiler}: ${digest}`);
  console.log(Object.values(verdicts)[0].kinds);
  console.log(`${cases} cases from seed ${from}, Node ${process.version}: ${defects} defects`);
  if (digests.size > 1) console.log('the compilers DISAGREE');
  if (defects > 0 || digests.size > 1) process.exitCode = 1;
}
