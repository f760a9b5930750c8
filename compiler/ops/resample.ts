import { printShape } from '../dim.js';
import { volume, zerosOf } from '../tensor.js';
import { floats, requireAxis, type Rule } from './rule.js';

export const resample: Rule<'resample'> = {
  infer({ axis }, [x, indices, weights], checks) {
    requireAxis('resampling', axis, x!.shape.length, checks);
    for (const table of [indices!, weights!]) {
      if (table.shape.length !== 2) checks.fail(`a table must be [count, taps], got ${printShape(table.shape)}`);
    }
    for (const { dtype } of [x!, weights!]) {
      if (dtype !== 'float32') checks.fail(`computes in float32, got ${dtype}`);
    }
    if (indices!.dtype !== 'int32') checks.fail(`indices must be int32, got ${indices!.dtype}`);
    const [count, taps] = indices!.shape;
    checks.require('equal', weights!.shape[0]!, count!, 'there are weights for {got} elements, indices for {expected}');
    checks.require('equal', weights!.shape[1]!, taps!, 'there are {got} weights for {expected} indices');
    return [{ dtype: 'float32', shape: x!.shape.with(axis, count!) }];
  },
  evaluate({ axis }, [x, indices, weights], shape) {
    const result = zerosOf(shape);
    const [input, table] = [floats(x!), floats(weights!)];
    const [count, taps] = indices!.shape as readonly [number, number];
    const inner = volume(shape.slice(axis + 1));
    for (let at = 0; at < result.data.length; at++) {
      const [outer, j, i] = [Math.floor(at / (count * inner)), Math.floor(at / inner) % count, at % inner];
      let sum = 0;
      for (let tap = j * taps; tap < (j + 1) * taps; tap++) {
        sum += table[tap]! * input[(outer * x!.shape[axis]! + Number(indices!.data[tap])) * inner + i]!;
      }
      result.data[at] = sum;
    }
    return result;
  },
};
