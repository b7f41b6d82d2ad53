/**
 * scenarios/README.md: every scenario of the project with its question, what was expected, and what came out.
 *
 * No figure in it is typed: words come from the scenario files, numbers from figures.json.
 */

import { seedsInWords } from '../report/chart-data.ts';
import { fillAnswer } from '../report/filled-answer.ts';
import { groupThousands } from '../report/human-units.ts';
import { figuresOf, pathsOf } from '../scenario/answer-template.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { decisiveHash, type LibraryFigures, type ScenarioFigures } from './figures-file.ts';

const INTRODUCTION = `<!-- Written by \`npm run library\` from the scenario files and figures.json. Do not edit it. -->

# Scenarios

A scenario is a question: one YAML file, with the question in its first lines and every choice explained beside it.
[\`schema.json\`](schema.json) tells editors which keys there are, and
[the reference](../docs/scenario-reference.md) people; \`npm run schema\` writes both. Begin with [quick](#quick), which
takes seconds, or [tor7500](#tor7500), the network at Tor's size. \`--scale 2%\` runs any of them within seconds, to see
that it runs.

Every number below is from the run that is named under it. The same scenario and seed give the same figures on any
machine; another seed draws another network, another publisher and other operators.
`;

const ADDING = `## How to add a scenario

1. Write \`scenarios/<name>.yaml\`: a comment that says what is asked and why (with \`Run it:\` and \`Try next:\` lines),
   \`name\`, a \`question\` that ends with a question mark, and a \`hypothesis\`: what you expect before you run it.
2. Run it: \`npm run simulate -- scenarios/<name>.yaml\`, or \`npm run sweep\` where it varies something. Look at
   \`summary.json\` in its results; that of a sweep, in \`all\`, has its figures under \`points.0\` and so on.
3. Write the \`answer\`: words with figures in braces, such as \`{arms.live.t50Seconds}\`, each a path in \`summary.json\`.
   Numbers that the run does not give stand in no answer. Units come by themselves: \`...Seconds\` becomes a span of time,
   \`...Fraction\` a percentage; \`{path:count}\` says otherwise, \`{a - b}\` and \`{a / b}\` compare two figures, and
   \`{path.*}\` sums a map up. \`report: { figure: channels }\` names the chart that shows the answer.
4. \`npm run library -- <name>\` runs it and writes its figures, its chart and this page; \`--from results\` takes a run
   that is there already, and \`--page\` writes the page alone, after a change of words.

A changed scenario has to be run again: a test compares this page, and the scenarios' hashes in \`figures.json\`.
`;

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}

/** What the library lacks of a scenario: figures, some of them, or those of the scenario as it is now. */
export function lackOf(scenario: Scenario, figures: ScenarioFigures | undefined): string | null {
  if (scenario.answer === '') return 'it has no answer';
  if (figures === undefined) return 'it has no figures yet';
  if (figures.scenarioSha256 !== decisiveHash(scenario)) return 'it was changed since its figures were taken';
  const lacking = figuresOf(scenario.answer)
    .flatMap(pathsOf)
    .filter((path) => !Object.hasOwn(figures.figures, path));
  return lacking.length === 0 ? null : `its answer names ${lacking.join(', ')}, which were not taken`;
}

/** "9.4 processor seconds": what a run costs. */
function costInWords({ cpuSeconds }: ScenarioFigures): string {
  return cpuSeconds < 600
    ? `${groupThousands(cpuSeconds)} s`
    : `${groupThousands(Number((cpuSeconds / 60).toPrecision(2)))} min`;
}

function seeds({ seeds }: ScenarioFigures): string {
  return `${seeds.length === 1 ? 'seed' : 'seeds'} ${seedsInWords(seeds)}`;
}

function command({ name, sweep }: Scenario): string {
  return `npm run ${sweep === null ? 'simulate' : 'sweep'} -- scenarios/${name}.yaml`;
}

function section(scenario: Scenario, figures: ScenarioFigures | undefined): string {
  const { name, question, hypothesis, answer } = scenario;
  const lines = [`## ${name}`, `**${question}**`, `*Expected:* ${hypothesis}`];
  if (figures === undefined || lackOf(scenario, figures) !== null) {
    lines.push(`*Found:* nothing yet; \`npm run library -- ${name}\` runs it.`);
    lines.push(`[${name}.yaml](${name}.yaml), \`${command(scenario)}\``);
  } else {
    lines.push(`*Found:* ${fillAnswer(answer, (path) => figures.figures[path] ?? null)}`);
    lines.push(
      `[${name}.yaml](${name}.yaml), \`${command(scenario)}\`: ${costInWords(figures)} of processor time. Figures of ` +
        `${seeds(figures)}, ${figures.date}, version ${figures.version}.`,
    );
    lines.push(`![Chart of ${name}](../docs/scenarios/${name}.svg)`);
  }
  return lines.join('\n\n');
}

/** The text of the page; scenarios in the order of their names. */
export function libraryPage(scenarios: readonly Scenario[], figures: LibraryFigures): string {
  const sorted = [...scenarios].sort((a, b) => (a.name < b.name ? -1 : 1));
  const rows = sorted.map((scenario) => {
    const own = figures[scenario.name];
    const cost = own === undefined || lackOf(scenario, own) !== null ? '' : costInWords(own);
    return `| [${scenario.name}](#${scenario.name.toLowerCase()}) | ${cell(scenario.question)} | ${cost} |`;
  });
  return [
    INTRODUCTION,
    ['| scenario | question | processor time |', '| --- | --- | --- |', ...rows].join('\n'),
    '',
    ...sorted.map((scenario) => `${section(scenario, figures[scenario.name])}\n`),
    ADDING,
  ].join('\n');
}
