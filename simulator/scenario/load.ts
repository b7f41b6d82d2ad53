/**
 * Reads a scenario file: the only way from YAML to a `Scenario`.
 *
 * Every mistake is found before any is told: those of the language (schema.ts), those that only the whole
 * file shows, and those of the files that it names. The command line's changes are part of what is checked.
 */

import { parseAnswer } from './answer-template.ts';
import { lastKnownDay } from './arm-yaml.ts';
import { type AssertionWords, parseAssertion } from './assertion.ts';
import { closest } from './closest.ts';
import { crossCheck } from './cross-checks.ts';
import { availableEngines, ENGINES } from './engines.ts';
import { explainIssues } from './explain.ts';
import { composeYaml, fileBeside } from './extends.ts';
import { type KnownModules, knownModules } from './known-modules.ts';
import { type LagCurve, readLagCurve } from './lag-curve.ts';
import { ASSERTIONS_MAX } from './measure-schema.ts';
import { applyOverride, type Override, parseSet } from './overrides.ts';
import { readPopulation, withFileRelays } from './population-yaml.ts';
import { type Problem, ScenarioError } from './problem.ts';
import { scaledYaml } from './scale.ts';
import type { Scenario } from './scenario.ts';
import { resolvedYaml, toScenario } from './scenario-yaml.ts';
import { scenarioSchema } from './schema.ts';
import { readSource } from './source.ts';
import { formatDuration, parseDuration, parseShare } from './units.ts';
import { fileOf, find, locate, locateWithin, type Path, plainValue, type YamlTree } from './yaml-tree.ts';

/** What the command line says beside the file. Values are YAML. */
export interface ScenarioOverrides {
  /** `path=value` each, as given to --set. */
  readonly set?: readonly string[] | undefined;
  readonly seed?: string | undefined;
  readonly engine?: string | undefined;
  readonly stack?: string | undefined;
  readonly threads?: string | undefined;
  readonly fidelity?: string | undefined;
  /** A share of the scenario's size, such as 0.05 or 5%: see scale.ts. */
  readonly scale?: string | undefined;
}

export interface LoadedScenario {
  /** As its user named it. */
  readonly file: string;
  readonly scenario: Scenario;
  /** The same scenario with every default spelled out; see `resolvedYaml`. */
  readonly resolvedYaml: string;
  /** What was made smaller, where the command line said so; null for the scenario as it is. */
  readonly scaled: { readonly scale: number; readonly summary: string } | null;
  /** A problem found later, placed at a key of the file. */
  readonly problemAt: (path: Path, message: string, hint: string | null) => Problem;
  /** The same for some characters of the text there. */
  readonly problemWithin: (
    path: Path,
    span: readonly [from: number, to: number],
    message: string,
    hint: string | null,
  ) => Problem;
}

export interface LoadOptions {
  /** Modules that a scenario may name; those of updates/ by default. */
  readonly modules?: KnownModules;
}

type Values = Readonly<Record<string, unknown>>;

