import * as f from '../../../formula.js';
import type { Formula } from '../../../formula.js';
import { binary, scalar, select } from '../../../build.js';
import type { Value } from '../../../ir.js';
import type { DType } from '../../../tensor.js';
import type { NodeContext } from '../context.js';
import type { Expand, Operators } from '../define.js';
import { cast, limitsOf, map } from '../../../expand/maps.js';
import { dtypeAttribute } from '../types.js';

/** The element of a scale or zero point that belongs to an element of x: one for all, one for each index or block of an axis. */
function parameter(context: NodeContext, x: Value, value: Value, input: number): Formula {
  const rank = x.shape.length;
  if (value.shape.every((size) => size === 1)) {
    return f.load(
      input,
      value.shape.map(() => f.i32(0)),
    );
  }
  const axis = context.axis(context.int('axis', 1), rank);
  if (value.shape.length === 1) {
    context.build.require('equal', value.shape[0]!, x.shape[axis]!, 'axis has {expected} elements, got {got} scales');
    return f.load(input, [f.axis(axis)]);
  }
  const block = context.int('block_size', 0);
  if (block <= 0 || value.shape.length !== rank) {
    return context.unsupported('a scale that is no scalar, has not one axis and belongs to no blocks');
  }
  return f.load(
    input,
    value.shape.map((_, at) => (at === axis ? f.div(f.axis(at), f.i32(block)) : f.axis(at))),
  );
}

const element = (x: Value): Formula =>
  f.load(
    0,
    x.shape.map((_, axis) => f.axis(axis)),
  );

/** A dtype attribute that 0, which stands for no type, leaves open. */
const chosen = (context: NodeContext, name: string, otherwise: DType): DType =>
  context.int(name, 0) === 0 ? otherwise : dtypeAttribute(context, name);

/** ⌊x / scale⌉ + zero point, halves to even, within the range of the dtype. */
const quantize: Expand = (context, inputs) => {
  const [x, scale] = [context.input(inputs, 0), context.input(inputs, 1)];
  const zero = inputs[2];
  const dtype = zero?.dtype ?? chosen(context, 'output_dtype', 'uint8');
  if (dtype !== 'uint8' && dtype !== 'int8') return context.unsupported(`quantizes to uint8 and int8, got ${dtype}`);
  const [low, high] = limitsOf(dtype).map(Number);
  // Integers are divided in f64, as NumPy does.
  const type = x.dtype === 'float32' ? 'f32' : 'f64';
  const wide = (value: Formula, from: DType): Formula => (f.scalarOf(from) === type ? value : f.convert(type, value));
  const ratio = f.div(wide(element(x), x.dtype), wide(parameter(context, x, scale, 1), scale.dtype));
  const offset = zero ? f.convert(type, parameter(context, x, zero, 2)) : f.number(type, 0);
  const formula = f.bind(offset, type, (point) => {
    const least = f.sub(f.number(type, low!), point);
    const most = f.sub(f.number(type, high!), point);
    const steps = f.clamp(f.unary('round', ratio), least, most);
    return f.convert('i32', f.add(steps, point));
  });
  return context.build.compute(dtype, x.shape, formula, x, scale, ...(zero ? [zero] : []));
};

/** (x − zero point) · scale */
const dequantize: Expand = (context, inputs) => {
  const [x, scale] = [context.input(inputs, 0), context.input(inputs, 1)];
  const zero = inputs[2];
  const dtype = chosen(context, 'output_dtype', scale.dtype);
  if (dtype !== 'float32') return context.unsupported(`dequantizes to float32, got ${dtype}`);
  const value = f.convert('f32', element(x));
  const centred = zero ? f.sub(value, f.convert('f32', parameter(context, x, zero, 2))) : value;
  const formula = f.mul(centred, parameter(context, x, scale, 1));
  return context.build.compute(dtype, x.shape, formula, x, scale, ...(zero ? [zero] : []));
};

/** Quantizes to uint8 by the range of the elements, which is widened to hold 0. */
const dynamicQuantize: Expand = (context, inputs) => {
  const { build } = context;
  const x = context.input(inputs, 0);
  const axes = x.shape.map((_, axis) => axis);
  const extreme = (fn: 'minimum' | 'maximum'): Value =>
    map(context, [axes.length === 0 ? x : build.op({ kind: 'reduce', fn, axes }, [x])], ([a]) =>
      binary(fn, a!, scalar(0)),
    );
  const [low, high] = [extreme('minimum'), extreme('maximum')];
  const scale = map(context, [low, high], ([a, b]) =>
    binary('divide', select('equal', a!, b!, scalar(1), binary('subtract', b!, a!)), scalar(255)),
  );
  const point = f.div(f.unary('negate', f.load(0, [])), f.load(1, []));
  const rounded = f.unary('round', f.clamp(point, f.f32(0), f.f32(255)));
  const zero = build.compute('uint8', [], f.convert('i32', rounded), low, scale);
  const shift = cast(context, zero, 'float32');
  const steps = f.add(f.unary('round', f.div(element(x), f.load(1, []))), f.load(2, []));
  const result = f.convert('i32', f.clamp(steps, f.f32(0), f.f32(255)));
  return [build.compute('uint8', x.shape, result, x, scale, shift), scale, zero];
};

/** Floats as small integers, and back. */
export const quantization: Operators = {
  QuantizeLinear: { 10: quantize },
  DequantizeLinear: { 10: dequantize },
  DynamicQuantizeLinear: { 11: dynamicQuantize },
};
