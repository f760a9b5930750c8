import { ceilDiv, mul, sub, type Dim } from '../../../dim.js';
import { larger } from '../../../bounds.js';
import * as f from '../../../formula.js';
import type { Value } from '../../../ir.js';
import { fractionOf, type Fraction } from '../../../ops/fraction.js';
import { arrayOf, type Tensor } from '../../../tensor.js';
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

/** The elements from `start` up to `limit`, `delta` apart. */
const range: Expand = (context, inputs) => {
  const [start, limit, delta] = [0, 1, 2].map((at) =>
    asScalar(context, context.input(inputs, at)),
  ) as unknown as Triple<Value>;
  const type = f.scalarOf(start.dtype);
  const element = f.add(f.load(0, []), f.mul(f.convert(type, f.axis(0)), f.load(1, [])));
  return context.build.compute(start.dtype, [lengthOf(context, [start, limit, delta])], element, start, delta);
};

type Triple<T> = readonly [start: T, limit: T, delta: T];

const asScalar = (context: NodeContext, value: Value): Value =>
  value.shape.length === 0 ? value : context.build.reshape(value, []);

/** max(⌈(limit − start) / delta⌉, 0) */
function lengthOf(context: NodeContext, values: Triple<Value>): Dim {
  const known = values.map((value) => context.constantOf(value));
  if (known.every((tensor) => tensor !== undefined)) {
    const [start, limit, delta] = known.map(({ data }) => Number(data[0])) as [number, number, number];
    return delta === 0 ? zeroDelta(context) : Math.max(Math.ceil((limit - start) / delta), 0);
  }
  const names = ['start', 'limit', 'delta'];
  const [start, limit, delta] = values.map((value, at) =>
    fractionOf(context.ratios(value, names[at]!)[0]!),
  ) as unknown as Triple<Fraction>;
  const span = sub(mul(limit.numerator, start.denominator), mul(start.numerator, limit.denominator));
  const numerator = mul(span, delta.denominator);
  const denominator = mul(mul(limit.denominator, start.denominator), delta.numerator);
  if (typeof denominator !== 'number') return context.unsupported('delta depends on sizes that only a call tells');
  if (denominator === 0) return zeroDelta(context);
  const count = denominator > 0 ? ceilDiv(numerator, denominator) : ceilDiv(mul(numerator, -1), -denominator);
  return larger(count, 0, context.build.limits);
}

const zeroDelta = (context: NodeContext): never => context.unsupported('delta is 0');

/** Operators that make tensors of numbers known when compiling. */
export const constants: Operators = {
  Constant: { 1: (context) => context.held(held(context)) },
  ConstantOfShape: { 9: constantOfShape },
  Range: { 11: range },
};
