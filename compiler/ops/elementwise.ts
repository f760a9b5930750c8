import { stridesOf, volume, zerosOf } from '../tensor.js';
import { broadcastShapes, broadcastStrides } from './broadcast.js';
import { evaluateExpression } from './expression.js';
import { floats, type Rule } from './rule.js';

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
    const steps = inputs.map((input) => broadcastStrides(input.shape, shape.length));
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
