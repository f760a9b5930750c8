import { add, mul, product, sub, type Dim } from '../../../dim.js';
import * as f from '../../../formula.js';
import type { Expand, Operators } from '../define.js';
import { explicitPadding, kernelShape, perAxis, spatialOf } from '../window.js';

/** Puts each element where MaxPool found it, in a tensor of zeros. */
const unpool: Expand = (context, inputs) => {
  const { build } = context;
  const [x, indices] = [context.input(inputs, 0), context.input(inputs, 1)];
  const spatial = spatialOf(context, x);
  const rank = spatial.length;
  const kernel = kernelShape(context, rank);
  const strides = perAxis(context, 'strides', rank, 1);
  const padding = explicitPadding(context, rank);
  const pooled = spatial.map((size, axis): Dim => {
    const [before, after] = padding[axis]!;
    return add(mul(sub(size, 1), strides[axis]!), kernel[axis]! - before - after);
  });
  const shape = [...x.shape.slice(0, 2), ...pooled];
  const count = product(shape);
  const zeros = build.compute(x.dtype, [count], f.number(f.scalarOf(x.dtype), 0));
  const flat = [indices, x].map((value) => build.reshape(value, [product(value.shape)]));
  const scatter = { kind: 'scatter', form: 'elements', axis: 0, reduction: 'none' } as const;
  const whole = build.reshape(build.op(scatter, [zeros, ...flat]), shape);
  const given = inputs[2] && context.sizes(inputs[2], 'output_shape');
  if (!given) return whole;
  const sides = given.map((size, axis): readonly [Dim, Dim] => [0, sub(size, shape[axis]!)]);
  return build.op({ kind: 'pad', padding: sides, value: 0 }, [whole]);
};

/** What undoes poolings. */
export const unpoolings: Operators = { MaxUnpool: { 9: unpool } };
