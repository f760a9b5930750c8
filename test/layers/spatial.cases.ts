import { single, tfjsLayer, type InputSource, type LayerCase, type Oracle } from './case.js';
import { combine, map, mean, permuted, withShape, type Axes2, type Reference } from './reference.js';
import { convolveSpatial, each, poolSpatial, type Sides } from './spatial-reference.js';

export interface Geometry {
  readonly padding?: Sides | number;
  readonly strides?: number | readonly number[];
  readonly dilation?: number | readonly number[];
  readonly groups?: number;
}

export const slidingOf = (rank: number, { padding = 'valid', strides, dilation }: Geometry) => ({
  padding: typeof padding === 'number' ? each(rank, padding).map((side): Axes2 => [side, side]) : padding,
  strides: each(rank, strides),
  dilation: each(rank, dilation),
});

export const withBias = (y: Reference, bias: Reference | undefined): Reference =>
  bias ? combine([y, bias], (a, b) => a + b) : y;

/** What an oracle for channels last makes of channels first. */
export const channelsFirst =
  (oracle: Oracle): Oracle =>
  ([x], variable) => {
    const spatial = x!.shape.slice(2).map((_, axis) => axis);
    const last = permuted(x!, [0, ...spatial.map((axis) => axis + 2), 1]);
    return permuted(oracle([last], variable), [0, spatial.length + 1, ...spatial.map((axis) => axis + 1)]);
  };

export const relu =
  (oracle: Oracle): Oracle =>
  (inputs, variable) =>
    map(oracle(inputs, variable), (value) => Math.max(value, 0));

/** Groups need their channels to be known when compiling. */
const knownChannels = (shape: readonly number[], axis = shape.length - 1): InputSource => ({
  shape,
  open: shape.map((_, other) => other).filter((other) => other !== axis),
});

const both = ['weight', 'bias'];

const convolution =
  (geometry: Geometry, bias = true): Oracle =>
  ([x], variable) => {
    const w = variable('layer.weight');
    const y = convolveSpatial(x!, w, slidingOf(w.shape.length - 2, geometry), geometry.groups);
    return withBias(y, bias ? variable('layer.bias') : undefined);
  };

const paddings3d: readonly (Sides | number)[] = [
  'valid',
  'same',
  'sameLower',
  1,
  [
    [2, 1],
    [0, 1],
    [1, 0],
  ],
];

/** Where strides are longer than the window, tfjs gives volumes a padding below 0. */
const isShortStride = (size: number | readonly number[], strides: number | readonly number[]): boolean =>
  each(3, strides).every((stride, axis) => stride <= each(3, size)[axis]!);

