/**
 * The verbs of the `relaywave` command and their options; each verb's code is loaded when it is called.
 */

import { Command, Option } from 'commander';
import { loadAhead } from '../report/late-library.ts';
import { ownVersion } from '../report/manifest.ts';
import type { CalibrateOptions } from './calibrate.ts';
import type { CommandContext } from './command.ts';
import type { CompareOptions } from './compare.ts';
import type { CrosscheckOptions } from './crosscheck.ts';
import { EXIT } from './exit-code.ts';
import type { InitOptions } from './init.ts';
import type { LibraryOptions } from './library.ts';
import type { MergeOptions } from './merge.ts';
import type { NodeOptions } from './node-options.ts';
import type { ReportOptions } from './report.ts';
import type { SchemaOptions } from './schema.ts';
import type { SimulateOptions, SimulateSurroundings } from './simulate-options.ts';
import type { SweepOptions } from './sweep-options.ts';
import { tellBug, tellKnown } from './told-errors.ts';
import type { ValidateOptions } from './validate.ts';
import type { VerifyOptions } from './verify.ts';
import type { ViewVerbOptions } from './view.ts';
import type { WorkerOptions } from './worker.ts';

function collect(value: string, before: readonly string[] | undefined): string[] {
  return [...(before ?? []), value];
}

function setOption(): Option {
  return new Option(
    '--set <path=value>',
    'change a key of the scenario; may be given several times',
  ).argParser(collect);
}

function scaleOption(): Option {
  return new Option(
    '--scale <share>',
    'make relays and duration smaller, such as 0.05, to see that it runs; the figures are no answer then',
  );
}

function progressOption(): Option {
  return new Option(
    '--progress <format>',
    'bar (lines where stderr is no terminal), or json: one object a line on stderr, for programs',
  ).choices(['bar', 'json']);
}

function releaseOption(): Option {
  return new Option(
    '--release <version[=date]>',
    'a release to follow; may be given several times (default: those seen from their first days on)',
  ).argParser(collect);
}

