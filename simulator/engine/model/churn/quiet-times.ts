/**
 * Times in which links and the mesh may change at a stroke, since no message depends on how.
 *
 * Whoever runs a module next week cannot tell which of two links came up first today. So beyond the first month of a run,
 * and far from any publication, a link is up at both ends when it is dialled, its streams are open, and a GRAFT arrives as
 * it is sent: a tenth of the events. Long enough before a publication everything is followed again, so that what is under
 * way when it comes out is what would be.
 */

/** So long from its beginning a run is followed event by event. */
export const FOLLOWED_US = 30 * 86_400e6;
/** Before a publication, and after it. A link is made, and the mesh has answered, within a minute. */
export const AROUND_PUBLICATION_US = 600e6;

export class QuietTimes {
  /** Moments at which it becomes quiet, or ends to be, in turn. */
  private readonly turnsUs: readonly number[];
  private at = 0;

  constructor(publicationsUs: readonly number[], followedUs = FOLLOWED_US) {
    const turnsUs: number[] = [];
    let fromUs = followedUs;
    for (const atUs of [...publicationsUs].sort((a, b) => a - b)) {
      const untilUs = atUs - AROUND_PUBLICATION_US;
      if (untilUs > fromUs) turnsUs.push(fromUs, untilUs);
      fromUs = Math.max(fromUs, atUs + AROUND_PUBLICATION_US);
    }
    this.turnsUs = [...turnsUs, fromUs];
  }

  /** When the next turn comes; Infinity where none is left. */
  get nextUs(): number {
    return this.turnsUs[this.at] ?? Number.POSITIVE_INFINITY;
  }

  /** Takes the next turn; answers whether it is quiet from now on. */
  take(): boolean {
    return this.at++ % 2 === 0;
  }
}
