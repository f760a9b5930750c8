import { single, tfjsLayer, type LayerCase, type Oracle } from './case.js';
import {
  generate,
  at,
  mean,
  permuted,
  pooled,
  samePadding,
  withShape,
  type Axes2,
  type Reference,
} from './reference.js';

type Padding = 'valid' | 'same' | 'sameLower' | number | readonly (readonly number[])[];

const sidesOf = (padding: Padding, axis: number, size: number, pool: number, stride: number): Axes2 => {
  if (padding === 'valid') return [0, 0];
  if (padding === 'same' || padding === 'sameLower') return samePadding(size, pool, stride, 1, padding === 'sameLower');
  return typeof padding === 'number' ? [padding, padding] : (padding[axis] as unknown as Axes2);
};

const folds = { max: (values: number[]) => Math.max(...values), average: mean };

const pool2dReference =
  (fold: keyof typeof folds, size: Axes2, strides: Axes2, padding: Padding): Oracle =>
  ([x]) => {
    const sides = [0, 1].map((axis) => sidesOf(padding, axis, x!.shape[1 + axis]!, size[axis]!, strides[axis]!));
    return pooled(x!, size, strides, sides as unknown as readonly [Axes2, Axes2], folds[fold]);
  };

const pool1dReference =
  (fold: keyof typeof folds, size: number, stride: number, padding: Padding): Oracle =>
  ([x]) => {
    const [batch, length, channels] = x!.shape as [number, number, number];
    const map = withShape(x!, [batch, 1, length, channels]);
    const sides = sidesOf(padding, 0, length, size, stride);
    const y = pooled(map, [1, size], [1, stride], [[0, 0], sides], folds[fold]);
    return withShape(y, [batch, y.shape[2]!, channels]);
  };

const channelsFirst =
  (oracle: Oracle): Oracle =>
  ([x], variable) => {
    const two = x!.shape.length === 4;
    const y = oracle([permuted(x!, two ? [0, 2, 3, 1] : [0, 2, 1])], variable);
    return permuted(y, two ? [0, 3, 1, 2] : [0, 2, 1]);
  };

const families = [
  ['max', 'maxPooling'],
  ['average', 'averagePooling'],
] as const;

const pool1d: readonly LayerCase[] = families.flatMap(([fold, family]) => {
  const kind = `${family}1d` as const;
  return [
    single(
      'defaults',
      kind,
      {},
      [2, 7, 3],
      tfjsLayer((factory) => factory[kind]({})),
    ),
    ...[1, 2, 3].flatMap((poolSize) =>
      [undefined, 1, 2, 3].flatMap((strides) =>
        (['valid', 'same'] as const).map((padding) =>
          single(
            `${poolSize} strides ${strides ?? 'default'} ${padding}`,
            kind,
            { poolSize, padding, ...(strides && { strides }) },
            [2, 8, 3],
            tfjsLayer((factory) => factory[kind]({ poolSize, padding, ...(strides && { strides }) })),
          ),
        ),
      ),
    ),
    ...(['sameLower', 1, [[0, 2]], [[2, 1]]] as const).map((padding) =>
      single(
        `padding ${JSON.stringify(padding)}`,
        kind,
        { poolSize: 3, strides: 2, padding },
        [2, 6, 4],
        pool1dReference(fold, 3, 2, padding),
      ),
    ),
    single(
      'channels first',
      kind,
      { poolSize: 2, dataFormat: 'channelsFirst' },
      [2, 3, 5],
      channelsFirst(pool1dReference(fold, 2, 2, 'valid')),
    ),
    single('as long as its input', kind, { poolSize: 5 }, [1, 5, 2], pool1dReference(fold, 5, 5, 'valid')),
  ];
});

const pool2d: readonly LayerCase[] = families.flatMap(([fold, family]) => {
  const kind = `${family}2d` as const;
  return [
    single(
      'defaults',
      kind,
      {},
      [2, 6, 5, 3],
      tfjsLayer((factory) => factory[kind]({})),
    ),
    ...[2, 3, [1, 2], [3, 2]].flatMap((poolSize) =>
      [undefined, 1, 2, [2, 3]].flatMap((strides) =>
        (['valid', 'same'] as const).map((padding) =>
          single(
            `${String(poolSize)} strides ${String(strides ?? 'default')} ${padding}`,
            kind,
            { poolSize, padding, ...(strides && { strides }) },
            [1, 7, 6, 5],
            tfjsLayer((factory) =>
              factory[kind]({
                poolSize: poolSize as [number, number],
                padding,
                ...(strides && { strides: strides as [number, number] }),
              }),
            ),
          ),
        ),
      ),
    ),
    ...(
      [
        'sameLower',
        1,
        [
          [2, 0],
          [1, 2],
        ],
      ] as const
    ).map((padding) =>
      single(
        `padding ${JSON.stringify(padding)}`,
        kind,
        { poolSize: 3, strides: [2, 1], padding },
        [2, 6, 5, 4],
        pool2dReference(fold, [3, 3], [2, 1], padding),
      ),
    ),
    single(
      'channels first',
      kind,
      { poolSize: 3, strides: 2, padding: 'same', dataFormat: 'channelsFirst' },
      [2, 3, 5, 6],
      channelsFirst(pool2dReference(fold, [3, 3], [2, 2], 'same')),
    ),
    ...[1, 8, 13].map((channels) =>
      single(`${channels} channels`, kind, {}, [1, 4, 4, channels], pool2dReference(fold, [2, 2], [2, 2], 'valid')),
    ),
  ];
});

