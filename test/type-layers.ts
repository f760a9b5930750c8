import { defineLayer } from '../compiler/layers/define.js';

export { add, conv2d, dense, flatten } from '../compiler/layers/table.js';

/** A kind whose output is not float32. */
export const argMaxOf = defineLayer('argMaxOf', {
  inputs: ['x'],
  dtype: 'int32',
  attributes: {},
  parameters: {},
  lower: (_build, _attributes, _parameters, [x]) => x,
});
