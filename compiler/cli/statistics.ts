import { thousands } from '../text.js';

type Numbers = ArrayLike<number | bigint>;

export interface Statistics {
  readonly min: number;
  readonly mean: number;
  readonly max: number;
}

const FEW = 6;
const FIRST = 3;

/** NaN where one of the values is, or there is none. */
export function describeValues(data: Numbers): Statistics {
  let [min, sum, max] = [Infinity, 0, -Infinity];
  for (let i = 0; i < data.length; i++) {
    const value = Number(data[i]);
    min = Math.min(min, value);
    max = Math.max(max, value);
    sum += value;
  }
  return data.length === 0 ? { min: NaN, mean: NaN, max: NaN } : { min, mean: sum / data.length, max };
}

/** Four significant digits. */
const figure = (value: number | bigint): string =>
  typeof value === 'bigint' || Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(4)));

/** `min 0`, `mean 1.031`, `max 3.884`, `[1.221, 0, 0.887, … 128 values]` */
export function printValues(data: Numbers): string[] {
  const { min, mean, max } = describeValues(data);
  const first = Array.from({ length: data.length > FEW ? FIRST : data.length }, (_, i) => figure(data[i]!));
  if (data.length > FEW) first.push(`… ${thousands(data.length)} values`);
  return [`min ${figure(min)}`, `mean ${figure(mean)}`, `max ${figure(max)}`, `[${first.join(', ')}]`];
}
