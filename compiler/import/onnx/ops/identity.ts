import type { Expand, Operators } from '../define.js';
import type { NodeContext } from '../context.js';
import type { Value } from '../../../ir.js';
import type { DType } from '../../../tensor.js';
import * as f from '../../../formula.js';

/** All ones: nothing is dropped. */
function mask({ build }: NodeContext, x: Value, dtype: DType): Value {
  return build.compute(dtype, x.shape, f.number(f.scalarOf(dtype), 1));
}

/** Dropout as it is when a model is run. Before version 12 a model did not say whether it is trained. */
const dropout =
  (maskDtype: (x: Value) => DType): Expand =>
  (context, inputs) => {
    const x = context.input(inputs, 0);
    return context.wants(1) ? [x, mask(context, x, maskDtype(x))] : x;
  };

const inferring = dropout(() => 'bool');

/** Training without a chance of dropping is inference. */
const trainable: Expand = (context, inputs) => {
  const training = context.number(inputs[2], 'training_mode', 0) !== 0;
  const ratio = training ? context.number(inputs[1], 'ratio', 0.5) : 0;
  return ratio === 0 ? inferring(context, inputs) : context.unsupported('drops elements at random in training mode');
};

/** What passes its input on. */
export const identity: Operators = {
  Identity: { 1: (_context, inputs) => inputs },
  Dropout: { 1: dropout((x) => x.dtype), 10: inferring, 12: trainable },
};