function isMap(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Options of the command line in the order in which they apply; --set comes last. */
function readOverrides(overrides: ScenarioOverrides): (Override | Problem)[] {
  const named = (['seed', 'engine', 'stack', 'threads', 'fidelity'] as const).flatMap((key) => {
    const value = overrides[key];
    return value === undefined ? [] : [{ label: `--${key} ${value}`, path: [key], value }];
  });
  return [...named, ...(overrides.set ?? []).map(parseSet)];
}

function applyOverrides(tree: YamlTree, overrides: ScenarioOverrides): Problem[] {
  return readOverrides(overrides).flatMap((override) => {
    const problem = 'message' in override ? override : applyOverride(tree, override);
    return problem === null ? [] : [problem];
  });
}

/** Updates that are released after the run has ended, or that nobody has written. */
function checkUpdates(tree: YamlTree, values: Values, modules: KnownModules): Problem[] {
  const { updates, duration = '10min' } = values;
  if (!Array.isArray(updates)) return [];
  const until = parseDuration(duration, 's');
  return updates.flatMap((update: unknown, index) => {
    if (!isMap(update)) return [];
    const problems: Problem[] = [];
    const { module, at = '60s' } = update;
    if (typeof module === 'string' && !modules.has(module)) {
      const names = [...modules.keys()];
      const guess = closest(module, names);
      const hint = guess === null ? `there are ${names.join(', ') || 'none'}` : `did you mean ${guess}?`;
      problems.push(
        locate(tree, ['updates', index, 'module'], 'value', `updates/ has no module "${module}"`, hint),
      );
    }
    const release = parseDuration(at, 's');
    if ('value' in release && 'value' in until && release.value >= until.value) {
      const own: Path = ['updates', index, 'at'];
      const place: Path = find(tree, own).depth === own.length ? own : ['duration'];
      const [atText, endText] = [release.value, until.value].map((seconds) => formatDuration(seconds, 's'));
      const message = `the release at ${atText} comes when the run is over, at ${endText}`;
      problems.push(locate(tree, place, 'value', message, 'release earlier, or lengthen the duration'));
    }
    return problems;
  });
}

function checkEngine(tree: YamlTree, values: Values): Problem[] {
  const { engine } = values;
  if (typeof engine !== 'string' || !Object.hasOwn(ENGINES, engine)) return [];
  const { isAvailable, summary } = ENGINES[engine as keyof typeof ENGINES];
  if (isAvailable) return [];
  const message = `the engine ${engine} (${summary}) is not available in this version`;
  return [locate(tree, ['engine'], 'value', message, `use ${availableEngines().join(' or ')}`)];
}

/** Assertions that name what the scenario has not, or compare what cannot be compared. */
function checkAssertions(tree: YamlTree, values: Values): Problem[] {
  const { assert: assertions, arms, updates, measure } = values;
  if (!Array.isArray(assertions) || !isMap(arms)) return [];
  const milestones = isMap(measure) && Array.isArray(measure.milestones) ? measure.milestones : [];
  const words: AssertionWords = {
    arms: Object.entries(arms).map(([name, arm]) => {
      return { name, isManual: isMap(arm) && arm.channel === 'manual' };
    }),
    updates: Array.isArray(updates) ? updates.length : 0,
    percents: milestones.flatMap((milestone) => {
      const share = parseShare(milestone);
      return 'value' in share ? [Math.round(share.value * 100)] : [];
    }),
  };
  return assertions.slice(0, ASSERTIONS_MAX).flatMap((text: unknown, index) => {
    const plan = typeof text === 'string' ? parseAssertion(text, words) : null;
    if (plan === null || !('message' in plan)) return [];
    return [locateWithin(tree, ['assert', index], [plan.from, plan.to], plan.message, plan.hint)];
  });
}

/** Figures of the answer that cannot be read. */
function checkAnswer(tree: YamlTree, { answer }: Values): Problem[] {
  if (typeof answer !== 'string') return [];
  return parseAnswer(answer).faults.map(({ from, to, message, hint }) =>
    locateWithin(tree, ['answer'], [from, to], message, hint),
  );
}

/** What --set makes of a scenario is another one: the words of its answer may not be true of it. */
function withoutAnswer(scenario: Scenario, { set = [] }: ScenarioOverrides): Scenario {
  const isChanged = set.length > 0 && !set.some((text) => text.startsWith('answer='));
  return isChanged ? { ...scenario, hypothesis: '', answer: '' } : scenario;
}

interface Curves {
  readonly read: Map<string, LagCurve>;
  readonly problems: Problem[];
}

/** Where a file may name a CSV table of lag: in arms, and in the operators of the scenario or of an arm. */
function* lawPlaces(values: Values): Generator<[Path, unknown]> {
  yield* operatorLaws(['operators'], values.operators);
  for (const [name, arm] of Object.entries(isMap(values.arms) ? values.arms : {})) {
    if (!isMap(arm)) continue;
    yield [['arms', name, 'lag'], arm.lag];
    yield* operatorLaws(['arms', name, 'operators'], arm.operators);
  }
}

function* operatorLaws(path: Path, operators: unknown): Generator<[Path, unknown]> {
  if (!isMap(operators)) return;
  for (const [key, laws] of [
    ['classes', ['lag', 'delay']],
    ['platforms', ['delay']],
  ] as const) {
    const parts: unknown = operators[key];
    if (!Array.isArray(parts)) continue;
    for (const [index, part] of parts.entries()) {
      if (!isMap(part)) continue;
      for (const law of laws) yield [[...path, key, index, law], part[law]];
    }
  }
}

/** Reads the CSV files that laws name, and checks that no curve goes on beyond their last day. */
function readCurves(tree: YamlTree, values: Values): Curves {
  const read = new Map<string, LagCurve>();
  const problems: Problem[] = [];
  for (const [lawPath, law] of lawPlaces(values)) {
    if (!isMap(law)) continue;
    const file = law.empirical;
    if (typeof file !== 'string' || file === '') continue;
    const place: Path = [...lawPath, 'empirical'];
    const { path, shownAs } = fileBeside(fileOf(tree, place), file);
    // Files that extend each other may name different tables by one name.
    (law as Record<string, unknown>).empirical = shownAs;
    try {
      read.set(shownAs, readLagCurve(path, shownAs));
    } catch (error) {
      if (!(error instanceof ScenarioError)) throw error;
      for (const problem of error.problems) {
        // A file that cannot be read at all is the scenario's mistake, at the place that names it.
        const { message, hint } = problem;
        problems.push(
          problem.line === null ? locate(tree, place, 'value', `${shownAs}: ${message}`, hint) : problem,
        );
      }
    }
  }
  return { read, problems };
}

/** Reads `--scale`. */
function readScale(text: string): number | Problem {
  const label = `--scale ${text}`;
  const refuse = (message: string): Problem => {
    const hint = 'a share of the full size, above 0 and at most 1, such as 0.05 or 5%';
    return { file: label, line: null, column: null, path: '', message, hint, excerpt: null };
  };
  const reading = parseShare(text.endsWith('%') || text.trim() === '' ? text : Number(text));
  if ('problem' in reading) return refuse('is not a share');
  return reading.value > 0 && reading.value <= 1 ? reading.value : refuse('is not above 0 and at most 1');
}

/** The scenario made smaller. What it is made from is valid; what may go wrong is told as the option's doing. */
function atScale(full: LoadedScenario, scale: number, text: string, modules: KnownModules): LoadedScenario {
  const { text: smaller, size } = scaledYaml(full.scenario, scale);
  const { network, durationSeconds } = full.scenario;
  const seconds = (value: number) => formatDuration(value, 's');
  try {
    const { scenario, resolvedYaml } = scenarioFromText(full.file, smaller, {}, { modules });
    const summary =
      `scaled to ${scale}: ${size.relays} of ${network.relays} relays for ${seconds(size.durationSeconds)} of ` +
      `${seconds(durationSeconds)}; such figures do not answer the scenario's question`;
    return { ...full, scenario, resolvedYaml, scaled: { scale, summary } };
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    const place = { file: `--scale ${text}`, line: null, column: null, excerpt: null };
    throw new ScenarioError(error.problems.map((problem) => ({ ...problem, ...place })));
  }
}

/** Orders problems as the file is read; those of other files and of options come after. */
function byPlace(file: string): (a: Problem, b: Problem) => number {
  const rank = (problem: Problem) => (problem.line === null ? 2 : problem.file === file ? 0 : 1);
  return (a, b) => rank(a) - rank(b) || (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0);
}

/** Arms whose curve would go on where their table has ended. */
function checkHorizons(tree: YamlTree, scenario: Scenario): Problem[] {
  return scenario.arms.flatMap((arm) => {
    const reject = arm.kind === 'manual' ? arm.reject : undefined;
    if (reject !== undefined && arm.untilDays !== null && reject.afterDays > arm.untilDays) {
      const [day, end] = [reject.afterDays, arm.untilDays].map((days) => formatDuration(days, 'd'));
      const message = `${day} comes when the curve has ended, at ${end}`;
      return [locate(tree, ['arms', arm.name, 'reject', 'after'], 'value', message, 'make it earlier')];
    }
    const last = arm.kind === 'manual' ? lastKnownDay(arm.lag) : (arm.operators?.knownDays ?? null);
    if (last === null || arm.untilDays === null || arm.untilDays <= last) return [];
    const message = `${formatDuration(arm.untilDays, 'd')} is later than the last point of its table`;
    return [
      locate(tree, ['arms', arm.name, 'until'], 'value', message, `at most ${formatDuration(last, 'd')}`),
    ];
  });
}

/**
 * Reads, changes and checks a scenario. Throws ScenarioError with all of its problems; a file that does not
 * parse is told alone, since nothing else can be known of it.
 */
export function loadScenario(
  file: string,
  overrides: ScenarioOverrides = {},
  options: LoadOptions = {},
): LoadedScenario {
  return scenarioFromText(file, readSource(file, 'scenario file'), overrides, options);
}

/** The same for a text; `file` is for messages, and files that the text names are looked for beside it. */
export function scenarioFromText(
  file: string,
  text: string,
  overrides: ScenarioOverrides = {},
  options: LoadOptions = {},
): LoadedScenario {
  const { tree, problems } = composeYaml(file, text);
  if (problems.length > 0) throw new ScenarioError(problems.sort(byPlace(file)));
  const overrideProblems = applyOverrides(tree, overrides);
  const scale = overrides.scale === undefined ? 1 : readScale(overrides.scale);
  if (typeof scale !== 'number') overrideProblems.push(scale);
  const written = plainValue(tree);
  const files = readPopulation(tree, isMap(written) ? written : {});
  const values = withFileRelays(written, files);
  const known = isMap(values) ? values : {};
  const curves = readCurves(tree, known);
  const parsed = scenarioSchema.safeParse(values);
  const modules = options.modules ?? knownModules();
  const found = [
    ...overrideProblems,
    ...(parsed.success ? [] : explainIssues(parsed.error.issues, tree, values)),
    ...checkUpdates(tree, known, modules),
    ...crossCheck(known, modules).map(({ path, message, hint }) =>
      locate(tree, path, 'value', message, hint),
    ),
    ...checkEngine(tree, known),
    ...checkAssertions(tree, known),
    ...checkAnswer(tree, known),
    ...curves.problems,
    ...files.problems,
  ];
  if (!parsed.success || found.length > 0) throw new ScenarioError(found.sort(byPlace(file)));
  const read = toScenario(parsed.data, (name) => curves.read.get(name)!, files.population);
  const scenario = withoutAnswer(read, overrides);
  const beyond = checkHorizons(tree, scenario);
  if (beyond.length > 0) throw new ScenarioError(beyond);
  const loaded: LoadedScenario = {
    file,
    scenario,
    resolvedYaml: resolvedYaml(scenario),
    scaled: null,
    problemAt: (path, message, hint) => locate(tree, path, 'value', message, hint),
    problemWithin: (path, span, message, hint) => locateWithin(tree, path, span, message, hint),
  };
  return typeof scale !== 'number' || scale === 1
    ? loaded
    : atScale(loaded, scale, overrides.scale!, modules);
}
