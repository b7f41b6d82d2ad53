import type { PeerName, Random } from '../environment.ts';

/** The same peers in an order drawn anew: whom many relays could ask, they do not all ask first. */
export function inRandomOrder(peers: readonly PeerName[], random: Random): PeerName[] {
  const names = [...peers];
  for (let i = names.length - 1; i > 0; i--) {
    const j = Math.floor(random.uniform() * (i + 1));
    [names[i], names[j]] = [names[j]!, names[i]!];
  }
  return names;
}
