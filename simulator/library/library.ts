/** The library on disk: scenarios, their figures, their charts, and the page that is made of them. */

import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type LoadedScenario, loadScenario } from '../scenario/load.ts';
import type { Collected } from './collect-figures.ts';
import { formatLibraryFigures, type LibraryFigures, readLibraryFigures } from './figures-file.ts';
import { libraryPage } from './library-page.ts';

export class Library {
  /** By name, in the order of the names. */
  readonly scenarios: ReadonlyMap<string, LoadedScenario>;
  private readonly folder: string;
  private readonly charts: string;
  private kept: LibraryFigures;

  /** Reads the library of a folder with `scenarios/`. Throws ScenarioError when one of them is not sound. */
  constructor(home: string) {
    this.folder = join(home, 'scenarios');
    this.charts = join(home, 'docs', 'scenarios');
    const files = readdirSync(this.folder).filter((name) => name.endsWith('.yaml'));
    this.scenarios = new Map(
      files.sort().map((file) => {
        const loaded = loadScenario(join(this.folder, file));
        return [loaded.scenario.name, loaded];
      }),
    );
    this.kept = readLibraryFigures(this.figuresFile);
  }

  get figuresFile(): string {
    return join(this.folder, 'figures.json');
  }

  get pageFile(): string {
    return join(this.folder, 'README.md');
  }

  get figures(): LibraryFigures {
    return this.kept;
  }

  /** The page as it should be. */
  page(): string {
    const scenarios = [...this.scenarios.values()].map(({ scenario }) => scenario);
    return libraryPage(scenarios, this.kept);
  }

  /** Puts a run's figures and chart in the place of the scenario's older ones; scenarios that are gone are dropped. */
  keep(name: string, { figures, svg }: Collected): void {
    const known = Object.entries({ ...this.kept, [name]: figures });
    this.kept = Object.fromEntries(known.filter(([one]) => this.scenarios.has(one)));
    mkdirSync(this.charts, { recursive: true });
    writeFileSync(join(this.charts, `${name}.svg`), svg);
    writeFileSync(this.figuresFile, formatLibraryFigures(this.kept));
  }

  writePage(): void {
    writeFileSync(this.pageFile, this.page());
  }
}
