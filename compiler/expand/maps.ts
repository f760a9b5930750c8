import { element, scalar } from '../build.js';
import { ImportError } from '../errors.js';
import * as f from '../formula.js';
import type { Expression, Value } from '../ir.js';
import type { DType } from '../tensor.js';
import type { ExpandContext } from './context.js';
import { each } from './integers.js';

/** A float32 function of the elements of values, broadcast; scalars known when compiling become part of it. */
export function map(
  context: ExpandContext,
  values: readonly Value[],
  expression: (elements: readonly Expression[]) => Expression,
): Value {
  const operands: Value[] = [];
  const elements = values.map((value) => {
    const known = value.dtype === 'float32' && value.shape.length === 0 ? context.build.fixedOf(value) : undefined;
    if (known) return scalar(Number(known.data[0]));
    operands.push(value);
    return element(operands.length - 1);
  });
  return context.build.elementwise(expression(elements), ...operands);
}

/** The inputs of a node, none of which may be absent, in one dtype. */
export function alike(context: ExpandContext, inputs: readonly (Value | undefined)[]): readonly [Value, ...Value[]] {
  const first = context.input(inputs, 0);
  const others = inputs.slice(1).map((_, at) => context.input(inputs, at + 1));
  const other = others.find(({ dtype }) => dtype !== first.dtype);
  if (!other) return [first, ...others];
  const { subject } = context.build;
  throw new ImportError('dtype', subject, `inputs must be of one dtype, got ${first.dtype} and ${other.dtype}`);
}

/** Elements as another dtype: integers wrap around, floats beyond an integer's range give its lowest value. */
export function cast(context: ExpandContext, value: Value, dtype: DType): Value {
  if (value.dtype === dtype) return value;
  return each(context, dtype, [value], ([x]) => castFormula(x!, value.dtype, dtype));
}

/** An element of one dtype as it is computed with in another. */
export function castFormula(x: f.Formula, from: DType, to: DType): f.Formula {
  if (to === 'bool') return from === 'bool' ? x : f.compare('notEqual', x, f.number(f.scalarOf(from), 0));
  const type = f.scalarOf(to);
  if (from !== 'float32' || to === 'float32') return f.scalarOf(from) === type ? x : f.convert(type, x);
  const limit = type === 'i64' ? 2 ** 63 : 2 ** 31;
  return f.bind(x, 'f32', (value) => {
    const fits = f.and(f.compare('greaterOrEqual', value, f.f32(-limit)), f.less(value, f.f32(limit)));
    const lowest = type === 'i64' ? f.i64(-(2n ** 63n)) : f.i32(-(2 ** 31));
    return f.select(fits, f.convert(type, value), lowest);
  });
}

/** The lowest and the highest integer of a dtype; of bool 0 and 1. */
export function limitsOf(dtype: Exclude<DType, 'float32'>): readonly [low: bigint, high: bigint] {
  switch (dtype) {
    case 'bool':
      return [0n, 1n];
    case 'uint8':
      return [0n, 255n];
    case 'int8':
      return [-128n, 127n];
    case 'int32':
      return [-(2n ** 31n), 2n ** 31n - 1n];
    case 'int64':
      return [-(2n ** 63n), 2n ** 63n - 1n];
  }
}
