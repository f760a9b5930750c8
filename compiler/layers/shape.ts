import { floorDiv, mul, printShape, product, sub, type Dim } from '../dim.js';
import type { Build } from '../build.js';
import * as f from '../formula.js';
import { channelsLast } from './data-format.js';
import { dataFormat, defineLayer, integer, integers, Refusal, type Attribute } from './define.js';

/** The input itself. */
export const identity = defineLayer('identity', {
  inputs: ['x'],
  attributes: {},
  parameters: {},
  lower: (_build, _options, _parameters, [x]) => x,
});

/** [batch, …] → [batch, features]. Channels become the fastest feature, also where they come first. */
export const flatten = defineLayer('flatten', {
  inputs: ['x'],
  attributes: { dataFormat: dataFormat() },
  parameters: {},
  lower(build, options, _parameters, [x]) {
    if (x.shape.length === 2) return x;
    const ordered = x.shape.length > 2 ? channelsLast(build, x, options.dataFormat) : x;
    const [batch, ...features] = ordered.shape;
    if (batch === undefined) return build.fail('expects (batch, …), got ()');
    return build.reshape(ordered, [batch, product(features)]);
  },
});

/** Sizes without the batch, of which one may be −1: whatever is left. */
function targetShape(): Attribute<readonly number[], readonly number[], true> {
  const list = integers({ min: -1 });
  const expects = 'a list of integers of at least 1, of which one may be -1';
  return {
    ...list,
    expects,
    read(value) {
      const sizes = list.read(value);
      if (sizes instanceof Refusal || sizes.includes(0)) return new Refusal();
      return sizes.filter((size) => size === -1).length > 1 ? new Refusal() : sizes;
    },
  };
}

/** [batch, …] → [batch, …targetShape] */
export const reshape = defineLayer('reshape', {
  inputs: ['x'],
  attributes: { targetShape: targetShape() },
  parameters: {},
  lower(build, options, _parameters, [x]) {
    const [batch, ...sizes] = x.shape;
    if (batch === undefined) return build.fail('expects (batch, …), got ()');
    const target = settle(build, batch, product(sizes), options.targetShape, printShape(x.shape));
    return build.reshape(x, [batch, ...target]);
  },
});

function settle(build: Build, batch: Dim, count: Dim, target: readonly number[], from: string): readonly Dim[] {
  const known = target.filter((size) => size !== -1).reduce((all, size) => all * size, 1);
  const message = `cannot reshape ${from} to ${printShape([batch, ...target])}`;
  if (!target.includes(-1)) {
    build.require('equal', count, known, message);
    return target;
  }
  const rest = floorDiv(count, known);
  build.require('equal', sub(count, mul(rest, known)), 0, message);
  return target.map((size) => (size === -1 ? rest : size));
}

/** Reorders the axes after the batch, which count from 1. */
export const permute = defineLayer('permute', {
  inputs: ['x'],
  attributes: { dims: integers({ min: 1 }) },
  parameters: {},
  lower(build, { dims }, _parameters, [x]) {
    const rank = x.shape.length - 1;
    const isPermutation = dims.length === rank && dims.every((dim) => dim <= rank) && new Set(dims).size === rank;
    if (!isPermutation) {
      const axes = Array.from({ length: Math.max(rank, 0) }, (_, axis) => axis + 1);
      build.fail(
        `dims [${dims.join(', ')}] is not a permutation of [${axes.join(', ')}], the axes of ${printShape(x.shape)}`,
      );
    }
    return build.op({ kind: 'transpose', permutation: [0, ...dims] }, [x]);
  },
});

/** Reorders all axes, which count from 0: output axis i is input axis `permutation[i]`. */
export const transpose = defineLayer('transpose', {
  inputs: ['x'],
  attributes: { permutation: integers({ min: 0 }) },
  parameters: {},
  lower(build, { permutation }, _parameters, [x]) {
    const rank = x.shape.length;
    if (
      permutation.length !== rank ||
      new Set(permutation).size !== rank ||
      !permutation.every((axis) => axis < rank)
    ) {
      const [given, axes] = [permutation, [...x.shape.keys()]].map((list) => `[${list.join(', ')}]`);
      build.fail(`permutation ${given} is not one of ${axes}, the axes of ${printShape(x.shape)}`);
    }
    return build.op({ kind: 'transpose', permutation }, [x]);
  },
});

/** Parts that are joined one by one; of more the graph would grow with the number. */
const MOST_PARTS = 64;

/** [batch, features] → [batch, n, features] */
export const repeatVector = defineLayer('repeatVector', {
  inputs: ['x'],
  attributes: { n: integer() },
  parameters: {},
  lower(build, { n }, _parameters, [x]) {
    const [batch, features] = x.shape;
    if (x.shape.length !== 2) build.fail(`expects (batch, features), got ${printShape(x.shape)}`);
    const row = build.reshape(x, [batch!, 1, features!]);
    if (n <= MOST_PARTS) return build.op({ kind: 'concat', axis: 1 }, new Array<typeof row>(n).fill(row));
    return build.compute(x.dtype, [batch!, n, features!], f.load(0, [f.axis(0), f.axis(2)]), x);
  },
});
