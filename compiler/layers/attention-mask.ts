import { binary, element, scalar, select, type Build } from '../build.js';
import { printShape, type Dim } from '../dim.js';
import * as f from '../formula.js';
import type { Value } from '../ir.js';

/** Of scores to which it is added nothing is left, so that a query that sees no key weighs all of them equally. */
export const NEARLY_LOWEST = -0.7 * 3.4028234663852886e38;

/** What queries see: the attributes of op `attention`. */
export interface Sight {
  readonly bias: Value | undefined;
  /** As the op has it. */
  readonly past: number | null;
}

/** Which scores [batch, heads, queries, keys] a layer hides. */
export interface Hiding {
  /** Elements that are not 0 stand for keys that are seen; its four axes are those of the scores, or 1. */
  readonly mask: Value | undefined;
  readonly causal: boolean;
  readonly queries: Dim;
  readonly keys: Dim;
  /** What is added to scores that are hidden. */
  readonly hidden: number;
}

const isSet = (input: Value, indices: readonly f.Formula[]): f.Formula =>
  f.compare('notEqual', f.load(0, indices), f.number(f.scalarOf(input.dtype), 0));

/** What to add to scores, or that the op hides later keys by itself. */
export function sightOf(build: Build, { mask, causal, queries, keys, hidden }: Hiding): Sight {
  if (!mask) return { bias: undefined, past: causal ? 0 : null };
  return { bias: biasOf(build, { mask, causal, queries, keys, hidden }), past: null };
}

/** What to add to scores; undefined where all of them are seen. */
export function biasOf(build: Build, { mask, causal, queries, keys, hidden }: Hiding): Value | undefined {
  const isReached = f.compare('lessOrEqual', f.axis(3), f.axis(2));
  const bias = (shape: readonly Dim[], isSeen: f.Formula): Value =>
    build.compute('float32', shape, f.select(isSeen, f.f32(0), f.f32(hidden)), ...(mask ? [mask] : []));
  if (!mask) return causal ? bias([1, 1, queries, keys], isReached) : undefined;
  const indices = mask.shape.map((size, axis) => (size === 1 ? f.i32(0) : f.axis(axis)));
  if (!causal) return bias(mask.shape, isSet(mask, indices));
  return bias([mask.shape[0]!, mask.shape[1]!, queries, keys], f.and(isSet(mask, indices), isReached));
}

/** A mask of examples and steps [batch, time], of which the size of the steps is checked. */
export function expectStepMask(build: Build, mask: Value, batch: Dim, time: Dim, what: string): void {
  if (mask.shape.length !== 2) build.fail(`expects a mask (batch, time) of the ${what}, got ${printShape(mask.shape)}`);
  const message = (axis: number): string =>
    `the mask of the ${what} has size {got} on axis ${axis}, expected {expected}`;
  [batch, time].forEach((size, axis) => build.require('equal', mask.shape[axis]!, size, message(axis)));
}

/** A mask [batch, time] of any type with 1 where it is not 0. */
export const ones = (build: Build, mask: Value): Value =>
  build.compute('float32', mask.shape, f.convert('f32', isSet(mask, [f.axis(0), f.axis(1)])), mask);

/** Masks of as many axes as scores have, each of their sizes or 1, in one that sees what all of them do; undefined for none. */
export function jointMask(build: Build, masks: readonly Value[]): Value | undefined {
  const [first] = masks;
  if (!first || masks.length === 1) return first;
  const shape = first.shape.map((_, at) => masks.map((mask) => mask.shape[at]!).find((size) => size !== 1) ?? 1);
  const parts = masks.map((mask, index) => {
    const indices = mask.shape.map((size, at) => (size === 1 ? f.i32(0) : f.axis(at)));
    return f.compare('notEqual', f.load(index, indices), f.number(f.scalarOf(mask.dtype), 0));
  });
  return build.compute('bool', shape, parts.reduce(f.and), ...masks);
}

/** x [batch, time, features] with zeros where a mask [batch, time] has them. */
export function zeroed(build: Build, x: Value, mask: Value): Value {
  const column = build.reshape(ones(build, mask), [...mask.shape, 1]);
  return build.elementwise(select('equal', element(1), scalar(0), scalar(0), element(0)), x, column);
}

/** The product of every element with a scalar. */
export const scaled = (build: Build, x: Value, by: Value): Value =>
  build.elementwise(binary('multiply', element(0), element(1)), x, by);
