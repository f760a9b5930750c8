import { binary, element, scalar, type Build } from '../build.js';
import { printShape } from '../dim.js';
import type { BinaryFunction, Expression, Value } from '../ir.js';
import { axisOf } from './axis.js';
import { requireBroadcast } from './broadcast.js';
import { axis, defineLayer, optional } from './define.js';

function lowerMerge(
  build: Build,
  fn: BinaryFunction,
  inputs: readonly Value[],
  finish: (folded: Expression) => Expression = (folded) => folded,
): Value {
  requireBroadcast(build, inputs);
  if (inputs.length === 1) return inputs[0]!;
  const folded = inputs.map((_, i) => element(i)).reduce((left, right) => binary(fn, left, right));
  return build.elementwise(finish(folded), ...inputs);
}

/** The sum of any number of inputs, broadcast. */
export const add = defineLayer('add', {
  inputs: 'list',
  attributes: {},
  parameters: {},
  lower: (build, _options, _parameters, inputs) => lowerMerge(build, 'add', inputs),
});

/** The first input less the second, broadcast. */
export const subtract = defineLayer('subtract', {
  inputs: ['left', 'right'],
  attributes: {},
  parameters: {},
  lower: (build, _options, _parameters, inputs) => lowerMerge(build, 'subtract', inputs),
});

/** The product of any number of inputs, broadcast. */
export const multiply = defineLayer('multiply', {
  inputs: 'list',
  attributes: {},
  parameters: {},
  lower: (build, _options, _parameters, inputs) => lowerMerge(build, 'multiply', inputs),
});

/** The mean of any number of inputs, broadcast. */
export const average = defineLayer('average', {
  inputs: 'list',
  attributes: {},
  parameters: {},
  lower: (build, _options, _parameters, inputs) =>
    lowerMerge(build, 'add', inputs, (sum) => binary('divide', sum, scalar(inputs.length))),
});

/** The largest of any number of inputs, broadcast. */
export const maximum = defineLayer('maximum', {
  inputs: 'list',
  attributes: {},
  parameters: {},
  lower: (build, _options, _parameters, inputs) => lowerMerge(build, 'maximum', inputs),
});

/** The smallest of any number of inputs, broadcast. */
export const minimum = defineLayer('minimum', {
  inputs: 'list',
  attributes: {},
  parameters: {},
  lower: (build, _options, _parameters, inputs) => lowerMerge(build, 'minimum', inputs),
});

/** Inputs one after another along an axis; their other sizes are equal. */
export const concatenate = defineLayer('concatenate', {
  inputs: 'list',
  attributes: { axis: optional(axis(), -1) },
  parameters: {},
  lower(build, options, _parameters, inputs) {
    const [first] = inputs;
    if (!first) return build.fail('takes at least 1 input, got 0');
    const along = axisOf(build, options.axis, first);
    for (const { shape } of inputs) {
      const shapes = `${printShape(first.shape)} and ${printShape(shape)}`;
      if (shape.length !== first.shape.length) build.fail(`inputs ${shapes} differ in rank`);
      shape.forEach((size, other) => {
        const message = `inputs ${shapes} differ on axis ${other}: {expected} and {got}`;
        if (other !== along) build.require('equal', size, first.shape[other]!, message);
      });
    }
    return inputs.length === 1 ? first : build.op({ kind: 'concat', axis: along }, inputs);
  },
});
