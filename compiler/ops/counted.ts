import { product, type Dim } from '../dim.js';
import { stridesOf, volume, type Tensor } from '../tensor.js';
import { compareElements, longs, pick, range } from './order.js';
import { countOf, requireAxis, type JointRule } from './rule.js';

export const nonZero: JointRule<'nonZero'> = {
  infer: ({ count }, [x], checks) => [
    { dtype: 'int64', shape: [x!.shape.length, countOf(count, product(x!.shape), checks)] },
  ],
  evaluateAll(_op, [x]) {
    const found = range(x!.data.length).filter((at) => Number(x!.data[at]) !== 0);
    const strides = stridesOf(x!.shape);
    const positions = x!.shape.map((size, axis) => found.map((at) => Math.floor(at / strides[axis]!) % size));
    return [longs(positions.flat(), [x!.shape.length, found.length])];
  },
};

/** Offsets of the elements of some slices of a tensor across an axis, slices outside in the order of the tensor. */
function offsetsOf(shape: readonly number[], axis: number, slices: readonly number[]): number[] {
  const inner = volume(shape.slice(axis + 1));
  return range(volume(shape.slice(0, axis))).flatMap((outer) =>
    slices.flatMap((slice) => range(inner).map((i) => (outer * shape[axis]! + slice) * inner + i)),
  );
}

/** A tensor as it is cut into slices: flat unless there is an axis. */
const cut = (x: Tensor, axis: number | null): { x: Tensor; along: number } =>
  axis === null ? { x: { ...x, shape: [x.data.length] }, along: 0 } : { x, along: axis };

const resized = <D>(shape: readonly D[], axis: number | null, count: D): D[] =>
  axis === null ? [count] : shape.map((size, at) => (at === axis ? count : size));

export const compress: JointRule<'compress'> = {
  infer({ axis, count }, [x, condition], checks) {
    if (axis !== null) requireAxis('compression', axis, x!.shape.length, checks);
    if (condition!.dtype !== 'bool' || condition!.shape.length !== 1) checks.fail('a condition is bool, with one axis');
    const [most] = condition!.shape as readonly [Dim];
    const size = axis === null ? product(x!.shape) : x!.shape[axis]!;
    checks.require('atLeast', size, most, 'a condition of {expected} is longer than the {got} it selects from');
    return [{ dtype: x!.dtype, shape: resized<Dim>(x!.shape, axis, countOf(count, most, checks)) }];
  },
  evaluateAll({ axis }, [whole, condition]) {
    const { x, along } = cut(whole!, axis);
    const kept = range(condition!.data.length).filter((at) => condition!.data[at] !== 0);
    return [pick(x, offsetsOf(x.shape, along, kept), resized(x.shape, along, kept.length))];
  },
};

export const unique: JointRule<'unique'> = {
  infer({ axis, count }, [x], checks) {
    if (axis !== null) requireAxis('uniqueness', axis, x!.shape.length, checks);
    const size = axis === null ? product(x!.shape) : x!.shape[axis]!;
    const found = countOf(count, size, checks);
    return [
      { dtype: x!.dtype, shape: resized<Dim>(x!.shape, axis, found) },
      { dtype: 'int64', shape: [found] },
      { dtype: 'int64', shape: [size] },
      { dtype: 'int64', shape: [found] },
    ];
  },
  evaluateAll({ axis, sorted }, [whole]) {
    const { x, along } = cut(whole!, axis);
    const size = x.shape[along]!;
    const slices = range(size).map((slice) => offsetsOf(x.shape, along, [slice]).map((at) => x.data[at]!));
    const compare = (a: number, b: number): number => {
      for (const [at, element] of slices[a]!.entries()) {
        const order = compareElements(element, slices[b]![at]!);
        if (order !== 0) return order;
      }
      return 0;
    };
    // −0 is written as 0.
    const keys = slices.map((slice) => slice.join());
    const firsts = new Map<string, number>();
    keys.forEach((key, slice) => firsts.set(key, firsts.get(key) ?? slice));
    const leaders = [...firsts.values()];
    if (sorted) leaders.sort(compare);
    const places = new Map(leaders.map((slice, at) => [keys[slice]!, at]));
    const inverse = keys.map((key) => places.get(key)!);
    const counts = leaders.map(() => 0);
    for (const at of inverse) counts[at]!++;
    return [
      pick(x, offsetsOf(x.shape, along, leaders), resized(x.shape, along, leaders.length)),
      longs(leaders, [leaders.length]),
      longs(inverse, [size]),
      longs(counts, [leaders.length]),
    ];
  },
};
