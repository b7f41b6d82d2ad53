/** `schema [FILE]`: writes the JSON schema by which editors check and complete scenarios, and the reference page. */

import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { scenarioReference } from '../scenario/reference.ts';
import { schemaJson } from '../scenario/schema.ts';
import type { CommandContext } from './command.ts';
import { EXIT, UsageError } from './exit-code.ts';
import { PACKAGE_FOLDER, shownPath } from './workplace.ts';

export interface SchemaOptions {
  readonly print?: boolean;
}

function write(target: string, text: string, { err, workplace }: CommandContext): void {
  const shown = shownPath(target, workplace.userFolder);
  try {
    writeFileSync(target, text);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new UsageError(`cannot write ${shown} (${code ?? message})`, 'name another file');
  }
  err.line(`wrote ${shown}`);
}

/** With FILE only the schema is written, there; without, both go to their places in the project. */
export function schema(file: string | undefined, options: SchemaOptions, context: CommandContext): number {
  if (options.print === true) {
    if (file !== undefined) throw new UsageError('--print writes no file', 'leave out FILE or --print');
    context.out.write(schemaJson());
    return EXIT.ok;
  }
  if (file !== undefined) {
    write(resolve(context.workplace.userFolder, file), schemaJson(), context);
    return EXIT.ok;
  }
  write(join(PACKAGE_FOLDER, 'scenarios', 'schema.json'), schemaJson(), context);
  write(join(PACKAGE_FOLDER, 'docs', 'scenario-reference.md'), scenarioReference(), context);
  return EXIT.ok;
}
