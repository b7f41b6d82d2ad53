/**
 * A copy of the project in a folder for temporary files: what is tried out is tried there, not in the tree that one works in.
 *
 * It has every file that Git knows of or would take, as it stands, committed or not; packages are linked.
 */

import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export class TreeCopy {
  /** The copy of the project. */
  readonly root: string;
  /** Where what runs in the copy puts its temporary files. */
  readonly temporary: string;
  private readonly folder: string;

  constructor(project: string) {
    this.folder = mkdtempSync(join(tmpdir(), 'relaywave-copy-'));
    this.root = join(this.folder, 'project');
    this.temporary = join(this.folder, 'tmp');
    mkdirSync(this.temporary);
    const list = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
    const files = execFileSync('git', list, { cwd: project, encoding: 'utf8', maxBuffer: 1e8 }).split('\0');
    for (const file of files) {
      if (file === '' || !existsSync(join(project, file))) continue;
      mkdirSync(dirname(join(this.root, file)), { recursive: true });
      copyFileSync(join(project, file), join(this.root, file));
    }
    this.linkPackages(join(project, 'node_modules'));
  }

  /** All but what starts with a dot and is no command: caches of the project must not fill up with what is tried. */
  private linkPackages(packages: string): void {
    const own = join(this.root, 'node_modules');
    mkdirSync(own);
    for (const name of readdirSync(packages)) {
      if (!name.startsWith('.') || name === '.bin') symlinkSync(join(packages, name), join(own, name));
    }
  }

  read(file: string): string {
    return readFileSync(join(this.root, file), 'utf8');
  }

  write(file: string, content: string): void {
    writeFileSync(join(this.root, file), content);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
