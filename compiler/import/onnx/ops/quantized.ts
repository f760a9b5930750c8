import { mul } from '../../../dim.js';
import { ImportError } from '../../../errors.js';
import * as f from '../../../formula.js';
import type { Value } from '../../../ir.js';
import type { NodeContext } from '../context.js';
import { convolveMap } from '../../../expand/convolve-map.js';
import type { Expand, Operators } from '../define.js';
import { exactly, requantize, shift } from '../exact.js';
import { each } from '../../../expand/integers.js';
import { multiply } from '../../../expand/multiply.js';
import { channelsFirst, channelsLast, sliceAxis } from '../../../expand/axes.js';
import { kernelOf, spatialOf, windowOf } from '../window.js';

/** One number for each filter as it stands beside a tensor of `rank` axes whose axis `axis` they are; others as they are. */
const along = ({ build }: NodeContext, value: Value, axis: number, rank: number): Value =>
  value.shape.length === 1
    ? build.reshape(value, [
        ...new Array<number>(axis).fill(1),
        value.shape[0]!,
        ...new Array<number>(rank - axis - 1).fill(1),
      ])
    : value;

/** The bytes of a type that a node quantizes to. */
function byteOf(context: NodeContext, value: Value): 'uint8' | 'int8' {
  if (value.dtype === 'uint8' || value.dtype === 'int8') return value.dtype;
  throw new ImportError('dtype', context.build.subject, `takes uint8 or int8, got ${value.dtype}`);
}

/** The int32 convolution of bytes: channels are convolved in as many parts as keep float32 exact. */
function convolveBytes(
  context: NodeContext,
  [x, zero]: readonly [Value, Value | undefined],
  [w, weightZero]: readonly [Value, Value | undefined],
): Value {
  const { build } = context;
  const spatial = spatialOf(context, x);
  const kernel = kernelOf(context, w);
  const window = windowOf(context, spatial, kernel);
  const groups = context.int('group', 1);
  const left = shift(context, channelsLast(build, x), zero);
  const right = shift(context, w, weightZero && along(context, weightZero, 0, w.shape.length));
  const taps = kernel.reduce((count, size) => count * size, 1);
  const [, perGroup] = w.shape;
  const map = left.values;
  const outer = map.shape.slice(0, -1);
  const sums = exactly(context, [left, right], mul(perGroup!, taps), taps, (start, count) => {
    const grouped = build.reshape(map, [...outer, groups, perGroup!]);
    const own = sliceAxis(build, grouped, grouped.shape.length - 1, start, count);
    const part = count === perGroup ? map : build.reshape(own, [...outer, groups * count]);
    return convolveMap(build, part, sliceAxis(build, right.values, 1, start, count), { ...window, groups });
  });
  return channelsFirst(build, sums);
}

/** The int32 product of bytes. */
function multiplyBytes(
  context: NodeContext,
  [a, zero]: readonly [Value, Value | undefined],
  [b, columnZero]: readonly [Value, Value | undefined],
): Value {
  const { build } = context;
  const left = shift(context, a, zero && rowsOf(context, zero, a));
  const right = shift(context, b, columnZero);
  const inner = a.shape.at(-1)!;
  return exactly(context, [left, right], inner, 1, (start, count) => {
    const columns = sliceAxis(build, left.values, a.shape.length - 1, start, count);
    const rows = sliceAxis(build, right.values, Math.max(0, b.shape.length - 2), start, count);
    return multiply(context, columns, rows);
  });
}

/** A number for each row of a matrix, as a column beside it; one number as it is. */
const rowsOf = ({ build }: NodeContext, value: Value, matrix: Value): Value =>
  value.shape.length === 1 && value.shape[0] !== 1 && matrix.shape.length > 1
    ? build.reshape(value, [value.shape[0]!, 1])
    : value;

const matmulInteger: Expand = (context, inputs) => {
  const [a, b] = [context.input(inputs, 0), context.input(inputs, 1)];
  return multiplyBytes(context, [a, inputs[2]], [b, inputs[3]]);
};

const convInteger: Expand = (context, inputs) => {
  const [x, w] = [context.input(inputs, 0), context.input(inputs, 1)];
  return convolveBytes(context, [x, inputs[2]], [w, inputs[3]]);
};

const linearMatmul: Expand = (context, inputs) => {
  const [a, scale, zero, b, columnScale, columnZero, outputScale] = inputs.map((_, at) => context.input(inputs, at)) as [
    Value, Value, Value, Value, Value, Value, Value,
  ]; // prettier-ignore
  const outputZero = context.input(inputs, 7);
  const sums = multiplyBytes(context, [a, zero], [b, columnZero]);
  const scales = [rowsOf(context, scale, a), columnScale, rowsOf(context, outputScale, a)] as const;
  return requantize(context, sums, scales, rowsOf(context, outputZero, a), byteOf(context, outputZero));
};

const linearConv: Expand = (context, inputs) => {
  const [x, scale, zero, w, weightScale, weightZero, outputScale, outputZero] = [0, 1, 2, 3, 4, 5, 6, 7].map((at) =>
    context.input(inputs, at),
  ) as [Value, Value, Value, Value, Value, Value, Value, Value];
  const sums = convolveBytes(context, [x, zero], [w, weightZero]);
  const rank = x.shape.length;
  const bias = inputs[8];
  const biased = bias
    ? each(context, 'int32', [sums, along(context, bias, 1, rank)], ([sum, more]) => f.add(sum!, more!))
    : sums;
  const scales = [scale, along(context, weightScale, 1, rank), outputScale] as const;
  return requantize(context, biased, scales, outputZero, byteOf(context, outputZero));
};

/** Products of bytes. */
export const quantizedProducts: Operators = {
  MatMulInteger: { 10: matmulInteger },
  ConvInteger: { 10: convInteger },
  QLinearMatMul: { 10: linearMatmul },
  QLinearConv: { 10: linearConv },
};
