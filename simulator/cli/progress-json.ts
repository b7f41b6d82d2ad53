/**
 * Progress for programs: one JSON object a line, on stderr, in the place of the bar.
 *
 * A line that tells progress begins with `{"event":`; every other line on stderr is a message for people. Relays are
 * told once, when they begin or cease to run the update, so that all lines of a run together stay small: about 20
 * bytes a relay and arm. Seconds count from the release of the first update.
 */

import type { ArmProgress } from '../arms/arm-progress.ts';
import type { ArmChange, EventLine, RunFacts } from '../arms/progress-lines.ts';
import type { Progress } from '../arms/run-contract.ts';
import { roundTime } from '../measure/rounding.ts';
import type { Population } from '../population/population.ts';
import type { Output } from './output.ts';
import type { ProgressDisplay } from './progress.ts';

/** Remembers what was told of an arm's relays, and tells the rest. */
class ArmTeller {
  private readonly isTold: Uint8Array;
  private readonly isOut: Uint8Array;
  private readonly counted: number;
  private reached = 0;
  private out = 0;

  constructor({ relays, cohort }: ArmProgress) {
    this.isTold = new Uint8Array(relays);
    this.isOut = new Uint8Array(relays);
    this.counted = cohort === null ? relays : cohort.reduce((sum, one) => sum + one, 0);
  }

  changes({ name, relays: count, cohort, activatedSeconds, isRemoved }: ArmProgress): ArmChange {
    const [relays, seconds, removed, restored]: number[][] = [[], [], [], []];
    for (let relay = 0; relay < count; relay++) {
      if (cohort !== null && cohort[relay] !== 1) continue;
      if (this.isTold[relay] === 0) {
        const since = activatedSeconds(relay);
        if (!Number.isFinite(since)) continue;
        this.isTold[relay] = 1;
        relays.push(relay);
        seconds.push(roundTime(since));
      }
      const isOut = isRemoved(relay) ? 1 : 0;
      if (isOut === this.isOut[relay]) continue;
      this.isOut[relay] = isOut;
      (isOut === 1 ? removed : restored).push(relay);
    }
    this.reached += relays.length;
    this.out += removed.length - restored.length;
    const running = this.reached - this.out;
    const { counted, reached } = this;
    return { name, counted, reached, running, relays, seconds, removed, restored };
  }
}

/** Writes the lines. */
export class JsonProgress implements ProgressDisplay {
  private readonly output: Output;
  private readonly tellers = new Map<string, ArmTeller>();

  constructor(output: Output) {
    this.output = output;
  }

  begin(facts: RunFacts): void {
    this.tell({ event: 'begin', ...facts });
  }

  population({ countries, country }: Population): void {
    this.tell({ event: 'relays', countries, country: [...country] });
  }

  update({ phase, virtualSeconds, durationSeconds, arm }: Progress): void {
    this.tell({
      event: 'progress',
      phase,
      virtualSeconds: roundTime(virtualSeconds),
      durationSeconds,
      ...(arm !== undefined && { arm: this.changesOf(arm) }),
    });
  }

  armEnded(arm: ArmProgress): void {
    this.tell({ event: 'arm', arm: this.changesOf(arm) });
  }

  written(directory: string): void {
    this.tell({ event: 'written', directory });
  }

  stop(): void {}

  private changesOf(arm: ArmProgress): ArmChange {
    let teller = this.tellers.get(arm.name);
    if (teller === undefined) this.tellers.set(arm.name, (teller = new ArmTeller(arm)));
    return teller.changes(arm);
  }

  private tell(line: EventLine): void {
    this.output.line(JSON.stringify(line));
  }
}
