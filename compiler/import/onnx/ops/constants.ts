import * as f from '../../../formula.js';
import { arrayOf, type Tensor } from '../../../tensor.js';
import { range } from '../../../expand/range.js';
import type { NodeContext } from '../context.js';
import type { Expand, Operators } from '../define.js';

function held(context: NodeContext): Tensor {
  const tensor = context.tensor('value');
  if (tensor) return tensor;
  if (context.has('value_float')) {
    return { dtype: 'float32', shape: [], data: Float32Array.of(context.float('value_float')) };
  }
  const floats = context.floats('value_floats');
  if (floats) return { dtype: 'float32', shape: [floats.length], data: Float32Array.from(floats) };
  if (context.has('value_int')) {
    return { dtype: 'int64', shape: [], data: arrayOf('int64', [context.int('value_int')]) };
  }
  const ints = context.ints('value_ints');
  if (ints) return { dtype: 'int64', shape: [ints.length], data: arrayOf('int64', ints) };
  return context.unsupported('its value is no dense tensor of numbers');
}

/** A tensor of a shape with one value everywhere. */
const constantOfShape: Expand = (context, inputs) => {
  const shape = context.sizes(context.input(inputs, 0), 'the shape');
  const { dtype, data } = context.tensor('value') ?? ({ dtype: 'float32', data: Float32Array.of(0) } as const);
  return context.build.compute(dtype, shape, f.number(f.scalarOf(dtype), data[0]!));
};

/** Operators that make tensors of numbers known when compiling. */
export const constants: Operators = {
  Constant: { 1: (context) => context.held(held(context)) },
  ConstantOfShape: { 9: constantOfShape },
  Range: { 11: range },
};
