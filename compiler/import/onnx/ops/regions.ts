import { add, floorDiv, mul, product, sub, type Dim } from '../../../dim.js';
import * as f from '../../../formula.js';
import type { Formula } from '../../../formula.js';
import type { Expand, Operators } from '../define.js';
import { axesOf, checkedIndex, fourAxes, positionOf } from '../../../expand/indexing.js';

const real = (size: Dim): Formula => f.convert('f32', f.size(size));
const [zero, one]: readonly Formula[] = [f.f32(0), f.f32(1)];
const whole = (x: Formula): Formula => f.convert('i32', x);

interface Extent {
  readonly start: Formula;
  readonly size: Formula;
  /** How many samples a bin has along the axis. */
  readonly samples: Formula;
}

/** Where a sample along an axis lies: the elements below and above it, and how far it is from the first. */
interface Sample {
  readonly isOutside: Formula;
  readonly below: Formula;
  readonly above: Formula;
  readonly part: Formula;
}

function withSample(at: Formula, length: Dim, body: (sample: Sample) => Formula): Formula {
  const last = f.sub(f.size(length), f.i32(1));
  return f.bind(at, 'f32', (given) =>
    f.bind(f.max(given, zero!), 'f32', (x) =>
      f.bind(f.min(whole(x), last), 'i32', (below) =>
        body({
          isOutside: f.or(f.less(given, f.f32(-1)), f.compare('greater', given, real(length))),
          below,
          above: f.min(f.add(below, f.i32(1)), last),
          part: f.select(f.equal(below, last), zero!, f.sub(x, f.convert('f32', below))),
        }),
      ),
    ),
  );
}

const roiAlign =
  (halfPixelFrom: 'attribute' | 'never'): Expand =>
  (context, inputs) => {
    const [x, rois, batches] = [0, 1, 2].map((at) => context.input(inputs, at));
    const mode = context.oneOf('mode', ['avg', 'max'], 'avg');
    const coordinates = ['half_pixel', 'output_half_pixel'] as const;
    const isHalf =
      halfPixelFrom === 'attribute' &&
      context.oneOf('coordinate_transformation_mode', coordinates, 'half_pixel') === 'half_pixel';
    const ratio = context.int('sampling_ratio', 0);
    const scale = f.f32(context.float('spatial_scale', 1));
    const counts = [context.int('output_height', 1), context.int('output_width', 1)] as const;
    const [batch, channels, height, width] = x!.shape as readonly [Dim, Dim, Dim, Dim];
    const [roi, channel, row, column] = fourAxes;
    const edge = (at: number): Formula => f.sub(f.mul(f.load(1, [roi, f.i32(at)]), scale), f.f32(isHalf ? 0.5 : 0));
    /** What a body makes of a bin along an axis whose edges stand at these places. */
    const withBin = (places: readonly [number, number], count: number, body: (extent: Extent) => Formula): Formula =>
      f.bind(edge(places[0]), 'f32', (start) => {
        const length = f.sub(edge(places[1]), start);
        const bin = f.div(isHalf ? length : f.max(length, one!), f.f32(count));
        return f.bind(bin, 'f32', (size) => {
          const samples = ratio > 0 ? f.i32(ratio) : whole(f.unary('ceil', size));
          return f.bind(samples, 'i32', (many) => body({ start, size, samples: many }));
        });
      });
    const place = ({ start, size, samples }: Extent, bin: Formula, at: Formula): Formula => {
      const within = f.div(f.mul(f.add(f.convert('f32', at), f.f32(0.5)), size), f.convert('f32', samples));
      return f.add(f.add(start, f.mul(f.convert('f32', bin), size)), within);
    };
    const pool = (map: Formula, vertical: Extent, horizontal: Extent): Formula => {
      const value = (vy: Sample, vx: Sample): readonly Formula[] => {
        const corner = (down: boolean, right: boolean): Formula => {
          const element = f.load(0, [map, channel, down ? vy.above : vy.below, right ? vx.above : vx.below]);
          const weight = f.mul(down ? vy.part : f.sub(one!, vy.part), right ? vx.part : f.sub(one!, vx.part));
          return f.mul(weight, element);
        };
        return [corner(false, false), corner(false, true), corner(true, false), corner(true, true)];
      };
      const at = (indices: readonly Formula[]): Formula =>
        withSample(place(vertical, row, indices[0]!), height, (vy) =>
          withSample(place(horizontal, column, indices[1]!), width, (vx) => {
            const corners = value(vy, vx).reduce((a, b) => (mode === 'avg' ? f.add(a, b) : f.max(a, b)));
            return f.select(f.or(vy.isOutside, vx.isOutside), zero!, corners);
          }),
        );
      const samples = [vertical.samples, horizontal.samples];
      if (mode === 'avg') {
        const count = f.max(f.mul(vertical.samples, horizontal.samples), f.i32(1));
        return f.div(f.sum('f32', samples, at), f.convert('f32', count));
      }
      const most = f.accumulate(f.f32(-Infinity), 'f32', samples, (best, indices) => f.max(best, at(indices)));
      return f.bind(most, 'f32', (best) => f.select(f.equal(best, f.f32(-Infinity)), zero!, best));
    };
    const formula = checkedIndex(f.load(2, [roi]), f.scalarOf(batches!.dtype), batch, roi, (map) =>
      withBin([1, 3], counts[0], (vertical) =>
        withBin([0, 2], counts[1], (horizontal) => pool(map, vertical, horizontal)),
      ),
    );
    return context.build.compute('float32', [rois!.shape[0]!, channels, ...counts], formula, x!, rois!, batches!);
  };

