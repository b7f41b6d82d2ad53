import type { Random } from '../environment.ts';

/** The same peers in an order drawn anew: whom many relays could ask, they do not all ask first. */
export function inRandomOrder<Peer>(peers: readonly Peer[], random: Random): Peer[] {
  const order = [...peers];
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(random.uniform() * (i + 1));
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}
