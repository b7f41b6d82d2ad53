/** The simplex method of Nelder and Mead (1965): finds a minimum of a function of which only values are known. */

export interface Minimum {
  readonly point: number[];
  readonly value: number;
}

const FIRST_EDGE = 0.25;

/** Searches from `start` until `evaluations` are used up; a local minimum, so try several starts. */
export function minimize(
  value: (point: readonly number[]) => number,
  start: readonly number[],
  evaluations: number,
): Minimum {
  const size = start.length;
  const corner = (point: number[]): Minimum => ({ point, value: value(point) });
  const corners = [corner([...start])];
  for (let axis = 0; axis < size; axis++) {
    corners.push(corner(start.map((at, index) => (index === axis ? at + FIRST_EDGE : at))));
  }
  for (let used = size + 1; used < evaluations; ) {
    corners.sort((a, b) => a.value - b.value);
    const [best, worst] = [corners[0]!, corners[size]!];
    const centre = start.map(
      (_at, axis) => corners.slice(0, size).reduce((sum, { point }) => sum + point[axis]!, 0) / size,
    );
    const along = (factor: number): Minimum =>
      corner(centre.map((at, axis) => at + factor * (worst.point[axis]! - at)));
    const reflected = along(-1);
    used++;
    if (reflected.value < best.value) {
      const expanded = along(-2);
      used++;
      corners[size] = expanded.value < reflected.value ? expanded : reflected;
    } else if (reflected.value < corners[size - 1]!.value) {
      corners[size] = reflected;
    } else {
      const contracted = along(reflected.value < worst.value ? -0.5 : 0.5);
      used++;
      if (contracted.value < Math.min(reflected.value, worst.value)) corners[size] = contracted;
      else {
        for (let index = 1; index <= size; index++) {
          corners[index] = corner(
            corners[index]!.point.map((at, axis) => best.point[axis]! + 0.5 * (at - best.point[axis]!)),
          );
        }
        used += size;
      }
    }
  }
  return corners.reduce((best, other) => (other.value < best.value ? other : best));
}
