/**
 * Lays operators over the relays: an operator's relays share one network where one has room for them.
 *
 * Who runs which relay is not in the source of places, so the sizes come from one table and the networks
 * from another. Only the largest operators of a thinned network may have to spread over several networks.
 */

import type { RandomStream } from '../engine/random.ts';
import type { RowGroups } from './sampling.ts';

/**
 * The operator of each row, numbered from the largest down.
 *
 * `sizes` are descending and add up to the rows. A group goes to a network with room for all of it, chosen
 * by the room that it has left; where none has room, it takes the roomiest networks one after the other.
 */
export function layOperators(
  sizes: readonly number[],
  networks: RowGroups,
  stream: RandomStream,
): Uint32Array {
  const { rows, starts } = networks;
  const operator = new Uint32Array(rows.length);
  const next = starts.slice(0, -1);
  const networkCount = next.length;
  const roomOf = (network: number) => starts[network + 1]! - next[network]!;
  const take = (network: number, count: number, number: number) => {
    for (let i = 0; i < count; i++) operator[rows[next[network]++]!] = number;
  };

  /** A network with room for `size`, by room left; undefined when there is none. */
  const networkWithRoom = (size: number): number | undefined => {
    let room = 0;
    for (let network = 0; network < networkCount; network++) {
      if (roomOf(network) >= size) room += roomOf(network);
    }
    if (room === 0) return undefined;
    let left = stream.integer(room);
    for (let network = 0; network < networkCount; network++) {
      if (roomOf(network) < size) continue;
      left -= roomOf(network);
      if (left < 0) return network;
    }
    return undefined;
  };

  const roomiest = (): number => {
    let best = 0;
    for (let network = 1; network < networkCount; network++) {
      if (roomOf(network) > roomOf(best)) best = network;
    }
    return best;
  };

  const groups = sizes.filter((size) => size > 1);
  groups.forEach((size, number) => {
    let left = size;
    while (left > 0) {
      const network = networkWithRoom(left) ?? roomiest();
      const count = Math.min(left, roomOf(network));
      if (count === 0) throw new RangeError('operators have more relays than there are');
      take(network, count, number);
      left -= count;
    }
  });
  let number = groups.length;
  for (let network = 0; network < networkCount; network++) {
    for (let room = roomOf(network); room > 0; room--) take(network, 1, number++);
  }
  return operator;
}
