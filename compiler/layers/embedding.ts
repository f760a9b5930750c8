import { uniform } from '../initializers/random.js';
import { defineLayer, integer, parameter } from './define.js';

/** Rows of weight [inputDim, outputDim] by int32 indices [batch, …] → [batch, …, outputDim] */
export const embedding = defineLayer('embedding', {
  inputs: ['x'],
  attributes: { inputDim: integer(), outputDim: integer() },
  parameters: { weight: parameter(uniform()) },
  lower(build, { inputDim, outputDim }, { weight }, [x]) {
    if (x.dtype !== 'int32')
      build.fail(`expects int32 indices, got ${x.dtype}; write input(shape, { dtype: 'int32' })`);
    return build.op({ kind: 'gather', axis: 0, wrap: false }, [weight([inputDim, outputDim]), x]);
  },
});
