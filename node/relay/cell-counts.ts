/** What one relay or client did with the cells that came to it: plain numbers, for measuring and for tests. */

export class CellCounts {
  /** All that arrived. */
  received = 0;
  /** Passed on, to the next relay or towards the client. */
  relayed = 0;
  /** Sent by this end itself: data, answers, padding. */
  originated = 0;
  /** The admission hook had them dropped. */
  dropped = 0;
  /** The admission hook had their circuits closed. */
  closed = 0;
  /** Admitted, and of no use: unknown or unsupported commands, cells for nobody, bodies that cannot be read. */
  ignored = 0;
  /** What no honest peer sends; their circuits were closed. */
  violations = 0;
  /** Padding that arrived, and was let in. */
  padding = 0;
}
