import { binary, element, type Build } from '../build.js';
import { printShape } from '../dim.js';
import { sliceAxis } from '../expand/axes.js';
import type { Expression, Value } from '../ir.js';
import { activation } from './activation.js';
import { applyActivation } from './activation-functions.js';
import { axis, defineLayer, optional } from './define.js';

/**
 * The sum of all inputs but the gate [batch, n], the i-th of the n others times column i of the gate: their average where
 * the gate's rows are weights that sum to 1, as after softmax.
 */
export const gatedAverage = defineLayer('gatedAverage', {
  inputs: 'list',
  attributes: { gateIndex: optional(axis(), 0), activation: activation() },
  parameters: {},
  lower(build, options, _parameters, inputs) {
    const count = inputs.length;
    if (count < 2) build.fail(`takes a gate and at least 1 other input, got ${count}`);
    const { gateIndex } = options;
    if (gateIndex < -count || gateIndex >= count) build.fail(`gateIndex ${gateIndex} is outside ${count} inputs`);
    const position = gateIndex < 0 ? gateIndex + count : gateIndex;
    const given = inputs[position]!;
    const others = inputs.filter((_, index) => index !== position);
    if (given.shape.length !== 2) build.fail(`expects a gate (batch, inputs), got ${printShape(given.shape)}`);
    build.require('equal', given.shape[1]!, others.length, 'expects {expected} columns of its gate, got {got}');
    requireSameRank(build, others);
    const gate = applyActivation(build, options.activation, given);
    const [batch] = gate.shape;
    const weights = others.map((other, column) => {
      const weight = sliceAxis(build, gate, 1, column, 1);
      return build.reshape(weight, [batch!, ...other.shape.slice(1).map(() => 1)]);
    });
    const terms = others.map((_, index) => binary('multiply', element(index), element(others.length + index)));
    const sum = terms.reduce((total: Expression, term) => binary('add', total, term));
    return build.elementwise(sum, ...others, ...weights);
  },
});

function requireSameRank(build: Build, inputs: readonly Value[]): void {
  const [first] = inputs as readonly [Value];
  for (const { shape } of inputs) {
    if (shape.length !== first.shape.length) {
      build.fail(`inputs ${printShape(first.shape)} and ${printShape(shape)} differ in rank`);
    }
  }
}
