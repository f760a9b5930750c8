import { built, kernel, type Mutation } from './mutation.js';

/** Faults in convolutions by transforms, and in how they are chosen. */
export const convolution: readonly Mutation[] = [
  kernel(
    'winogradTiles',
    'the column after a map counts as one of it',
    'if (column < width) {',
    'if (column <= width) {',
    'kernels/winograd',
    'winograd4 in blocks *',
  ),
  kernel(
    'winogradTiles',
    'a constant of a transform is rounded to five digits',
    'const A3 = memory.data<f32>([0.35355339]);',
    'const A3 = memory.data<f32>([0.35355]);',
    'kernels/winograd',
    'the error of winograd4 *',
  ),
  kernel(
    'winograd',
    'a block that ends within an image starts the next at its first row',
    'if (++row == rows) {\n          row = 0;\n          x += pixel',
    'if (++row == rows || tile + 1 == count) {\n          row = 0;\n          x += pixel',
    'kernels/winograd',
    'winograd2 in blocks *',
  ),
  kernel(
    'winogradWeights',
    'a weight of the last panel is left as it was',
    'if (((N - 1) & 7) < 4 && N) {',
    'if (((N - 1) & 7) < 3 && N) {',
    'kernels/winograd',
    'weights of winograd2 *',
  ),
  built(
    'compiler/plan/convolution-algorithm',
    'an algorithm beyond the error budget is taken',
    'if (winogradError(size, sizes.channels) <= budget)',
    'if (winogradError(size, sizes.channels) >= budget)',
    'ops/winograd',
    'what a budget allows *',
  ),
  built(
    'compiler/plan/winograd',
    'weights outputs first are read as outputs last',
    "op.kernelLayout === 'oihw' ? [9, 9 * channels, 1]",
    "op.kernelLayout === 'oihw' ? [9 * channels, 9, 1]",
    'ops/winograd',
    'open maps *',
  ),
];
