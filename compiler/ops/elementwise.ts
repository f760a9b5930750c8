import { equal, type Dim } from '../dim.js';
import { stridesOf, volume, zerosOf } from '../tensor.js';
import { evaluateExpression } from './expression.js';
import { floats, type Checks, type Rule } from './rule.js';

/** NumPy's rule, axes aligned at the right. Two sizes that are not known to be equal must be equal when called. */
function broadcastShapes(shapes: readonly (readonly Dim[])[], checks: Checks): Dim[] {
  const rank = Math.max(0, ...shapes.map((shape) => shape.length));
  const result: Dim[] = [];
  for (let axis = 0; axis < rank; axis++) {
    let size: Dim = 1;
    for (const shape of shapes) {
      const other = shape[axis - rank + shape.length] ?? 1;
      if (other === 1) continue;
      if (size !== 1 && !equal(size, other)) {
        checks.require('equal', other, size, `inputs do not broadcast: axis ${axis} has sizes {expected} and {got}`);
        if (typeof size === 'number') continue;
      }
      size = other;
    }
    result.push(size);
  }
  return result;
}

export const elementwise: Rule<'elementwise'> = {
  infer: (_op, inputs, checks) => [
    {
      dtype: 'float32',
      shape: broadcastShapes(
        inputs.map((input) => input.shape),
        checks,
      ),
    },
  ],
  evaluate({ expression }, inputs, shape, { functions }) {
    const result = zerosOf(shape);
    const data = inputs.map(floats);
    const steps = inputs.map((input) => {
      const strides = stridesOf(input.shape);
      const offset = shape.length - input.shape.length;
      return shape.map((_, axis) => (axis < offset || input.shape[axis - offset] === 1 ? 0 : strides[axis - offset]!));
    });
    const outer = stridesOf(shape);
    const elements = new Array<number>(inputs.length);
    for (let at = 0; at < volume(shape); at++) {
      for (let i = 0; i < inputs.length; i++) {
        let from = 0;
        for (let axis = 0; axis < shape.length; axis++) {
          from += (Math.floor(at / outer[axis]!) % shape[axis]!) * steps[i]![axis]!;
        }
        elements[i] = data[i]![from]!;
      }
      result.data[at] = evaluateExpression(expression, elements, functions);
    }
    return result;
  },
};
