/**
 * The long run of the fuzz target: `npm run fuzz`.
 *
 * Every case runs under V8's baseline compiler alone, its optimising compiler alone, and both as usual. The three
 * must find no defect and agree on every result, every unit of fuel and every byte of memory: one digest for all.
 * One case in eight is also put through binaryen's optimiser, which makes shapes that no generator thinks of.
 */

import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type Binaryen from 'binaryen';
import { Option } from 'commander';
import { makeCase, runCase } from '../node/wasm/fuzz/differential.ts';
import { scriptLine, whole } from '../simulator/testing/script-line.ts';

const COMPILERS: Record<string, string[]> = {
  'baseline only': ['--liftoff-only'],
  'optimising only': ['--no-liftoff'],
  'as usual': [],
};
const OPTIMISED_SHARE = 8;

const {
  cases,
  from,
  compiler: own,
} = scriptLine('fuzz', "Runs random and mutated modules under each of V8's compilers.")
  .option('--cases <n>', 'modules to run', whole(1), 100_000)
  .option('--from <n>', 'seed of the first', whole(0), 0)
  .addOption(
    new Option('--compiler <name>', 'the one that this process was started with')
      .choices(Object.keys(COMPILERS))
      .hideHelp(),
  )
  .parse()
  .opts<{ cases: number; from: number; compiler?: string }>();

interface Verdict {
  digest: string;
  defects: number;
  kinds: Record<string, number>;
}

/** All cases in this process, under whatever compiler it was started with. */
async function runAll(): Promise<Verdict> {
  // Takes seconds to load, and only this needs it.
  const { default: binaryen } = await import('binaryen');
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
      judge(`${seed} optimised`, optimised(binaryen, bytes), rawFloats, false);
    if ((seed + 1) % 5000 === 0) console.error(`${own}: ${seed + 1 - from} of ${cases}`);
  }
  return { digest: hash.digest('hex').slice(0, 32), defects, kinds };
}

function optimised(binaryen: typeof Binaryen, bytes: Uint8Array): Uint8Array {
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
  const readBinary = binaryen.readBinary as (data: Uint8Array, features: number) => Binaryen.Module;
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

if (own !== undefined) console.log(JSON.stringify(await runAll()));
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