/** The command with its verbs; what a verb returns is handed to `finish`. */
async function buildProgram(
  args: readonly string[],
  context: CommandContext,
  finish: (code: number) => void,
  surroundings?: SimulateSurroundings,
): Promise<Command> {
  const program = new Command('relaywave')
    .description('Measures how fast a fix reaches every node of a volunteer network')
    .version(ownVersion())
    .exitOverride()
    .showHelpAfterError('(add --help to see the options)')
    // What every verb reads files with.
    .hook('preAction', () => loadAhead('zod'))
    .configureOutput({
      writeOut: (text) => context.out.write(text),
      writeErr: (text) => context.err.write(text),
      getOutHasColors: () => context.out.colour,
      getErrHasColors: () => context.err.colour,
    });

  program
    .command('simulate')
    .description('run a scenario and write its results')
    .argument('<file>', 'the scenario')
    .option('--seed <n>', "the run's seed, instead of the scenario's")
    .option(
      '--runs <n>',
      'how many runs, with seeds counting up: medians with intervals (network.populationSeed keeps the relays)',
    )
    .option('--out <dir>', 'where to write (default: results/<scenario>/seed-<n>)')
    .option('--force', 'replace results that are there already')
    .addOption(setOption())
    .addOption(scaleOption())
    .option('--engine <name>', 'gossipsub, model or wire')
    .option('--threads <n>', 'simulation threads, 1 to 8 or auto')
    .option('--fidelity <level>', 'full or fast')
    .option('--json', 'print summary.json and nothing else')
    .option('--quiet', 'write nothing to stderr but errors')
    .addOption(progressOption())
    .option('--resume', 'with --runs: keep the runs that are there and do the others')
    .action(async (file: string, options: SimulateOptions) => {
      const { simulate } = await import('./simulate.ts');
      finish(await simulate(file, options, context, surroundings));
    });

  program
    .command('sweep')
    .description('run a scenario at every point of what it varies')
    .argument('<file>', 'a scenario with the key sweep')
    .option('--seed <n>', "the first run's seed, instead of the scenario's")
    .option('--runs <n>', 'runs at each point, instead of the number in the scenario')
    .option('--out <dir>', 'where to write (default: results/<scenario>/sweep)')
    .option('--force', 'replace results that are there already')
    .option('--resume', 'keep the runs that are there and do the others')
    .addOption(setOption())
    .addOption(scaleOption())
    .option('--engine <name>', 'gossipsub, model or wire')
    .option('--fidelity <level>', 'full or fast')
    .option(
      '--shard <i/n>',
      'do the i-th of n shares of the runs and leave the rest; merge puts them together',
    )
    .option('--queue <address>', 'have the runs done by workers, over Redis: redis://host:port')
    .option('--json', 'print summary.json of the sweep and nothing else')
    .option('--quiet', 'write nothing to stderr but errors')
    .addOption(progressOption())
    .action(async (file: string, options: SweepOptions) => {
      const { sweep } = await import('./sweep.ts');
      finish(await sweep(file, options, context, surroundings));
    });

  program
    .command('worker')
    .description('do runs of sweeps that are on a queue, until it is stopped')
    .requiredOption('--queue <address>', 'where the queue is: redis://host:port')
    .option('--concurrency <n>', 'runs at a time (default: one a core, as far as memory carries them)')
    .option('--takeover <time>', 'after so long a silence another worker takes a run over', '30s')
    .option('--idle <time>', 'end when there was nothing to do for so long (default: never)')
    .option('--quiet', 'write nothing to stderr but errors')
    .action(async (options: WorkerOptions) => {
      const { worker } = await import('./worker.ts');
      finish(await worker(options, context, surroundings));
    });

  program
    .command('merge')
    .description('put the shards of a sweep together, without running anything')
    .argument('<out>', 'the folder of the whole sweep')
    .argument('[shards...]', 'folders of shards (default: all of them wrote to <out>)')
    .option('--force', 'replace what was merged before')
    .option('--json', 'print summary.json of the sweep and nothing else')
    .option('--quiet', 'write nothing to stderr but errors')
    .addOption(progressOption())
    .action(async (out: string, shards: string[], options: MergeOptions) => {
      const { merge } = await import('./merge.ts');
      finish(await merge(out, shards, options, context, surroundings));
    });

  program
    .command('compare')
    .description('set two results, or two sets of runs, side by side')
    .argument('<a>', 'a folder of results, or one with seed-<n> folders')
    .argument('<b>', 'another')
    .option('--json', 'print the comparison as JSON')
    .action(async (a: string, b: string, options: CompareOptions) => {
      const { compare } = await import('./compare.ts');
      finish(await compare(a, b, options, context));
    });

  program
    .command('crosscheck')
    .description(
      'run the same network and seed on two engines, or two stacks, and say how far apart they are',
    )
    .argument('<file>', 'the scenario')
    .option('--engines <names>', 'two engines, the one to check against first (default: gossipsub,model)')
    .option('--stacks <names>', 'two stacks of the engine gossipsub instead, such as bare,libp2p')
    .option('--seed <n>', "the run's seed, instead of the scenario's")
    .option('--runs <n>', 'how many seeds, counting up')
    .option('--repeats <n>', 'how often the engine wire runs each seed, to know its noise (default: 3)')
    .option('--out <dir>', 'where to write (default: results/<scenario>/crosscheck)')
    .option('--force', 'replace results that are there already')
    .addOption(setOption())
    .addOption(scaleOption())
    .option('--json', 'print summary.json and nothing else')
    .option('--quiet', 'write nothing to stderr but errors')
    .action(async (file: string, options: CrosscheckOptions) => {
      const { crosscheck } = await import('./crosscheck.ts');
      finish(await crosscheck(file, options, context, surroundings));
    });

  program
    .command('verify')
    .description('check the hashes of results, run them again and compare')
    .argument('<dir>', 'a folder of results')
    .option('--hashes-only', 'do not run them again')
    .option('--quiet', 'write nothing to stderr but errors')
    .action(async (directory: string, options: VerifyOptions) => {
      const { verify } = await import('./verify.ts');
      finish(await verify(directory, options, context));
    });

  program
    .command('report')
    .description('draw the charts and the page of results again, without running anything')
    .argument('<dir>', 'a folder of results, of one run or of several merged')
    .option('--theme <name>', "screen or print, instead of the scenario's")
    .option('--no-png', 'write SVG only')
    .option('--quiet', 'write nothing to stderr but errors')
    .action(async (directory: string, options: ReportOptions) => {
      const { report } = await import('./report.ts');
      finish(await report(directory, options, context, surroundings));
    });

  program
    .command('validate')
    .description('check scenarios without running them')
    .argument('<files...>', 'the scenarios')
    .addOption(setOption())
    .addOption(scaleOption())
    .action(async (files: string[], options: ValidateOptions) => {
      const { validate } = await import('./validate.ts');
      finish(validate(files, options, context));
    });

  program
    .command('init')
    .description('write a new scenario, after asking what it should hold')
    .argument('[file]', 'where to write it (default: scenarios/<name>.yaml)')
    .option('--name <name>', 'its name')
    .option('--relays <n>', 'how many relays')
    .option('--duration <time>', 'how long to run, in virtual time')
    .option('--module <name>', 'the module to release')
    .option('--lag <name>', "operators' lag by hand")
    .option('--force', 'replace a file that is there already')
    .action(async (file: string | undefined, options: InitOptions) => {
      const { init } = await import('./init.ts');
      finish(await init(file, options, context));
    });

  program
    .command('calibrate')
    .description("fit a law of operators' lag to an adoption curve")
    .argument('<input>', 'a table, a folder of tables or of consensus documents, or tor-2016-17, tor-2025-26')
    .option('--method <name>', 'ls (least squares) or ml (maximum likelihood)', 'ls')
    .option('--parts <list>', 'numbers of parts to try, 1 to 3', 'auto')
    .option('--laws <list>', 'laws of parts to try', 'lognormal,weibull')
    .option('--never <choice>', 'a share that never updates: auto, yes or no', 'auto')
    .option('--criterion <name>', 'what chooses: bic, aic or held-out (error on releases left out)', 'bic')
    .option('--bootstrap <n>', 'repetitions for the intervals; 0 for none', '200')
    .option('--seed <n>', 'of the bootstrap', '1')
    .option('--relays <n>', 'relays behind a curve that does not say', '1000')
    .option('--by <what>', 'what counts in consensus documents: relays or weight', 'relays')
    .addOption(releaseOption())
    .option('--releases <file>', "a table version,date, instead of Tor's releases")
    .option('--out <dir>', 'where to write (default: results/calibration/<name>)')
    .option('--force', 'replace results that are there already')
    .option('--json', 'print JSON and nothing else')
    .option('--quiet', 'write nothing to stderr but errors')
    .action(async (input: string, options: CalibrateOptions) => {
      const { calibrate } = await import('./calibrate.ts');
      finish(await calibrate(input, options, context));
    });

  program
    .command('view')
    .description('serve a page on this machine: runs listed, compared, started and watched')
    .option('--port <n>', 'the port, or 0 for any that is free (default: 8717, or the next that is free)')
    .action(async (options: ViewVerbOptions) => {
      const { view } = await import('./view.ts');
      finish(await view(options, context, surroundings));
    });

  program
    .command('schema')
    .description('write the JSON schema of scenarios, for editors, and the reference page')
    .argument('[file]', 'where to write it (default: scenarios/schema.json)')
    .option('--print', 'print the schema instead')
    .action(async (file: string | undefined, options: SchemaOptions) => {
      const { schema } = await import('./schema.ts');
      finish(schema(file, options, context));
    });

  program
    .command('library')
    .description("run the project's scenarios, and write their figures, charts and page")
    .argument('[names...]', 'scenarios of scenarios/ (default: all)')
    .option('--from <dir>', 'take the results in a folder instead of running them')
    .option('--page', 'write the page alone, from the figures that are there')
    .action(async (names: string[], options: LibraryOptions) => {
      const { library } = await import('./library.ts');
      finish(await library(names, options, context));
    });

  addNodeVerb(program, context, finish);
  await addUpdateVerb(program, args, context, finish);
  return program;
}

