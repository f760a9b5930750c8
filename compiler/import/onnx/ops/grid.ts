import type { Dim } from '../../../dim.js';
import * as f from '../../../formula.js';
import type { Formula } from '../../../formula.js';
import type { Value } from '../../../ir.js';
import type { NodeContext } from '../context.js';
import type { Expand, Operators } from '../define.js';
import { axesOf } from '../../../expand/indexing.js';

const paddings = ['zeros', 'border', 'reflection'] as const;
type PaddingMode = (typeof paddings)[number];
type Mode = 'nearest' | 'linear' | 'cubic';

interface Sampling {
  readonly mode: Mode;
  readonly padding: PaddingMode;
  readonly alignCorners: boolean;
}

const real = (size: Dim): Formula => f.convert('f32', f.size(size));
const [zero, one, half]: readonly Formula[] = [f.f32(0), f.f32(1), f.f32(0.5)];

/** The least and the largest coordinate inside an axis. */
const bordersOf = (length: Dim, alignCorners: boolean): readonly [Formula, Formula] =>
  alignCorners ? [zero!, f.sub(real(length), one!)] : [f.unary('negate', half!), f.sub(real(length), half!)];

/** A coordinate outside, reflected by the borders until it is inside; in an axis without extent it is at the border. */
function reflected(x: Formula, [least, most]: readonly [Formula, Formula]): Formula {
  const extent = f.sub(most, least);
  const isBelow = f.less(x, least);
  const beyond = f.select(isBelow, f.sub(least, x), f.sub(x, most));
  return f.bind(beyond, 'f32', (distance) =>
    f.bind(f.unary('floor', f.div(distance, extent)), 'f32', (turns) =>
      f.bind(f.sub(distance, f.mul(turns, extent)), 'f32', (rest) => {
        const isEven = f.equal(f.mul(f.unary('floor', f.mul(turns, half!)), f.f32(2)), turns);
        const fromStart = f.equal(isEven, f.less(x, least));
        const inside = f.select(fromStart, f.add(least, rest), f.sub(most, rest));
        return f.select(f.compare('greater', extent, zero!), inside, least);
      }),
    ),
  );
}

/** A coordinate from −1 to 1 as a position along an axis, brought inside as the padding says. */
function positionAlong(given: Formula, length: Dim, { mode, padding, alignCorners }: Sampling): Formula {
  const fromZero = f.add(given, one!);
  const scaled = alignCorners
    ? f.mul(f.mul(fromZero, half!), f.sub(real(length), one!))
    : f.mul(f.sub(f.mul(fromZero, real(length)), one!), half!);
  return f.bind(mode === 'nearest' ? f.unary('round', scaled) : scaled, 'f32', (x) => {
    if (padding === 'zeros') return x;
    const borders = bordersOf(length, alignCorners);
    const isOutside = f.or(f.less(x, borders[0]), f.compare('greater', x, borders[1]));
    const moved = padding === 'border' ? f.clamp(x, zero!, f.sub(real(length), one!)) : reflected(x, borders);
    return f.select(isOutside, moved, x);
  });
}

/** One of the elements along an axis of which a sample is made. */
interface Tap {
  readonly index: Formula;
  readonly weight: Formula;
  /** Undefined where it always is. */
  readonly isInside: Formula | undefined;
}

function indexOf(at: Formula, length: Dim, { padding, alignCorners }: Sampling): Formula {
  if (padding === 'zeros') return at;
  const last = f.sub(f.size(length), f.i32(1));
  const isInside = f.inside(at, f.size(length));
  const mirrored = f.convert(
    'i32',
    f.bind(f.convert('f32', at), 'f32', (x) => reflected(x, bordersOf(length, alignCorners))),
  );
  const moved = padding === 'border' ? at : f.select(isInside, at, mirrored);
  return f.clamp(moved, f.i32(0), last);
}

const A = -0.75;
const polynomial = (x: Formula, coefficients: readonly number[]): Formula =>
  coefficients.map<Formula>((coefficient) => f.f32(coefficient)).reduce((sum, next) => f.add(f.mul(sum, x), next));
const near = (x: Formula): Formula => polynomial(x, [A + 2, -(A + 3), 0, 1]);
const far = (x: Formula): Formula => polynomial(x, [A, -5 * A, 8 * A, -4 * A]);

/** Weights of the elements around a position, `part` after the one at or below it. */
const weightsOf: Readonly<Record<Mode, (part: Formula) => readonly Formula[]>> = {
  nearest: () => [one!],
  linear: (part) => [f.sub(one!, part), part],
  cubic: (part) => {
    const rest = f.sub(one!, part);
    return [far(f.add(part, one!)), near(part), near(rest), far(f.add(rest, one!))];
  },
};

/** What a body makes of the taps along an axis, each computed once. */
function withTaps(
  position: Formula,
  length: Dim,
  sampling: Sampling,
  body: (taps: readonly Tap[]) => Formula,
): Formula {
  const first = sampling.mode === 'cubic' ? -1 : 0;
  return f.bind(position, 'f32', (x) =>
    f.bind(f.unary('floor', x), 'f32', (below) =>
      f.bind(f.convert('i32', below), 'i32', (base) => {
        const weights = weightsOf[sampling.mode](f.sub(x, below));
        const collect = (taps: readonly Tap[]): Formula => {
          const weight = weights[taps.length];
          if (!weight) return body(taps);
          const at = f.add(base, f.i32(first + taps.length));
          return f.bind(indexOf(at, length, sampling), 'i32', (index) =>
            f.bind(weight, 'f32', (by) => {
              const isInside = sampling.padding === 'zeros' ? f.inside(index, f.size(length)) : undefined;
              const next = (known: Formula | undefined): Formula =>
                collect([...taps, { index, weight: by, isInside: known }]);
              return isInside ? f.bind(isInside, 'i32', next) : next(undefined);
            }),
          );
        };
        return collect([]);
      }),
    ),
  );
}

