import { built, kernel, type Mutation } from './mutation.js';

/** Faults in ops that move and interpolate elements, and in what is moved out of loops. */
export const movement: readonly Mutation[] = [
  kernel(
    'resample',
    'the last elements of a run keep what was there',
    'for (; i < run; i += 4) {',
    'for (; i + 4 < run; i += 4) {',
    'ops/movement',
    'interpolation along an axis',
  ),
  kernel(
    'resample',
    'rows after the last four start where the table has ended',
    '    let weight = weights;\n    for (let j: u32 = 0; j < count; j++) {\n      let sum: f32 = 0;',
    '    let weight = weights + 4;\n    for (let j: u32 = 0; j < count; j++) {\n      let sum: f32 = 0;',
    'ops/movement',
    'interpolation along an axis',
  ),
  kernel(
    'copy',
    'the last bytes of a short run are left out',
    'for (; at < bytes; at++)',
    'for (; at + 1 < bytes; at++)',
    'ops/movement',
    'slices of uint8*',
  ),
  built(
    'compiler/plan/moves',
    'a slice in rows starts with the first element',
    'operands: [{ buffer: source, offset, strides: steps }]',
    'operands: [{ buffer: source, offset: 0, strides: steps }]',
    'ops/movement',
    'slices of float32*',
  ),
  built(
    'compiler/emit/hoist',
    'what is loaded for one case is loaded in every case',
    '(context.isConditional ? context.depth : context.floor)',
    'context.floor',
    'ops/hoist',
    '*',
  ),
  built(
    'compiler/emit/hoist',
    'what a check guards is loaded before it',
    'floor: level }',
    'floor: context.floor }',
    'ops/hoist',
    'what a check guards*',
  ),
  built(
    'compiler/optimize/layout/along',
    'an axis that is made another one keeps its size',
    'atom.axis === axis ? wholeAxis(outputOf(node), axis) : atom',
    'atom',
    'layout/rules',
    '*resample*',
  ),
  built(
    'compiler/ops/fraction',
    'a size in floats is rounded up',
    'floorDiv(value.numerator, value.denominator)',
    'ceilDiv(value.numerator, value.denominator)',
    'onnx/shapes',
    'interpolation to sizes scaled by 1.5*',
  ),
];
