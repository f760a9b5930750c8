import { Refusal, type Attribute } from '../attributes.js';
import type { Build } from '../build.js';
import { printShape, type Dim } from '../dim.js';
import * as f from '../formula.js';
import type { Value } from '../ir.js';
import { defineLayer, integer, oneOf, optional } from './define.js';

/** Numbers of which each is larger than the one before. */
function ascending(): Attribute<readonly number[], readonly number[], true> {
  return {
    required: true,
    schema: { type: 'array', items: { type: 'number' }, minItems: 1 },
    expects: 'a list of ascending numbers',
    read(value) {
      if (!Array.isArray(value) || value.length === 0 || !value.every(Number.isFinite)) return new Refusal();
      const numbers = value as readonly number[];
      return numbers.every((number, at) => at === 0 || number > numbers[at - 1]!)
        ? Object.freeze([...numbers])
        : new Refusal();
    },
  };
}

/**
 * How many of the boundaries are at most x: the int32 index of the bin it falls into, from 0 to the number of boundaries.
 * Keras's Discretization, whose other output modes are this and `categoryEncoding`.
 */
export const discretization = defineLayer('discretization', {
  inputs: ['x'],
  dtype: 'int32',
  attributes: { binBoundaries: ascending() },
  parameters: {},
  lower(build, { binBoundaries }, _parameters, [x]) {
    const count = binBoundaries.length;
    const data = Float32Array.from(binBoundaries);
    const boundaries = build.op({ kind: 'constant', tensor: { dtype: 'float32', shape: [count], data } }, []);
    const own = x.shape.map((_, axis) => f.axis(axis));
    const bin = f.bind(f.convert('f32', f.load(0, own)), 'f32', (value) =>
      // Halves low ≤ bin ≤ high until they meet.
      f.fold(
        f.i32(Math.ceil(Math.log2(count + 1))),
        [
          { type: 'i32', initial: f.i32(0) },
          { type: 'i32', initial: f.i32(count) },
        ],
        (_, [low, high]) => {
          const middle = f.div(f.add(low!, high!), f.i32(2));
          const isOpen = f.less(low!, high!);
          const inside = f.min(middle, f.i32(count - 1));
          const isAbove = f.and(isOpen, f.compare('greaterOrEqual', value, f.load(1, [inside])));
          const isBelow = f.and(isOpen, f.equal(isAbove, f.i32(0)));
          return [f.select(isAbove, f.add(middle, f.i32(1)), low!), f.select(isBelow, middle, high!)];
        },
        ([low]) => low!,
      ),
    );
    return build.compute('int32', x.shape, bin, x, boundaries);
  },
});

/** An element of `x` as a category; `forward` fails on one that is not from 0 to below the number of tokens. */
function category(x: Value, indices: readonly f.Formula[], tokens: number, use: (id: f.Formula) => f.Formula) {
  const position = indices.reduce<f.Formula>(
    (before, index, axis) => f.add(f.mul(before, f.size(x.shape[axis]!)), index),
    f.i32(0),
  );
  return f.bind(f.convert('i32', f.load(0, indices)), 'i32', (id) =>
    f.check(f.inside(id, f.i32(tokens)), position, use(id)),
  );
}

function oneHot(build: Build, x: Value, tokens: number): Value {
  const isColumn = x.shape.at(-1) === 1;
  const kept = isColumn ? x.shape.slice(0, -1) : x.shape;
  const own = kept.map((_, axis) => f.axis(axis));
  const indices = isColumn ? [...own, f.i32(0)] : own;
  const formula = category(x, indices, tokens, (id) => f.convert('f32', f.equal(id, f.axis(kept.length))));
  return build.compute('float32', [...kept, tokens], formula, x);
}

/** What each token has in [batch, …, tokens], folded over the categories of the last axis. */
function folded(build: Build, x: Value, weights: Value | undefined, tokens: number, counts: boolean): Value {
  const kept: readonly Dim[] = x.shape.slice(0, -1);
  const own = kept.map((_, axis) => f.axis(axis));
  const formula = f.accumulate(f.f32(0), 'f32', [f.size(x.shape.at(-1)!)], (total, [index]) => {
    const indices = [...own, index!];
    const weight = weights ? f.convert('f32', f.load(1, indices)) : f.f32(1);
    const next = counts ? f.add(total, weight) : f.f32(1);
    return category(x, indices, tokens, (id) => f.select(f.equal(id, f.axis(kept.length)), next, total));
  });
  return build.compute('float32', [...kept, tokens], formula, x, ...(weights ? [weights] : []));
}

/**
 * Categories from 0 to below `numTokens`, as vectors of that many elements. `oneHot` gives each category a vector, in a new
 * last axis or in the place of one of size 1. The others give the categories of the last axis one vector: `multiHot` has 1
 * for those that occur, `count` how often they do, or the sum of their `countWeights`, of x's shape. Keras's CategoryEncoding.
 */
export const categoryEncoding = defineLayer('categoryEncoding', {
  inputs: ['x', 'countWeights?'],
  attributes: { numTokens: integer(), outputMode: optional(oneOf('multiHot', 'oneHot', 'count'), 'multiHot') },
  parameters: {},
  lower(build, { numTokens, outputMode }, _parameters, [x, weights]) {
    if (x.shape.length === 0) build.fail('expects (batch, …), got ()');
    if (weights && outputMode !== 'count') build.fail(`takes countWeights only with outputMode 'count'`);
    if (outputMode === 'oneHot') return oneHot(build, x, numTokens);
    if (weights) requireShape(build, weights, x);
    return folded(build, x, weights, numTokens, outputMode === 'count');
  },
});

function requireShape(build: Build, weights: Value, x: Value): void {
  const shapes = `${printShape(x.shape)} and countWeights ${printShape(weights.shape)}`;
  if (weights.shape.length !== x.shape.length) build.fail(`categories ${shapes} differ in rank`);
  weights.shape.forEach((size, axis) => {
    build.require('equal', size, x.shape[axis]!, `categories ${shapes} differ on axis ${axis}: {expected} and {got}`);
  });
}
