import { add, floorDiv, mul, sub, type Dim } from '../../../dim.js';
import { ImportError } from '../../../errors.js';
import * as f from '../../../formula.js';
import type { Formula } from '../../../formula.js';
import { convolveMap } from '../../../expand/convolve-map.js';
import type { Expand, Operators } from '../define.js';
import { channelsFirst, extentOf } from '../../../expand/axes.js';
import { kernelOf, windowOf } from '../window.js';

/** Bilinear between the four neighbours of a point, of which those outside count as 0. */
function sample(
  at: (y: Formula, x: Formula) => Formula,
  [height, width]: readonly [Formula, Formula],
  y: Formula,
  x: Formula,
): Formula {
  const corner = (row: Formula, column: Formula): Formula =>
    f.select(f.and(f.inside(row, height), f.inside(column, width)), at(row, column), f.f32(0));
  const between = (from: Formula, to: Formula, part: Formula): Formula =>
    f.add(f.mul(from, f.sub(f.f32(1), part)), f.mul(to, part));
  const floored = (value: Formula, body: (low: Formula, part: Formula) => Formula): Formula =>
    f.bind(value, 'f32', (position) =>
      f.bind(f.unary('floor', position), 'f32', (low) => body(f.convert('i32', low), f.sub(position, low))),
    );
  return floored(y, (top, down) =>
    f.bind(top, 'i32', (row) =>
      floored(x, (left, right) =>
        f.bind(left, 'i32', (column) => {
          const [below, beside] = [f.add(row, f.i32(1)), f.add(column, f.i32(1))];
          const upper = between(corner(row, column), corner(row, beside), right);
          const lower = between(corner(below, column), corner(below, beside), right);
          return between(upper, lower, down);
        }),
      ),
    ),
  );
}

/**
 * The taps of each window are sampled where offsets move them, and weighted: channels of a map that a kernel of one tap
 * convolves.
 */
const deformable: Expand = (context, inputs) => {
  const { build } = context;
  const x = context.input(inputs, 0);
  if (x.shape.length !== 4) return context.unsupported(`an input of rank ${x.shape.length}`);
  const w = context.weight(context.input(inputs, 1), 'weight', 'oihw');
  const offset = context.input(inputs, 2);
  const [, , , bias, mask] = inputs;
  const [batch, channels, height, width] = x.shape as [Dim, Dim, Dim, Dim];
  const [filters, perGroup] = w.shape as [Dim, Dim];
  const [rows, columns] = kernelOf(context, w) as [number, number];
  const taps = rows * columns;
  const offsetGroups = context.int('offset_group', 1);
  if (typeof channels !== 'number') return context.unsupported('the number of channels must be known when compiling');
  if (channels % offsetGroups !== 0) {
    throw new ImportError(
      'attribute',
      build.subject,
      `offset_group ${offsetGroups} does not divide ${channels} channels`,
    );
  }
  const { strides, dilation, padding } = windowOf(context, [height, width], [rows, columns]);
  const outputs = [height, width].map((size, axis) => {
    const [before, after] = padding[axis]!;
    const extent = extentOf([rows, columns][axis]!, dilation[axis]!);
    return add(floorDiv(sub(add(add(size, before), after), extent), strides[axis]!), 1);
  });
  build.require('equal', offset.shape[1]!, 2 * taps * offsetGroups, 'expects {expected} offsets, got {got}');
  outputs.forEach((size, axis) => {
    build.require(
      'equal',
      offset.shape[axis + 2]!,
      size,
      `offsets have size {got} on axis ${axis + 2}, expected {expected}`,
    );
  });
  // The map of samples is [batch, height', width', channel · taps + tap].
  const [image, row, column, sampled] = [f.axis(0), f.axis(1), f.axis(2), f.axis(3)];
  const channel = f.div(sampled, f.i32(taps));
  const tap = f.binary('remainder', sampled, f.i32(taps));
  const along = [f.div(tap, f.i32(columns)), f.binary('remainder', tap, f.i32(columns))];
  const group = f.div(channel, f.i32(channels / offsetGroups));
  const moved = f.add(f.mul(group, f.i32(taps)), tap);
  const [y, at] = [row, column].map((position, axis) => {
    const start = f.sub(f.mul(position, f.i32(strides[axis]!)), f.size(padding[axis]![0]));
    const still = f.add(start, f.mul(along[axis]!, f.i32(dilation[axis]!)));
    const by = f.load(1, [image, f.add(f.mul(moved, f.i32(2)), f.i32(axis)), row, column]);
    return f.add(f.convert('f32', still), by);
  }) as [Formula, Formula];
  const value = sample((h, v) => f.load(0, [image, channel, h, v]), [f.size(height), f.size(width)], y, at);
  const weighted = mask ? f.mul(value, f.load(2, [image, moved, row, column])) : value;
  const values = mask ? [x, offset, mask] : [x, offset];
  const map = build.compute('float32', [batch, ...outputs, channels * taps], weighted, ...values);
  const kernel = build.reshape(w, [filters, mul(perGroup, taps), 1, 1]);
  const groups = context.int('group', 1);
  const slide = { strides: [1, 1], dilation: [1, 1], padding: [[0, 0], [0, 0]], groups } as const; // prettier-ignore
  const sum = convolveMap(build, map, kernel, slide);
  return channelsFirst(build, bias ? build.binary('add', sum, context.weight(bias, 'bias')) : sum);
};

/** Convolutions whose taps move. */
export const deformables: Operators = { DeformConv: { 19: deformable } };
