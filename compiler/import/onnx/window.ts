import type { Dim } from '../../dim.js';
import { ImportError } from '../../errors.js';
import { extentOf } from '../../expand/axes.js';
import { samePadding } from '../../expand/padding.js';
import type { Padding, Value } from '../../ir.js';
import type { NodeContext } from './context.js';

/** How a window slides over the spatial axes of a tensor [batch, channels, ...spatial]. */
export interface Window {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilation: readonly number[];
  readonly padding: Padding;
}

/** Steps and sizes beyond it are faults. */
const MOST = 2 ** 31 - 1;

/** An attribute with a number for each spatial axis, all `otherwise`, which is the least, where it is absent. */
export function perAxis(context: NodeContext, name: string, rank: number, otherwise: number): readonly number[] {
  const given = context.ints(name);
  if (!given || given.length === 0) return new Array<number>(rank).fill(otherwise);
  if (given.length !== rank) {
    const what = `${name} must have ${rank} numbers, got ${given.length}`;
    throw new ImportError('attribute', context.build.subject, what);
  }
  const wrong = given.find((number) => number < otherwise || number > MOST);
  if (wrong !== undefined) {
    const what = `${name} must be from ${otherwise} to ${MOST}, got ${wrong}`;
    throw new ImportError('attribute', context.build.subject, what);
  }
  return given;
}

/** The sizes of the window that a pooling operator must say. */
export function kernelShape(context: NodeContext, rank: number): readonly number[] {
  const given = context.ints('kernel_shape');
  if (given?.length === rank && given.every((size) => size > 0 && size <= MOST)) return given;
  const what = `kernel_shape must have ${rank} sizes, got ${given ? `[${given.join(', ')}]` : 'none'}`;
  throw new ImportError('attribute', context.build.subject, what);
}

/** The sizes of a kernel [filters, channels, ...sizes]. */
export function kernelOf(context: NodeContext, w: Value): readonly number[] {
  const sizes = w.shape.slice(2);
  if (sizes.every((size) => typeof size === 'number')) return sizes;
  return context.unsupported('the size of the kernel must be known when compiling');
}

/** The spatial axes of an operator's first input: from one to three. */
export function spatialOf(context: NodeContext, x: Value): readonly Dim[] {
  const spatial = x.shape.slice(2);
  if (spatial.length > 0 && spatial.length < 4) return spatial;
  return context.unsupported(`an input of rank ${x.shape.length}`);
}

/** The sides of `pads`, which lists those before all axes first. */
export function explicitPadding(context: NodeContext, rank: number): readonly (readonly [number, number])[] {
  const pads = context.ints('pads');
  if (!pads || pads.length === 0) return new Array<readonly [number, number]>(rank).fill([0, 0]);
  if (pads.length !== 2 * rank) {
    const what = `pads must have ${2 * rank} numbers, got ${pads.length}`;
    throw new ImportError('attribute', context.build.subject, what);
  }
  const wrong = pads.find((number) => Math.abs(number) > MOST);
  if (wrong !== undefined)
    throw new ImportError('attribute', context.build.subject, `pads of ${wrong} are out of range`);
  return Array.from({ length: rank }, (_, axis) => [pads[axis]!, pads[axis + rank]!]);
}

export const autoPads = ['NOTSET', 'SAME_UPPER', 'SAME_LOWER', 'VALID'] as const;
export type AutoPad = (typeof autoPads)[number];

/** The side that gets the odd element. */
export const largerSide = (mode: AutoPad): 'before' | 'after' => (mode === 'SAME_UPPER' ? 'after' : 'before');

/** The window that the attributes strides, dilations, auto_pad and pads describe. */
export function windowOf(context: NodeContext, spatial: readonly Dim[], kernel: readonly number[]): Window {
  const rank = spatial.length;
  const strides = perAxis(context, 'strides', rank, 1);
  const dilation = perAxis(context, 'dilations', rank, 1);
  const mode = context.oneOf('auto_pad', autoPads, 'NOTSET');
  const padding =
    mode === 'NOTSET'
      ? explicitPadding(context, rank)
      : spatial.map((size, axis): readonly [Dim, Dim] =>
          mode === 'VALID'
            ? [0, 0]
            : samePadding(size, extentOf(kernel[axis]!, dilation[axis]!), strides[axis]!, largerSide(mode)),
        );
  if (padding.some((sides) => sides.some((side) => typeof side === 'number' && side < 0))) {
    context.unsupported('negative pads');
  }
  return { kernel, strides, dilation, padding };
}
