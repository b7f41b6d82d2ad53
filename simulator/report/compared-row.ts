/** One figure of a comparison in words. */
export interface ComparedRow {
  readonly arm: string;
  readonly figure: string;
  readonly a: string;
  readonly b: string;
  /** B - A, with its interval where there are several pairs of runs. */
  readonly between: string;
  readonly verdict: string;
}