const conv3d: readonly LayerCase[] = [
  ...[1, 2, [3, 1, 2]].flatMap((kernelSize) =>
    (['valid', 'same'] as const).flatMap((padding) =>
      [1, 2, [1, 3, 2]].map((strides) =>
        single(
          `kernel ${String(kernelSize)} ${padding} strides ${String(strides)}`,
          'conv3d',
          { filters: 4, kernelSize, padding, strides },
          [2, 4, 5, 3, 3],
          isShortStride(kernelSize, strides)
            ? tfjsLayer((factory) => {
                const options = { filters: 4, kernelSize, padding, strides: [...each(3, strides)] };
                return factory.conv3d(options);
              }, both)
            : convolution({ padding, strides }),
        ),
      ),
    ),
  ),
  ...paddings3d.flatMap((padding) =>
    (
      [
        [1, 1, 2],
        [2, [2, 1, 2], 4],
        [[3, 1, 2], 2, 1],
      ] as const
    ).map(([strides, dilation, groups]) =>
      single(
        `${JSON.stringify(padding)} strides ${String(strides)} dilation ${String(dilation)} groups ${groups}`,
        'conv3d',
        { filters: 8, kernelSize: [2, 3, 2], padding, strides, dilation, groups },
        knownChannels([1, 5, 5, 4, 4]),
        convolution({ padding, strides, dilation, groups }),
      ),
    ),
  ),
  single(
    'without bias, relu',
    'conv3d',
    { filters: 9, kernelSize: 2, bias: false, activation: 'relu', inputChannels: 2 },
    [1, 3, 3, 4, 2],
    relu(convolution({}, false)),
  ),
  ...[1, 2, 4].map((groups) =>
    single(
      `channels first, groups ${groups}`,
      'conv3d',
      { filters: 4, kernelSize: 2, strides: 2, padding: 'same', groups, dataFormat: 'channelsFirst' },
      knownChannels([2, 4, 3, 5, 4], 1),
      channelsFirst(convolution({ padding: 'same', strides: 2, groups })),
    ),
  ),
  {
    name: 'conv3d applied to what a pool gives, then a bias-free convolution',
    layers: [
      { name: 'pool', kind: 'maxPooling3d', from: 'x' },
      { name: 'layer', kind: 'conv3d', from: 'pool', filters: 3, kernelSize: [1, 2, 1], bias: false },
    ],
    inputs: { x: { shape: [1, 4, 5, 4, 2] } },
    expected: ([x], variable) => {
      const pooled = poolSpatial(x!, [2, 2, 2], slidingOf(3, { strides: 2 }), (values) => Math.max(...values));
      return convolveSpatial(pooled, variable('layer.weight'), slidingOf(3, {}));
    },
  },
];

/** A depthwise convolution as one with a group for each channel. */
const depthwise = (x: Reference, w: Reference, geometry: Geometry): Reference => {
  const [channels, multiplier] = w.shape.slice(-2) as [number, number];
  const kernel = withShape(w, [...w.shape.slice(0, -2), 1, channels * multiplier]);
  return convolveSpatial(x, kernel, slidingOf(w.shape.length - 2, geometry), channels);
};

const depthwiseOracle =
  (geometry: Geometry, bias = true): Oracle =>
  ([x], variable) =>
    withBias(depthwise(x!, variable('layer.weight'), geometry), bias ? variable('layer.bias') : undefined);

const depthwiseConv1d: readonly LayerCase[] = [
  ...(['valid', 'same', 'sameLower', 'causal', [[2, 1]]] as const).flatMap((padding) =>
    (
      [
        [1, 1, 1],
        [2, 1, 2],
        [1, 2, 3],
      ] as const
    ).map(([strides, dilation, depthMultiplier]) =>
      single(
        `${JSON.stringify(padding)} strides ${strides} dilation ${dilation} multiplier ${depthMultiplier}`,
        'depthwiseConv1d',
        { kernelSize: 3, padding, strides, dilation, depthMultiplier },
        [2, 9, 5],
        depthwiseOracle({ padding, strides, dilation }),
      ),
    ),
  ),
  single(
    'without bias, relu, channels first',
    'depthwiseConv1d',
    { kernelSize: 2, bias: false, activation: 'relu', inputChannels: 4, dataFormat: 'channelsFirst' },
    [2, 4, 6],
    channelsFirst(relu(depthwiseOracle({}, false))),
  ),
];

const separableParameters = ['depthwiseWeight', 'pointwiseWeight', 'bias'];

const separable =
  (geometry: Geometry, bias = true): Oracle =>
  ([x], variable) => {
    const spread = depthwise(x!, variable('layer.depthwiseWeight'), geometry);
    const w = variable('layer.pointwiseWeight');
    const y = convolveSpatial(spread, w, slidingOf(w.shape.length - 2, {}));
    return withBias(y, bias ? variable('layer.bias') : undefined);
  };

