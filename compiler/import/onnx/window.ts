import { add, ceilDiv, equal, floorDiv, max, mul, sub, type Dim } from '../../dim.js';
import { ImportError } from '../../errors.js';
import type { Padding, Value } from '../../ir.js';
import type { NodeContext } from './context.js';
import type { FoldingBuild } from './fold.js';

/** How a window slides over the spatial axes of a tensor [batch, channels, ...spatial]. */
export interface Window {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilation: readonly number[];
  readonly padding: Padding;
}

/** Elements from the first tap of a dilated kernel to its last. */
export const extentOf = (kernel: number, dilation: number): number => (kernel - 1) * dilation + 1;

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

/** The halves of a padding, of which `SAME_UPPER` makes the one after the axis the larger. */
export function halves(total: Dim, mode: AutoPad): readonly [before: Dim, after: Dim] {
  const smaller = floorDiv(total, 2);
  const larger = sub(total, smaller);
  return mode === 'SAME_UPPER' ? [smaller, larger] : [larger, smaller];
}

/** The padding that makes ⌈size / stride⌉ windows. */
function samePadding(size: Dim, extent: number, stride: number, mode: AutoPad): readonly [Dim, Dim] {
  if (extent === 1) return [0, 0];
  const total = sub(add(mul(sub(ceilDiv(size, stride), 1), stride), extent), size);
  return halves(stride <= extent ? total : max(0, total), mode);
}

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
          mode === 'VALID' ? [0, 0] : samePadding(size, extentOf(kernel[axis]!, dilation[axis]!), strides[axis]!, mode),
        );
  if (padding.some((sides) => sides.some((side) => typeof side === 'number' && side < 0))) {
    context.unsupported('negative pads');
  }
  return { kernel, strides, dilation, padding };
}

/** [batch, channels, ...spatial] → [batch, ...spatial, channels] */
export function channelsLast(build: FoldingBuild, x: Value): Value {
  const rank = x.shape.length;
  const spatial = Array.from({ length: rank - 2 }, (_, axis) => axis + 2);
  return build.op({ kind: 'transpose', permutation: [0, ...spatial, 1] }, [x]);
}

/** [batch, ...spatial, channels] → [batch, channels, ...spatial] */
export function channelsFirst(build: FoldingBuild, x: Value): Value {
  const rank = x.shape.length;
  const spatial = Array.from({ length: rank - 2 }, (_, axis) => axis + 1);
  return build.op({ kind: 'transpose', permutation: [0, rank - 1, ...spatial] }, [x]);
}

/** Elements `start + i · step` for i < size along one axis. */
export function sliceAxis(build: FoldingBuild, x: Value, axis: number, start: Dim, size: Dim, step = 1): Value {
  const isWhole = start === 0 && equal(size, x.shape[axis]!) && (step === 1 || size === 1);
  if (isWhole) return x;
  return build.op(
    {
      kind: 'slice',
      starts: x.shape.map((_, at) => (at === axis ? start : 0)),
      steps: x.shape.map((_, at) => (at === axis ? step : 1)),
      sizes: x.shape.map((own, at) => (at === axis ? size : own)),
    },
    [x],
  );
}

/** A tensor as a pad op makes it, or as it is where there is nothing to add. */
export function padAxes(build: FoldingBuild, x: Value, padding: Padding, value = 0): Value {
  if (padding.every((sides) => sides.every((side) => side === 0))) return x;
  return build.op({ kind: 'pad', padding, value }, [x]);
}