/** All the elements of `axes` folded into one. */
const foldAxes = (
  x: Reference,
  axes: readonly number[],
  keep: boolean,
  fold: (values: number[]) => number,
): Reference => {
  const folded = generate(
    x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size)),
    (index) => {
      const values: number[] = [];
      const visit = (position: readonly number[], [axis, ...others]: readonly number[]): void => {
        if (axis === undefined) values.push(at(x, position));
        else for (let i = 0; i < x.shape[axis]!; i++) visit(position.with(axis, i), others);
      };
      visit(index, axes);
      return fold(values);
    },
  );
  return keep
    ? folded
    : withShape(
        folded,
        folded.shape.filter((_, axis) => !axes.includes(axis)),
      );
};

const global: readonly LayerCase[] = families.flatMap(([fold, family]) =>
  (
    [
      [1, [2, 7, 3]],
      [2, [2, 4, 5, 3]],
      [3, [2, 3, 4, 2, 5]],
    ] as const
  ).flatMap(([rank, shape]) => {
    const kind = `global${family[0]!.toUpperCase()}${family.slice(1)}${rank}d`;
    const last = [1, 2, 3].slice(0, rank);
    const first = [2, 3, 4].slice(0, rank);
    return [
      single('defaults', kind, {}, shape, ([x]) => foldAxes(x!, last, false, folds[fold])),
      single('keepDims', kind, { keepDims: true }, shape, ([x]) => foldAxes(x!, last, true, folds[fold])),
      single('channels first', kind, { dataFormat: 'channelsFirst' }, shape, ([x]) =>
        foldAxes(x!, first, false, folds[fold]),
      ),
      single('channels first, keepDims', kind, { dataFormat: 'channelsFirst', keepDims: true }, shape, ([x]) =>
        foldAxes(x!, first, true, folds[fold]),
      ),
      ...(rank === 3
        ? []
        : [
            single(
              'as tfjs',
              kind,
              {},
              shape.map((size) => size + 1),
              tfjsLayer((factory) => {
                const name = kind as 'globalMaxPooling1d' | 'globalAveragePooling1d';
                return factory[name]({});
              }),
            ),
          ]),
    ];
  }),
);

/** Which steps of three examples count: some, all, one. */
const counted = [0, 2, 0, 1, 1, 1, 1, 1, 0, 0, 0, 3];

const ofSteps: readonly LayerCase[] = [false, true].flatMap((keepDims) =>
  (['channelsLast', 'channelsFirst'] as const).flatMap((dataFormat) =>
    ([{ below: 4 }, undefined] as const).map((indices): LayerCase => {
      const isLast = dataFormat === 'channelsLast';
      return {
        name: `globalAveragePooling1d of steps that count, ${dataFormat}${keepDims ? ', kept' : ''}${indices ? ', integers' : ''}`,
        layers: [{ name: 'layer', kind: 'globalAveragePooling1d', from: ['x', 'mask'], keepDims, dataFormat }],
        inputs: {
          x: { shape: isLast ? [3, 4, 2] : [3, 2, 4] },
          mask: { shape: [3, 4], values: counted, ...(indices && { indices }) },
        },
        expected: ([x]) =>
          generate(keepDims ? (isLast ? [3, 1, 2] : [3, 2, 1]) : [3, 2], (index) => {
            const [row, channel] = [index[0]!, index[keepDims && isLast ? 2 : 1]!];
            const steps = [0, 1, 2, 3].filter((step) => counted[row * 4 + step] !== 0);
            return mean(steps.map((step) => at(x!, isLast ? [row, step, channel] : [row, channel, step])));
          }),
      };
    }),
  ),
);

export const poolingCases: readonly LayerCase[] = [...pool1d, ...pool2d, ...global, ...ofSteps];
