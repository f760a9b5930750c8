import { stridesOf, volume, zerosOf } from '../tensor.js';
import { floats, requireAxis, type Checks, type Rule } from './rule.js';

function requireAxes(what: string, axes: readonly number[], rank: number, checks: Checks): void {
  for (const axis of axes) requireAxis(what, axis, rank, checks);
}

export const reduce: Rule<'reduce'> = {
  infer({ axes }, [x], checks) {
    requireAxes('reduction', axes, x!.shape.length, checks);
    return [{ dtype: 'float32', shape: x!.shape.filter((_, axis) => !axes.includes(axis)) }];
  },
  evaluate({ fn, axes }, [x], shape) {
    const result = zerosOf(shape);
    const start = fn === 'maximum' ? -Infinity : fn === 'minimum' ? Infinity : 0;
    const sums = new Float64Array(result.data.length).fill(start);
    const input = floats(x!);
    const strides = stridesOf(x!.shape);
    const kept = x!.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
    const outer = stridesOf(shape);
    for (let at = 0; at < input.length; at++) {
      const to = kept.reduce(
        (sum, axis, i) => sum + (Math.floor(at / strides[axis]!) % x!.shape[axis]!) * outer[i]!,
        0,
      );
      const value = input[at]!;
      sums[to] =
        fn === 'maximum'
          ? Math.max(sums[to]!, value)
          : fn === 'minimum'
            ? Math.min(sums[to]!, value)
            : sums[to]! + value;
    }
    const count = volume(axes.map((axis) => x!.shape[axis]!));
    result.data.set(fn === 'mean' ? sums.map((sum) => sum / count) : sums);
    return result;
  },
};

export const softmax: Rule<'softmax'> = {
  infer({ axis }, [x], checks) {
    requireAxes('softmax', [axis], x!.shape.length, checks);
    return [{ dtype: 'float32', shape: x!.shape }];
  },
  evaluate({ axis, log }, [x], shape) {
    const result = zerosOf(shape);
    const input = floats(x!);
    const length = shape[axis]!;
    const inner = volume(shape.slice(axis + 1));
    for (let outer = 0; outer < volume(shape.slice(0, axis)); outer++) {
      for (let i = 0; i < inner; i++) {
        const at = (k: number): number => (outer * length + k) * inner + i;
        let peak = -Infinity;
        for (let k = 0; k < length; k++) peak = Math.max(peak, input[at(k)]!);
        let sum = 0;
        for (let k = 0; k < length; k++) sum += Math.exp(input[at(k)]! - peak);
        for (let k = 0; k < length; k++) {
          const shifted = input[at(k)]! - peak;
          result.data[at(k)] = log ? shifted - Math.log(sum) : Math.exp(shifted) / sum;
        }
      }
    }
    return result;
  },
};

export const normalize: Rule<'normalize'> = {
  infer({ axes }, [x], checks) {
    requireAxes('normalization', [x!.shape.length - axes], x!.shape.length, checks);
    return [{ dtype: 'float32', shape: x!.shape }];
  },
  evaluate({ axes, epsilon }, [x], shape) {
    const result = zerosOf(shape);
    const input = floats(x!);
    const length = volume(shape.slice(shape.length - axes));
    for (let start = 0; start < input.length; start += length) {
      const row = Float64Array.from(input.subarray(start, start + length));
      const mean = row.reduce((sum, value) => sum + value, 0) / length;
      const variance = row.reduce((sum, value) => sum + (value - mean) ** 2, 0) / length;
      const scale = 1 / Math.sqrt(variance + Math.fround(epsilon));
      result.data.set(
        row.map((value) => (value - mean) * scale),
        start,
      );
    }
    return result;
  },
};