/** Samples x [batch, channels, …] at positions [batch, …, axes]. */
function sampled(context: NodeContext, x: Value, positions: Value, sampling: Sampling): Value {
  const lengths = x.shape.slice(2);
  const shape = [x.shape[0]!, x.shape[1]!, ...positions.shape.slice(1, -1)];
  const own = axesOf(shape.length);
  const isReal = x.dtype === 'float32';
  const type = f.scalarOf(x.dtype);
  const pixel = (taps: readonly Tap[]): Formula => {
    const element = f.load(0, [own[0]!, own[1]!, ...taps.map(({ index }) => index)]);
    const checks = taps.flatMap(({ isInside }) => isInside ?? []);
    if (checks.length === 0) return element;
    return f.select(
      checks.reduce((left, right) => f.and(left, right)),
      element,
      f.number(type, 0),
    );
  };
  /** The sum over the taps of the axes from `axis` on. */
  const sum = (axis: number, all: readonly (readonly Tap[])[], chosen: readonly Tap[]): Formula => {
    if (axis === lengths.length) {
      if (sampling.mode === 'nearest') return pixel(chosen);
      return isReal ? pixel(chosen) : f.convert('f32', pixel(chosen));
    }
    const terms = all[axis]!.map((tap) => {
      const inner = sum(axis + 1, all, [...chosen, tap]);
      return sampling.mode === 'nearest' ? inner : f.mul(tap.weight, inner);
    });
    return terms.reduce((left, right) => f.add(left, right));
  };
  const along = (axis: number, all: readonly (readonly Tap[])[]): Formula => {
    if (axis === lengths.length) return sum(0, all, []);
    const position = f.load(1, [own[0]!, ...own.slice(2), f.i32(axis)]);
    return withTaps(position, lengths[axis]!, sampling, (taps) => along(axis + 1, [...all, taps]));
  };
  const value = along(0, []);
  const formula = isReal || sampling.mode === 'nearest' ? value : f.convert(type, value);
  return context.build.compute(x.dtype, shape, formula, x, positions);
}

const gridSample =
  (names: Readonly<Record<string, Mode>>, otherwise: string): Expand =>
  (context, inputs) => {
    const [x, grid] = [context.input(inputs, 0), context.input(inputs, 1)];
    const sampling: Sampling = {
      mode: names[context.oneOf('mode', Object.keys(names), otherwise)]!,
      padding: context.oneOf('padding_mode', paddings, 'zeros'),
      alignCorners: context.flag('align_corners'),
    };
    const lengths = x.shape.slice(2);
    const axes = lengths.length;
    context.build.require('equal', grid.shape[0]!, x.shape[0]!, 'a grid for {got} maps, there are {expected}');
    context.build.require('equal', grid.shape.at(-1)!, axes, 'coordinates of {got} axes, there are {expected}');
    const own = axesOf(grid.shape.length);
    // Coordinates stand with the last axis first.
    const formula = lengths.reduceRight<Formula | undefined>((rest, length, axis) => {
      const given = f.load(0, [...own.slice(0, -1), f.i32(axes - 1 - axis)]);
      const position = positionAlong(given, length, sampling);
      return rest ? f.select(f.equal(own.at(-1)!, f.i32(axis)), position, rest) : position;
    }, undefined);
    const positions = context.build.compute('float32', grid.shape, formula!, grid);
    return sampled(context, x, positions, sampling);
  };

/** Coordinates from −1 to 1 of the elements of maps of a size [batch, channels, …], transformed by theta. */
const affineGrid: Expand = (context, inputs) => {
  const theta = context.input(inputs, 0);
  const size = context.sizes(context.input(inputs, 1), 'the size');
  const [batch, , ...lengths] = size as readonly [Dim, Dim, ...Dim[]];
  const axes = lengths.length;
  const own = axesOf(axes + 2);
  const [map, coordinate] = [own[0]!, own.at(-1)!];
  const factor = (column: number): Formula => f.load(0, [map, coordinate, f.i32(column)]);
  const along = (axis: number): Formula => {
    const at = f.convert('f32', own[1 + axis]!);
    const length = real(lengths[axis]!);
    if (!context.flag('align_corners')) return f.sub(f.div(f.add(f.mul(at, f.f32(2)), one!), length), one!);
    const spread = f.sub(f.div(f.mul(at, f.f32(2)), f.sub(length, one!)), one!);
    return f.select(f.equal(length, one!), zero!, spread);
  };
  // Columns of theta stand with the last axis first.
  const sum = lengths.reduce<Formula>(
    (total, _, axis) => f.add(total, f.mul(factor(axes - 1 - axis), along(axis))),
    factor(axes),
  );
  return context.build.compute('float32', [batch, ...lengths, axes], sum, theta);
};

const [linear, cubic] = ['linear', 'cubic'] as const;

/** Operators that sample maps at coordinates. */
export const grids: Operators = {
  GridSample: {
    16: gridSample({ bilinear: linear, nearest: 'nearest', bicubic: cubic }, 'bilinear'),
    20: gridSample({ linear, nearest: 'nearest', cubic, bilinear: linear, bicubic: cubic }, 'linear'),
  },
  AffineGrid: { 20: affineGrid },
};
