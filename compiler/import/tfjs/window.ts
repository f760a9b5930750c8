import type { Dim } from '../../dim.js';
import { ImportError } from '../../errors.js';
import { channelsFirst, channelsLast, extentOf } from '../../expand/axes.js';
import { samePadding } from '../../expand/padding.js';
import type { Padding, Value } from '../../ir.js';
import type { NodeContext } from './context.js';

/** Steps and sizes beyond it are faults. */
const MOST = 2 ** 31 - 1;

/** Whether attribute `data_format` puts the channels before the space. */
const isChannelsFirst = (context: NodeContext): boolean => {
  const formats = ['NHWC', 'NCHW', 'NDHWC', 'NCDHW', 'NWC', 'NCW'] as const;
  return context.oneOf('data_format', formats, 'NHWC').startsWith('NC');
};

/** What a function gives for a map with its channels last, in the axes of the map as it is. */
export function onMap(context: NodeContext, x: Value, apply: (map: Value) => Value): Value {
  if (!isChannelsFirst(context)) return apply(x);
  if (x.shape.length < 3) context.build.fail(`a map has rank 3 and more, got ${x.shape.length}`);
  return channelsFirst(context.build, apply(channelsLast(context.build, x)));
}

/** @throws ImportError for a tensor of another rank */
export function requireRank(context: NodeContext, what: string, { shape }: Value, rank: number): void {
  if (shape.length === rank) return;
  throw new ImportError('shape', context.build.subject, `${what} must have rank ${rank}, got ${shape.length}`);
}

/** The numbers of an attribute for `rank` spatial axes; for the batch and the channels they are 1. */
export function perAxis(context: NodeContext, name: string, rank: number): readonly number[] {
  const given = context.ints(name);
  if (given.length === 0) return new Array<number>(rank).fill(1);
  const fail = (what: string): never => {
    throw new ImportError('attribute', context.build.subject, `${name} ${what}`);
  };
  if (given.length === 1) return new Array<number>(rank).fill(given[0]!).map((each) => checked(each, fail));
  if (given.length === rank) return given.map((each) => checked(each, fail));
  if (given.length !== rank + 2) return fail(`must have ${rank + 2} numbers, got ${given.length}`);
  const numbers = given.map((each) => checked(each, fail));
  const spatial = isChannelsFirst(context) ? numbers.slice(2) : numbers.slice(1, -1);
  const others = isChannelsFirst(context) ? numbers.slice(0, 2) : [numbers[0]!, numbers.at(-1)!];
  if (others.some((each) => each !== 1)) return context.unsupported(`${name} of the batch or of channels`);
  return spatial;
}

function checked(number: number, fail: (what: string) => never): number {
  return number >= 1 && number <= MOST ? number : fail(`must be from 1 to ${MOST}, got ${number}`);
}

/** The sides of attribute `explicit_paddings`. */
export function explicitPadding(context: NodeContext, rank: number): readonly (readonly [number, number])[] {
  const given = context.ints('explicit_paddings');
  const wrong = given.find((side) => side < 0 || side > MOST);
  if (given.length !== 2 * rank + 4 || wrong !== undefined) {
    const what = `explicit_paddings must be ${2 * rank + 4} sizes, got [${given.slice(0, 12).join(', ')}]`;
    throw new ImportError('attribute', context.build.subject, what);
  }
  const sides = Array.from({ length: rank + 2 }, (_, axis) => [given[2 * axis]!, given[2 * axis + 1]!] as const);
  return isChannelsFirst(context) ? sides.slice(2) : sides.slice(1, -1);
}

export const paddings = ['SAME', 'VALID', 'EXPLICIT'] as const;

/** What attribute `padding` adds around the spatial axes of a map. */
export function paddingOf(
  context: NodeContext,
  spatial: readonly Dim[],
  window: {
    readonly kernel: readonly number[];
    readonly strides: readonly number[];
    readonly dilation: readonly number[];
  },
): Padding {
  const { kernel, strides, dilation } = window;
  switch (context.oneOf('padding', paddings)) {
    case 'VALID':
      return spatial.map(() => [0, 0]);
    case 'EXPLICIT':
      return explicitPadding(context, spatial.length);
    case 'SAME':
      return spatial.map((size, axis) =>
        samePadding(size, extentOf(kernel[axis]!, dilation[axis]!), strides[axis]!, 'after'),
      );
  }
}

/** The sizes of a kernel along `rank` spatial axes, which come first. */
export function kernelOf(context: NodeContext, w: Value, rank: number): readonly number[] {
  const sizes = w.shape.slice(0, rank);
  if (sizes.every((size) => typeof size === 'number')) return sizes;
  return context.unsupported('the size of the kernel must be known when compiling');
}
