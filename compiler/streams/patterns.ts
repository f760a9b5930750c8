/*
 * Initial values without random numbers, as docs/random.md defines them: the same bits as the kernels in
 * assembly/patterns.ts.
 */

const { abs, ceil, floor, min } = Math;

/** The matrix [rows, columns] with `gain` on its main diagonal and 0 elsewhere. */
export function identity(rows: number, columns: number, gain: number): Float32Array {
  const matrix = new Float32Array(rows * columns);
  for (let i = 0; i < min(rows, columns); i++) matrix[i * (columns + 1)] = gain;
  return matrix;
}

/** Where the elements of a convolution kernel stand, in elements from its start. */
export interface KernelLayout {
  readonly count: number;
  /** The central tap. */
  readonly centre: number;
  readonly strideInput: number;
  readonly strideOutput: number;
}

/** 1 at the central tap of filter d of every group and its channel d, else 0; `inputs` are channels of one group. */
export function dirac(layout: KernelLayout, inputs: number, outputs: number, groups: number): Float32Array {
  const kernel = new Float32Array(layout.count);
  const filters = floor(outputs / groups);
  for (let g = 0; g < groups; g++) {
    for (let d = 0; d < min(filters, inputs); d++) {
      kernel[layout.centre + d * layout.strideInput + (g * filters + d) * layout.strideOutput] = 1;
    }
  }
  return kernel;
}

/** The weights of bilinear interpolation at `count` elements whose taps of [height, width] are `strideTap` apart. */
export function bilinear(count: number, height: number, width: number, strideTap: number): Float32Array {
  const f = ceil(width / 2);
  const centre = (2 * f - 1 - (f % 2)) / (2 * f);
  return Float32Array.from({ length: count }, (_, element) => {
    const tap = floor(element / strideTap) % (height * width);
    return (1 - abs((tap % width) / f - centre)) * (1 - abs(floor(tap / width) / f - centre));
  });
}

/** The bias of `count` elements, four gates: 0, its second quarter `forget`. */
export function lstmBias(count: number, forget: number): Float32Array {
  const quarter = floor(count / 4);
  return new Float32Array(count).fill(forget, quarter, 2 * quarter);
}
