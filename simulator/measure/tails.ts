/** The busiest and the idlest relays: those with the most consensus weight, and those with the least. */

/**
 * Indexes of `share` of the relays at each end, rising; at least one each. Of equal weights the lower index counts as
 * the lighter one.
 */
export function tails(weight: Float64Array, share: number): { heaviest: Uint32Array; lightest: Uint32Array } {
  if (!(share > 0 && share <= 0.5)) throw new RangeError(`a share of ${share} at each end`);
  const order = Uint32Array.from(weight, (_weight, relay) => relay).sort(
    (a, b) => (weight[a] as number) - (weight[b] as number) || a - b,
  );
  const count = Math.min(order.length, Math.max(1, Math.round(order.length * share)));
  return { lightest: order.slice(0, count).sort(), heaviest: order.slice(order.length - count).sort() };
}