function addressOption(flags: string, description: string): Option {
  return new Option(flags, `${description}; may be given several times`).argParser(collect);
}

function addNodeVerb(program: Command, context: CommandContext, finish: (code: number) => void): void {
  program
    .command('node')
    .description('run one relay on TCP until it is told to stop')
    .addOption(addressOption('--listen <address>', 'where to listen, such as /ip4/127.0.0.1/tcp/9001'))
    .addOption(addressOption('--announce <address>', 'what to tell peers instead, behind a NAT for instance'))
    .addOption(addressOption('--peer <address>', 'a relay to keep a connection to'))
    .option('--root <file>', 'the root of the update repository that the relay trusts: its 1.root.json')
    .option('--state <dir>', 'the folder of its identity, its trusted metadata and its modules')
    .option('--status-port <n>', 'serve health, status and metrics there, on 127.0.0.1 only')
    .option('--channels <list>', 'how it hears of updates', 'gossip,catch-up,circuit')
    .addOption(addressOption('--authority <address>', 'a peer to poll for updates, with its peer id'))
    .option('--poll-every <time>', 'how often authorities are polled', '1h')
    .option(
      '--third-parties <roles>',
      "whose modules beside the developers' may run: none, all, or roles",
      'none',
    )
    .option('--development-network', 'take roots with development keys, which anyone can sign with')
    .option('--exit <kind>', 'none, or exchange: answer the exchanges that measure a network', 'none')
    .option('--drain <time>', 'how long circuits have to end when the relay is told to stop', '30s')
    .option('--log-level <level>', 'fatal, error, warn, info or debug', 'info')
    .option('--log-format <format>', 'json or text (default: text on a terminal)')
    .action(async (options: NodeOptions) => {
      const { node } = await import('./node.ts');
      finish(await node(options, context));
    });
}

/** `update` has verbs of its own, and they need every hook: they are loaded only when they are asked for. */
async function addUpdateVerb(
  program: Command,
  args: readonly string[],
  { out, err, workplace }: CommandContext,
  finish: (code: number) => void,
): Promise<void> {
  if (!args.includes('update')) {
    program.command('update').description('write, build, test and inspect updates of hooks');
    return;
  }
  const { registerUpdateCommands } = await import('../../updates/cli/register.ts');
  registerUpdateCommands(program, {
    out: (line) => out.line(line),
    err: (line) => err.line(line),
    finish,
    userFolder: workplace.userFolder,
  });
}

/**
 * Runs a command line (without the program's name); the exit code of what was done. Never throws.
 * A test may put its own `surroundings` in the place of the simulation.
 */
export async function runCommandLine(
  args: readonly string[],
  context: CommandContext,
  surroundings?: SimulateSurroundings,
): Promise<number> {
  let code: number = EXIT.ok;
  const finish = (done: number) => {
    code = done;
  };
  try {
    const program = await buildProgram(args, context, finish, surroundings);
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    const known = await tellKnown(error, context);
    if (known !== null) return known;
    tellBug(error, args, context);
    return EXIT.failed;
  }
  return code;
}