/** Maxima of the bins that regions of interest are cut into, 0 for an empty bin. */
const maxRoiPool: Expand = (context, inputs) => {
  const [x, rois] = [context.input(inputs, 0), context.input(inputs, 1)];
  const counts = context.ints('pooled_shape') ?? [];
  const scale = f.f32(context.float('spatial_scale', 1));
  const [batch, channels, height, width] = x.shape as readonly [Dim, Dim, Dim, Dim];
  const [roi, channel, row, column] = fourAxes;
  const half = f.f32(0.5);
  const edge = (at: number): Formula => {
    const place = f.mul(f.load(1, [roi, f.i32(at)]), scale);
    return f.bind(place, 'f32', (given) =>
      whole(f.select(f.less(given, zero!), f.unary('ceil', f.sub(given, half)), f.unary('floor', f.add(given, half)))),
    );
  };
  /** What a body makes of the first element of a bin and of those after its last. */
  const withBin = (
    places: readonly [number, number],
    bin: Formula,
    count: number,
    length: Dim,
    body: (start: Formula, end: Formula) => Formula,
  ): Formula =>
    f.bind(edge(places[0]), 'i32', (first) => {
      const size = f.max(f.add(f.sub(edge(places[1]), first), f.i32(1)), f.i32(1));
      return f.bind(f.div(f.convert('f32', size), f.f32(count)), 'f32', (each) => {
        const inside = (at: Formula): Formula => f.clamp(f.add(at, first), f.i32(0), f.size(length));
        const start = whole(f.unary('floor', f.mul(f.convert('f32', bin), each)));
        const end = whole(f.unary('ceil', f.mul(f.convert('f32', f.add(bin, f.i32(1))), each)));
        return f.bind(inside(start), 'i32', (from) => f.bind(inside(end), 'i32', (to) => body(from, to)));
      });
    });
  const formula = checkedIndex(whole(f.load(1, [roi, f.i32(0)])), 'i32', batch, roi, (map) =>
    withBin([2, 4], row, counts[0]!, height, (top, bottom) =>
      withBin([1, 3], column, counts[1]!, width, (left, right) => {
        const most = f.accumulate(
          f.f32(-Infinity),
          'f32',
          [f.sub(bottom, top), f.sub(right, left)],
          (best, [down, along]) => f.max(best, f.load(0, [map, channel, f.add(top, down!), f.add(left, along!)])),
        );
        const isEmpty = f.or(f.compare('lessOrEqual', bottom, top), f.compare('lessOrEqual', right, left));
        return f.select(isEmpty, zero!, most);
      }),
    ),
  );
  return context.build.compute('float32', [rois.shape[0]!, channels, ...counts], formula, x, rois);
};

/** Adds columns of blocks [batch, channels · block, blocks] up to maps. */
const col2im: Expand = (context, inputs) => {
  const x = context.input(inputs, 0);
  const image = context.sizes(context.input(inputs, 1), 'the image shape');
  const block = context.sizes(context.input(inputs, 2), 'the block shape');
  const all = (name: string, otherwise: number): readonly number[] => context.ints(name) ?? image.map(() => otherwise);
  const [dilations, strides] = [all('dilations', 1), all('strides', 1)];
  const pads = context.ints('pads') ?? [...image, ...image].map(() => 0);
  const [batch, depth, blocks] = x.shape as readonly [Dim, Dim, Dim];
  context.requireCount('the axes of the input', x.shape.length, 3);
  context.requireCount('the sizes of a block', block.length, image.length);
  for (const list of [dilations, strides]) context.requireCount('the numbers of steps', list.length, image.length);
  context.requireCount('the numbers of pads', pads.length, 2 * image.length);
  const counts = image.map((size, axis) => {
    const reach = add(mul(sub(block[axis]!, 1), dilations[axis]!), 1);
    const room = sub(add(size, pads[axis]! + pads[axis + image.length]!), reach);
    return add(floorDiv(room, strides[axis]!), 1);
  });
  context.build.require('equal', blocks, product(counts), 'there are {got} columns, the image has {expected} blocks');
  const own = axesOf(image.length + 2);
  const type = f.scalarOf(x.dtype);
  const sum = f.sum(
    type,
    block.map((size) => f.size(size)),
    (offsets) => {
      const origins = offsets.map((offset, axis) =>
        f.sub(f.add(own[axis + 2]!, f.i32(pads[axis]!)), f.mul(offset, f.i32(dilations[axis]!))),
      );
      const places = origins.map((origin, axis) => f.div(origin, f.i32(strides[axis]!)));
      const isBlock = origins
        .map((origin, axis) =>
          f.and(
            f.and(
              f.compare('greaterOrEqual', origin, f.i32(0)),
              f.equal(f.mul(places[axis]!, f.i32(strides[axis]!)), origin),
            ),
            f.less(places[axis]!, f.size(counts[axis]!)),
          ),
        )
        .reduce((left, right) => f.and(left, right));
      const row = positionOf([own[1]!, ...offsets], [floorDiv(depth, product(block)), ...block]);
      return f.select(isBlock, f.load(0, [own[0]!, row, positionOf(places, counts)]), f.number(type, 0));
    },
  );
  return context.build.compute(x.dtype, [batch, floorDiv(depth, product(block)), ...image], sum, x);
};

/** Operators on regions and blocks of maps. */
export const regions: Operators = {
  RoiAlign: { 10: roiAlign('never'), 16: roiAlign('attribute') },
  MaxRoiPool: { 1: maxRoiPool },
  Col2Im: { 18: col2im },
};
