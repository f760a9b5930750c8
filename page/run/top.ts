export interface Ranked {
  readonly index: number;
  readonly value: number;
}

/** The largest of the first `count` values, the first of equal ones first; NaN is none. */
export function largest(values: ArrayLike<number>, count: number, most = 5): readonly Ranked[] {
  const best: Ranked[] = [];
  for (let index = 0; index < count; index++) {
    const value = values[index]!;
    if (Number.isNaN(value)) continue;
    if (best.length === most && value <= best.at(-1)!.value) continue;
    const place = best.findIndex((other) => other.value < value);
    best.splice(place < 0 ? best.length : place, 0, { index, value });
    if (best.length > most) best.pop();
  }
  return best;
}
