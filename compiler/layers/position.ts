import { binary, element, unary } from '../build.js';
import { floorDiv, mul, type Dim } from '../dim.js';
import { sliceAxis } from '../expand/axes.js';
import * as f from '../formula.js';
import type { Value } from '../ir.js';
import { axisOf } from './axis.js';
import { axis, defineLayer, number, optional } from './define.js';

/**
 * Turns pairs of features, of which the second is half of the features after the first, by angles: position / scalingFactor ·
 * maxWavelength^(−2i / features) for pair i. Positions count along `sequenceAxis`. As Su et al. 2021.
 */
export const rotaryEmbedding = defineLayer('rotaryEmbedding', {
  inputs: ['x'],
  attributes: {
    maxWavelength: optional(number({ above: 0 }), 10000),
    scalingFactor: optional(number({ above: 0 }), 1),
    sequenceAxis: optional(axis(), 1),
    featureAxis: optional(axis(), -1),
  },
  parameters: {},
  lower(build, { maxWavelength, scalingFactor, ...options }, _parameters, [x]) {
    const [sequence, features] = [options.sequenceAxis, options.featureAxis].map((axis) => axisOf(build, axis, x)) as [
      number,
      number,
    ];
    if (sequence === features) build.fail(`the axes of the sequence and of the features are both ${features}`);
    const size = x.shape[features]!;
    const half = floorDiv(size, 2);
    build.require('equal', size, mul(half, 2), 'turns pairs of features, got {got} features');
    const [first, second] = [0, half].map((start) => sliceAxis(build, x, features, start, half)) as [Value, Value];
    const along = (axis: number, own: Dim): Dim[] => x.shape.map((_, other) => (other === axis ? own : 1));
    const place = f.div(f.convert('f32', f.axis(features)), f.convert('f32', f.size(half)));
    const frequency = f.binary('power', f.f32(maxWavelength), f.unary('negate', place));
    const frequencies = build.compute('float32', along(features, half), f.div(frequency, f.f32(scalingFactor)));
    const positions = build.compute('float32', along(sequence, x.shape[sequence]!), f.convert('f32', f.axis(sequence)));
    const angle = binary('multiply', element(0), element(1));
    const [cosine, sine] = (['cos', 'sin'] as const).map((fn) =>
      build.elementwise(unary(fn, angle), positions, frequencies),
    ) as [Value, Value];
    const turned = (fn: 'add' | 'subtract', one: Value, other: Value): Value => {
      const products = [
        binary('multiply', element(0), element(2)),
        binary('multiply', element(1), element(3)),
      ] as const;
      return build.elementwise(binary(fn, ...products), one, other, cosine, sine);
    };
    const parts = [turned('subtract', first, second), turned('add', second, first)];
    return build.op({ kind: 'concat', axis: features }, parts);
  },
});
