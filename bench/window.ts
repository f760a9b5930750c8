import type { NetworkLayer } from './network.js';

/** Elements before and after an axis. */
export type Sides = readonly [before: number, after: number];

/** What a kernel or pool of a layer does along each spatial axis. */
export interface Window {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilation: readonly number[];
  /** A word where the padding is what `valid` or, with ⌈size / stride⌉ windows, `same` gives. */
  readonly padding: 'valid' | 'same' | readonly Sides[];
}

function sameSides(size: number, kernel: number, stride: number, dilation: number): Sides {
  const total = Math.max(0, (Math.ceil(size / stride) - 1) * stride + (kernel - 1) * dilation + 1 - size);
  return [total >> 1, total - (total >> 1)];
}

/** Of a convolution or pooling over a map with these spatial sizes. @throws Error for padding by another word */
export function windowOf(layer: NetworkLayer, sizes: readonly number[]): Window {
  const { name, kernelSize, poolSize, dilation, strides, padding } = layer as Partial<NetworkLayer>;
  const kernel = kernelSize ?? poolSize!;
  const window = { kernel, strides: strides ?? kernel, dilation: dilation ?? kernel.map(() => 1) };
  if (padding === 'valid' || padding === 'same') return { ...window, padding };
  if (typeof padding !== 'object') throw new Error(`${name}: padding '${padding}' is not translated`);
  if (padding.flat().every((side) => side === 0)) return { ...window, padding: 'valid' };
  const isSame = padding.every(([before, after], axis) => {
    const [first, last] = sameSides(sizes[axis]!, kernel[axis]!, window.strides[axis]!, window.dilation[axis]!);
    return first === before && last === after;
  });
  return { ...window, padding: isSame ? 'same' : padding };
}