const separableConvolutions: readonly LayerCase[] = [
  ...(['valid', 'same'] as const).flatMap((padding) =>
    [1, 2].flatMap((depthMultiplier) =>
      (
        [
          [1, 1],
          [2, 1],
          [1, 2],
        ] as const
      ).map(([strides, dilation]) =>
        single(
          `${padding} strides ${strides} dilation ${dilation} multiplier ${depthMultiplier}`,
          'separableConv2d',
          { filters: 5, kernelSize: [3, 2], padding, strides, dilation, depthMultiplier },
          [1, 6, 7, 3],
          tfjsLayer((factory) => {
            const options = { filters: 5, kernelSize: [3, 2], padding, strides, depthMultiplier };
            return factory.separableConv2d({ ...options, dilationRate: [dilation, dilation] } as never);
          }, separableParameters),
        ),
      ),
    ),
  ),
  ...(['valid', 'same', 'causal', [[1, 2]]] as const).flatMap((padding) =>
    [1, 2].map((strides) =>
      single(
        `${JSON.stringify(padding)} strides ${strides}`,
        'separableConv1d',
        { filters: 4, kernelSize: 3, padding, strides, dilation: 2, depthMultiplier: 2 },
        [2, 10, 3],
        separable({ padding, strides, dilation: 2 }),
      ),
    ),
  ),
  single(
    'defaults, relu',
    'separableConv1d',
    { filters: 4, kernelSize: 2, activation: 'relu' },
    [2, 5, 3],
    relu(separable({})),
  ),
  single(
    'without bias, channels first',
    'separableConv1d',
    { filters: 4, kernelSize: 2, bias: false, inputChannels: 3, dataFormat: 'channelsFirst' },
    [2, 3, 6],
    channelsFirst(separable({}, false)),
  ),
  single(
    'without bias, channels first, relu',
    'separableConv2d',
    { filters: 2, kernelSize: 2, bias: false, activation: 'relu', inputChannels: 3, dataFormat: 'channelsFirst' },
    [2, 3, 6, 5],
    channelsFirst(relu(separable({}, false))),
  ),
];

const folds = { max: (values: number[]) => Math.max(...values), average: mean };

const pool3d: readonly LayerCase[] = (['max', 'average'] as const).flatMap((fold) => {
  const kind = `${fold}Pooling3d` as const;
  const pooled =
    (size: readonly number[], geometry: Geometry): Oracle =>
    ([x]) =>
      poolSpatial(x!, size, slidingOf(3, geometry), folds[fold]);
  return [
    single('defaults', kind, {}, [2, 4, 5, 6, 3], pooled([2, 2, 2], { strides: 2 })),
    ...[2, [3, 2, 1]].flatMap((poolSize) =>
      [undefined, 1, [2, 1, 3]].flatMap((strides) =>
        (['valid', 'same'] as const).map((padding) =>
          single(
            `${String(poolSize)} strides ${String(strides ?? 'default')} ${padding}`,
            kind,
            { poolSize, padding, ...(strides && { strides }) },
            [2, 5, 4, 5, 3],
            isShortStride(poolSize, strides ?? poolSize)
              ? tfjsLayer((factory) => {
                  const size = [...each(3, poolSize)];
                  return factory[kind]({ poolSize: size, padding, strides: [...each(3, strides ?? size)] } as never);
                })
              : pooled(each(3, poolSize), { strides: strides!, padding }),
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
          [0, 1],
        ],
      ] as const
    ).map((padding) =>
      single(
        `padding ${JSON.stringify(padding)}`,
        kind,
        { poolSize: 3, strides: [2, 1, 2], padding },
        [1, 4, 5, 3, 5],
        pooled([3, 3, 3], { strides: [2, 1, 2], padding }),
      ),
    ),
    single(
      'channels first',
      kind,
      { poolSize: [2, 3, 2], strides: 2, padding: 'same', dataFormat: 'channelsFirst' },
      [2, 3, 5, 4, 3],
      channelsFirst(pooled([2, 3, 2], { strides: 2, padding: 'same' })),
    ),
  ];
});

/** Convolutions and pools beyond those of maps and sequences. */
export const spatialCases: readonly LayerCase[] = [...conv3d, ...depthwiseConv1d, ...separableConvolutions, ...pool3d];
