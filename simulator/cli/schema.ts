/** `schema [FILE]`: writes the JSON schema by which editors check and complete scenarios. */

import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { schemaJson } from '../scenario/schema.ts';
import type { CommandContext } from './command.ts';
import { EXIT, UsageError } from './exit-code.ts';
import { PACKAGE_FOLDER, shownPath } from './workplace.ts';

export interface SchemaOptions {
  readonly print?: boolean;
}

export function schema(file: string | undefined, options: SchemaOptions, context: CommandContext): number {
  if (options.print === true) {
    if (file !== undefined) throw new UsageError('--print writes no file', 'leave out FILE or --print');
    context.out.write(schemaJson());
    return EXIT.ok;
  }
  const { userFolder } = context.workplace;
  const target =
    file === undefined ? join(PACKAGE_FOLDER, 'scenarios', 'schema.json') : resolve(userFolder, file);
  try {
    writeFileSync(target, schemaJson());
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new UsageError(
      `cannot write ${shownPath(target, userFolder)} (${code ?? message})`,
      'name another file',
    );
  }
  context.err.line(`wrote ${shownPath(target, userFolder)}`);
  return EXIT.ok;
}
