import type { Dim } from '../dim.js';
import type { OpOf, ScatterReduction, TensorType } from '../ir.js';
import { stridesOf, volume, type DType, type Tensor } from '../tensor.js';
import { range, resolveIndex } from './order.js';
import { requireAxis, type Checks, type Rule } from './rule.js';

type Scatter = OpOf<'scatter'>;

function inferElements({ axis }: Scatter, data: TensorType, indices: TensorType, updates: TensorType, checks: Checks) {
  const rank = data.shape.length;
  requireAxis('scatter', axis, rank, checks);
  if (indices.shape.length !== rank) checks.fail(`indices need ${rank} axes, as the data`, rank, indices.shape.length);
  indices.shape.forEach((size, other) => {
    if (other === axis) return;
    checks.require('atLeast', data.shape[other]!, size, `{expected} indices along axis ${other} of {got} elements`);
  });
  requireShape(updates.shape, indices.shape, checks);
}

function inferSlices(data: TensorType, indices: TensorType, updates: TensorType, checks: Checks) {
  const depth = indices.shape.at(-1);
  if (typeof depth !== 'number') return checks.fail('the last axis of the indices needs a known size');
  if (depth > data.shape.length) {
    checks.fail(`an index of ${depth} numbers is too long for ${data.shape.length} axes`, data.shape.length, depth);
  }
  requireShape(updates.shape, [...indices.shape.slice(0, -1), ...data.shape.slice(depth)], checks);
}

function requireShape(got: readonly Dim[], expected: readonly Dim[], checks: Checks): void {
  if (got.length !== expected.length)
    checks.fail(`updates need ${expected.length} axes, got ${got.length}`, expected.length, got.length);
  got.forEach((size, axis) => {
    checks.require('equal', size, expected[axis]!, `axis ${axis} of the updates must be {expected}, got {got}`);
  });
}

type Scalar = number | bigint;
const combine: Readonly<Record<ScatterReduction, (a: Scalar, b: Scalar, dtype: DType) => Scalar>> = {
  none: (_, b) => b,
  add: (a, b, dtype) => (dtype === 'bool' ? Number(a) | Number(b) : (a as number) + (b as number)),
  multiply: (a, b, dtype) => (dtype === 'int32' ? Math.imul(a as number, b as number) : (a as number) * (b as number)),
  maximum: (a, b) => (typeof a === 'number' ? Math.max(a, b as number) : a > b ? a : b),
  minimum: (a, b) => (typeof a === 'number' ? Math.min(a, b as number) : a < b ? a : b),
};

/** Which element of the data each element of the updates changes. */
function targets({ form, axis }: Scatter, data: Tensor, indices: Tensor, updates: Tensor): number[] {
  const strides = stridesOf(data.shape);
  if (form === 'nd') {
    const depth = indices.shape.at(-1)!;
    const slice = volume(data.shape.slice(depth));
    return range(volume(indices.shape.slice(0, -1))).flatMap((tuple) => {
      const start = range(depth).reduce((sum, d) => {
        const at = tuple * depth + d;
        return sum + resolveIndex(indices.data[at]!, data.shape[d]!, at) * strides[d]!;
      }, 0);
      return range(slice).map((at) => start + at);
    });
  }
  const own = stridesOf(indices.shape);
  return range(updates.data.length).map((at) =>
    data.shape.reduce((sum, size, other) => {
      const position = Math.floor(at / own[other]!) % indices.shape[other]!;
      return sum + (other === axis ? resolveIndex(indices.data[at]!, size, at) : position) * strides[other]!;
    }, 0),
  );
}

export const scatter: Rule<'scatter'> = {
  infer(op, inputs, checks) {
    const [data, indices, updates] = inputs as readonly [TensorType, TensorType, TensorType];
    if (indices.dtype !== 'int32' && indices.dtype !== 'int64')
      checks.fail(`indices must be int32 or int64, got ${indices.dtype}`);
    if (updates.dtype !== data.dtype) checks.fail(`updates must be ${data.dtype}, got ${updates.dtype}`);
    if (op.form === 'elements') inferElements(op, data, indices, updates, checks);
    else inferSlices(data, indices, updates, checks);
    return [{ dtype: data.dtype, shape: data.shape }];
  },
  evaluate(op, inputs) {
    const [data, indices, updates] = inputs as readonly [Tensor, Tensor, Tensor];
    const result = data.data.slice();
    targets(op, data, indices, updates).forEach((to, at) => {
      (result as unknown as Scalar[])[to] = combine[op.reduction](result[to]!, updates.data[at]!, data.dtype);
    });
    return { ...data, data: result };
  },
};
