/**
 * The command line of a maintainers' script, which states each option once, with a sentence that --help tells.
 *
 * What is wrong with a line ends the script as it ends the product's command: one error on stderr, and exit code 2.
 */

import { Command, InvalidArgumentError } from 'commander';
import { EXIT } from '../cli/exit-code.ts';

/** The line of an npm script, and in a sentence what the script does; options are added to it, and then it is parsed. */
export function scriptLine(script: string, does: string): Command {
  return new Command(`npm run ${script} --`)
    .description(does)
    .showHelpAfterError('(add --help to see the options)')
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? EXIT.ok : EXIT.usage));
}

/** Reads a whole number within bounds; throws commander's InvalidArgumentError for anything else. */
export function whole(min: number, max = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => within(/^\d+$/.test(text) ? Number(text) : Number.NaN, 'a whole number', min, max);
}

/** Reads a number with or without decimals within bounds; throws InvalidArgumentError for anything else. */
export function decimal(min: number, max: number): (text: string) => number {
  return (text) => within(/^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN, 'a number', min, max);
}

/** Reads an option that may be given several times and has no default. */
export function several(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}

/** Reads a list of what `read` reads, with commas between. */
export function listOf<Item>(read: (text: string) => Item): (text: string) => Item[] {
  return (text) => text.split(',').map(read);
}

function within(value: number, noun: string, min: number, max: number): number {
  if (value >= min && value <= max) return value;
  const bounds = max === Number.MAX_SAFE_INTEGER ? `, ${min} or more` : ` from ${min} to ${max}`;
  throw new InvalidArgumentError(`Give ${noun}${bounds}.`);
}
