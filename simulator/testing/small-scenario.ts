/** The smallest scenario as text, for tests of the language: what it loads to, and what is told of its mistakes. */

import assert from 'node:assert/strict';
import { type LoadedScenario, type ScenarioOverrides, scenarioFromText } from '../scenario/load.ts';
import { type Problem, ScenarioError } from '../scenario/problem.ts';

/** The modules that the small scenario may name, each with its hook. */
export const MODULES = {
  modules: new Map([
    ['strict-cells', 'cell-admission'],
    ['padding', 'padding-decision'],
    ['hostile-backdoor', 'cell-admission'],
  ]),
};
export const SMALL = `name: small
network: { relays: 100 }
updates:
  - module: strict-cells
arms:
  live: { channel: gossip }
`;

/** Loads a text over the modules above. */
export function load(text: string, overrides: ScenarioOverrides = {}): LoadedScenario {
  return scenarioFromText('test.yaml', text, overrides, MODULES);
}

/** What is wrong with a text; fails when nothing is. */
export function problems(text: string, overrides: ScenarioOverrides = {}): readonly Problem[] {
  try {
    load(text, overrides);
  } catch (error) {
    if (error instanceof ScenarioError) return error.problems;
    throw error;
  }
  assert.fail('the scenario was accepted');
}

/** `line:column path: message | hint` of each problem. */
export function told(text: string, overrides: ScenarioOverrides = {}): string[] {
  return problems(text, overrides).map((problem) => {
    const { line, column, file, path, message, hint } = problem;
    return `${line === null ? file : `${line}:${column}`} ${path}: ${message} | ${hint}`;
  });
}

/** The small scenario with more lines at its end. */
export function withLines(...lines: string[]): string {
  return `${SMALL}${lines.join('\n')}\n`;
}
