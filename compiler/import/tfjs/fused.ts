import { ImportError } from '../../errors.js';
import { map } from '../../expand/maps.js';
import { standardize } from '../../expand/standardize.js';
import type { Value } from '../../ir.js';
import { activationFunctions, leaky } from './activations.js';
import type { NodeContext } from './context.js';
import { scalar } from '../../build.js';

/**
 * What attribute `fused_ops` does to a product, whose channels are its last axis.
 * @param rest inputs after those of the product, in the order in which the fused operators take them
 */
export function fused(context: NodeContext, product: Value, rest: readonly Value[]): Value {
  const { build } = context;
  const open = [...rest];
  const next = (): Value => {
    const value = open.shift();
    if (value) return value;
    throw new ImportError('input', build.subject, 'has fewer inputs than its fused_ops take');
  };
  return context.strings('fused_ops').reduce<Value>((x, name) => {
    switch (name) {
      case 'BiasAdd':
        return build.binary('add', x, context.weight(next(), 'bias'));
      case 'FusedBatchNorm': {
        const [scale, bias, mean, variance] = ['scale', 'bias', 'mean', 'variance'].map((each) =>
          context.weight(next(), each),
        ) as [Value, Value, Value, Value];
        return standardize(build, x, { scale, bias, mean, variance }, context.float('epsilon', 1e-4));
      }
      case 'Prelu':
        return map(context, [x, context.weight(next(), 'alpha')], ([a, b]) => leaky(a!, b!));
      case 'LeakyRelu': {
        const alpha = context.float('leakyrelu_alpha', 0.2);
        return map(context, [x], ([a]) => leaky(a!, scalar(alpha)));
      }
      default: {
        const activation = Object.hasOwn(activationFunctions, name) ? activationFunctions[name] : undefined;
        if (!activation) return context.unsupported(`fused operator ${name}`);
        return map(context, [x], ([a]) => activation(a!));
      }
    }
  }, product);
}
