import * as f from '../../../formula.js';
import { range } from '../../../expand/range.js';
import type { Expand, Operators } from '../define.js';

const filled =
  (number: number): Expand =>
  (context, inputs) => {
    const { dtype, shape } = context.input(inputs, 0);
    return context.build.compute(dtype, shape, f.number(f.scalarOf(dtype), number));
  };

const fill: Expand = (context, inputs) => {
  const shape = context.sizes(context.input(inputs, 0), 'the shape');
  const value = context.build.reshape(context.input(inputs, 1), []);
  return context.build.compute(value.dtype, shape, f.load(0, []), value);
};

/** Operators that make tensors. */
export const values: Operators = {
  Fill: fill,
  Range: (context, inputs) => range(context, context.alike(inputs, [0, 1, 2])),
  ZerosLike: filled(0),
  OnesLike: filled(1),
};
