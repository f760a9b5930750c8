import { add, equal, printShape, product } from '../dim.js';
import { allocate, stridesOf, volume, type Tensor } from '../tensor.js';
import { requireAxis, type Rule } from './rule.js';

/** A tensor of `shape` whose element at `index` is the source's at `from(index)`, or `otherwise` where that is negative. */
function rearrange(
  source: Tensor,
  shape: readonly number[],
  from: (index: readonly number[]) => number,
  otherwise = 0,
): Tensor {
  const data = allocate(source.dtype, volume(shape));
  const strides = stridesOf(shape);
  const wide = typeof source.data[0] === 'bigint';
  for (let at = 0; at < data.length; at++) {
    const at2 = from(shape.map((size, axis) => Math.floor(at / strides[axis]!) % size));
    (data as unknown as (number | bigint)[])[at] = at2 < 0 ? (wide ? BigInt(otherwise) : otherwise) : source.data[at2]!;
  }
  return { dtype: source.dtype, shape, data };
}

const offset = (index: readonly number[], strides: readonly number[]): number =>
  index.reduce((sum, position, axis) => sum + position * strides[axis]!, 0);

export const reshape: Rule<'reshape'> = {
  infer({ shape }, [x], checks) {
    const [from, to] = [product(x!.shape), product(shape)];
    const text = `cannot reshape ${printShape(x!.shape)} to ${printShape(shape)}`;
    if (!equal(from, to)) checks.require('equal', to, from, text);
    return [{ dtype: x!.dtype, shape }];
  },
  evaluate: (_op, [x], shape) => ({ dtype: x!.dtype, shape, data: x!.data }),
};

export const transpose: Rule<'transpose'> = {
  infer({ permutation }, [x], checks) {
    const rank = x!.shape.length;
    const valid = permutation.length === rank && [...permutation].sort((a, b) => a - b).every((axis, i) => axis === i);
    if (!valid) checks.fail(`(${permutation.join(', ')}) is not a permutation of ${rank} axes`);
    return [{ dtype: x!.dtype, shape: permutation.map((axis) => x!.shape[axis]!) }];
  },
  evaluate({ permutation }, [x], shape) {
    const strides = stridesOf(x!.shape);
    return rearrange(x!, shape, (index) =>
      offset(
        index,
        permutation.map((axis) => strides[axis]!),
      ),
    );
  },
};

export const concat: Rule<'concat'> = {
  infer({ axis }, inputs, checks) {
    const first = inputs[0]!;
    const rank = first.shape.length;
    if (axis < 0 || axis >= rank) checks.fail(`concatenation axis ${axis} is outside an input of rank ${rank}`);
    for (const input of inputs.slice(1)) {
      if (input.dtype !== first.dtype) checks.fail(`inputs to concatenate are ${first.dtype} and ${input.dtype}`);
      if (input.shape.length !== rank)
        checks.fail('inputs to concatenate have different ranks', rank, input.shape.length);
      input.shape.forEach((size, other) => {
        const what = `inputs to concatenate differ on axis ${other}: {expected} and {got}`;
        if (other !== axis) checks.require('equal', size, first.shape[other]!, what);
      });
    }
    const total = inputs.map((input) => input.shape[axis]!).reduce(add, 0);
    return [{ dtype: first.dtype, shape: first.shape.map((size, other) => (other === axis ? total : size)) }];
  },
  evaluate({ axis }, inputs, shape) {
    const data = allocate(inputs[0]!.dtype, volume(shape));
    const inner = volume(shape.slice(axis + 1));
    const step = shape[axis]! * inner;
    let start = 0;
    for (const input of inputs) {
      const run = input.shape[axis]! * inner;
      for (let outer = 0; outer < volume(shape.slice(0, axis)); outer++) {
        (data as Float32Array).set(
          (input.data as Float32Array).subarray(outer * run, (outer + 1) * run),
          start + outer * step,
        );
      }
      start += run;
    }
    return { dtype: inputs[0]!.dtype, shape, data };
  },
};

export const pad: Rule<'pad'> = {
  infer: ({ padding }, [x], checks) => [
    {
      dtype: x!.dtype,
      shape: x!.shape.map((size, axis) => {
        const [before, after] =
          padding[axis] ?? checks.fail(`padding covers ${padding.length} of ${x!.shape.length} axes`);
        return add(add(size, before), after);
      }),
    },
  ],
  evaluate({ padding, value }, [x], shape, { size }) {
    const strides = stridesOf(x!.shape);
    const before = padding.map(([start]) => size(start));
    return rearrange(
      x!,
      shape,
      (index) => {
        const inside = index.map((position, axis) => position - before[axis]!);
        return inside.every((position, axis) => position >= 0 && position < x!.shape[axis]!)
          ? offset(inside, strides)
          : -1;
      },
      value,
    );
  },
};

export const slice: Rule<'slice'> = {
  infer({ starts, steps, sizes }, [x], checks) {
    const rank = x!.shape.length;
    if ([starts, steps, sizes].some(({ length }) => length !== rank)) checks.fail(`a slice must cover ${rank} axes`);
    return [{ dtype: x!.dtype, shape: sizes }];
  },
  evaluate({ starts, steps }, [x], shape, { size }) {
    const strides = stridesOf(x!.shape);
    return rearrange(x!, shape, (index) =>
      offset(
        index.map((position, axis) => size(starts[axis]!) + position * steps[axis]!),
        strides,
      ),
    );
  },
};

export const gather: Rule<'gather'> = {
  infer({ axis }, [x, indices], checks) {
    requireAxis('gathering', axis, x!.shape.length, checks);
    if (indices!.dtype !== 'int32' && indices!.dtype !== 'int64') {
      checks.fail(`indices must be int32 or int64, got ${indices!.dtype}`);
    }
    return [{ dtype: x!.dtype, shape: [...x!.shape.slice(0, axis), ...indices!.shape, ...x!.shape.slice(axis + 1)] }];
  },
  evaluate({ axis, wrap }, [x, indices], shape) {
    const strides = stridesOf(x!.shape);
    const own = stridesOf(indices!.shape);
    const end = axis + indices!.shape.length;
    const length = x!.shape[axis]!;
    const rows = Array.from(indices!.data as ArrayLike<number | bigint>, (index, at) => {
      const row = wrap && index < 0 ? Number(index) + length : Number(index);
      if (row < 0 || row >= length) throw new RangeError(`the index at position ${at} is out of range`);
      return row;
    });
    return rearrange(x!, shape, (index) =>
      offset([...index.slice(0, axis), rows[offset(index.slice(axis, end), own)]!, ...index.slice(end)], strides),
    );
  },
};
