export function compiledProgram(root: string, entry: string): Promise<string>;
