import type { Rule } from './rules.js';

/** By the mean and variance over the last axis. */
export const layerNormalization: Rule = (to, layer, x) => {
  const { builder } = to;
  const { shape } = x;
  const means = [...shape.slice(0, -1), 1];
  const mean = (values: typeof x) =>
    builder.operator('mean', [values, builder.integers([shape.length - 1])], means, { keepDimensions: true });
  const center = mean(x);
  const variance = mean(builder.operator('squaredDifference', [x, center], shape));
  const shifted = builder.operator('add', [variance, builder.scalar(layer.epsilon)], means);
  const scale = builder.operator('reciprocalSquareRoot', [shifted], means);
  const unit = builder.operator('multiply', [builder.operator('subtract', [x, center], shape), scale], shape);
  const stretched = builder.operator('multiply', [unit, to.weight(layer, 'gamma')], shape);
  return builder.operator('add', [stretched, to.weight(layer, 'beta')], shape);
};
