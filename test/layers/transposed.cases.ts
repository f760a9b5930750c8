import { single, tfjsLayer, type LayerCase, type Oracle } from './case.js';
import { samePadding } from './reference.js';
import { channelsFirst, relu, withBias } from './spatial.cases.js';
import { each, spreadSpatial } from './spatial-reference.js';

interface Geometry {
  readonly padding?: 'valid' | 'same';
  readonly strides?: number | readonly number[];
  readonly dilation?: number | readonly number[];
  readonly outputPadding?: number | readonly number[];
}

/** The size that Keras gives an axis, and the padding of the convolution whose gradient it is. */
function axisOf(size: number, kernel: number, stride: number, dilation: number, same: boolean, more?: number) {
  const extent = (kernel - 1) * dilation + 1;
  const short = (size - 1) * stride + extent;
  const output =
    more === undefined
      ? same
        ? size * stride
        : short + Math.max(stride - extent, 0)
      : short - (same ? 2 * Math.floor(extent / 2) : 0) + more;
  const forward = same ? samePadding(output, kernel, stride, dilation) : ([0, 0] as const);
  return { before: forward[0], output };
}

const transposed =
  ({ padding = 'valid', ...geometry }: Geometry, bias = true): Oracle =>
  ([x], variable) => {
    const w = variable('layer.weight');
    const rank = w.shape.length - 2;
    const [strides, dilation] = [each(rank, geometry.strides), each(rank, geometry.dilation)];
    const more = geometry.outputPadding === undefined ? undefined : each(rank, geometry.outputPadding);
    const axes = strides.map((stride, axis) =>
      axisOf(x!.shape[axis + 1]!, w.shape[axis]!, stride, dilation[axis]!, padding === 'same', more?.[axis]),
    );
    const y = spreadSpatial(x!, w, { strides, dilation }, axes);
    return withBias(y, bias ? variable('layer.bias') : undefined);
  };

const both = ['weight', 'bias'];
const kinds = { 1: 'conv1dTranspose', 2: 'conv2dTranspose', 3: 'conv3dTranspose' } as const;
const shapes = { 1: [2, 5, 3], 2: [2, 4, 5, 3], 3: [1, 3, 2, 4, 3] } as const;

const ofEveryRank = ([1, 2, 3] as const).flatMap((rank): readonly LayerCase[] => {
  const kind = kinds[rank];
  const shape = shapes[rank];
  return [
    ...(['valid', 'same'] as const).flatMap((padding) =>
      (
        [
          { kernelSize: 3, strides: 2 },
          { kernelSize: 3, dilation: 2 },
          { kernelSize: 3, strides: 2, outputPadding: 0 },
          { kernelSize: 3, strides: 2, outputPadding: 1 },
          { kernelSize: 3 },
          { kernelSize: 2, strides: 2 },
          { kernelSize: 4, strides: 2 },
          { kernelSize: 2, strides: 3 },
          { kernelSize: 2, strides: 3, dilation: 2 },
          { kernelSize: 5, strides: 3, outputPadding: 2 },
          { kernelSize: 2, strides: 2, outputPadding: 1 },
          { kernelSize: 4, strides: 2, outputPadding: 1 },
        ] as const
      )
        .slice(0, rank === 3 ? 4 : undefined)
        .map((options) =>
          single(
            `${padding} ${JSON.stringify(options)}`,
            kind,
            { filters: 2, padding, ...options },
            shape,
            transposed({ padding, ...options }),
          ),
        ),
    ),
    ...[1, 2].map((strides) =>
      single(
        `relu, strides ${strides}`,
        kind,
        { filters: 4, kernelSize: 3, strides, padding: 'same', activation: 'relu', inputChannels: 3 },
        shape,
        relu(transposed({ padding: 'same', strides })),
      ),
    ),
    single(
      'relu, parts that read alike',
      kind,
      { filters: 3, kernelSize: 2, strides: 2, activation: 'relu' },
      shape,
      relu(transposed({ strides: 2 })),
    ),
    single(
      'without bias, channels first',
      kind,
      { filters: 3, kernelSize: 3, strides: 2, bias: false, dataFormat: 'channelsFirst' },
      shape,
      channelsFirst(transposed({ strides: 2 }, false)),
    ),
  ];
});

const asTfjs = (['valid', 'same'] as const).flatMap((padding): readonly LayerCase[] => [
  ...[1, 3, [2, 1]].flatMap((strides) =>
    [1, [3, 4]].map((kernelSize) =>
      single(
        `as tfjs: ${padding} kernel ${String(kernelSize)} strides ${String(strides)}`,
        'conv2dTranspose',
        { filters: 9, kernelSize, padding, strides },
        [2, 3, 4, 2],
        tfjsLayer(
          (factory) => factory.conv2dTranspose({ filters: 9, kernelSize, padding, strides: [...each(2, strides)] }),
          both,
        ),
      ),
    ),
  ),
  ...[1, 2].map((strides) =>
    single(
      `as tfjs: ${padding} strides ${strides}`,
      'conv3dTranspose',
      { filters: 2, kernelSize: 3, padding, strides },
      [1, 3, 4, 2, 3],
      tfjsLayer(
        (factory) => factory.conv3dTranspose({ filters: 2, kernelSize: 3, padding, strides: [...each(3, strides)] }),
        both,
      ),
    ),
  ),
]);

const different: readonly LayerCase[] = [
  single(
    'each axis its own way',
    'conv3dTranspose',
    { filters: 2, kernelSize: [3, 1, 2], strides: [2, 1, 3], dilation: [1, 2, 1], padding: 'same' },
    [1, 2, 3, 2, 2],
    transposed({ strides: [2, 1, 3], dilation: [1, 2, 1], padding: 'same' }),
  ),
  single(
    'softmax of the channels',
    'conv1dTranspose',
    { filters: 3, kernelSize: 3, strides: 2, activation: 'softmax' },
    [1, 4, 2],
    ([x], variable) => {
      const y = transposed({ strides: 2 })([x!], variable);
      const powers = y.data.map(Math.exp);
      const row = (at: number): number => Math.floor(at / 3) * 3;
      return {
        shape: y.shape,
        data: powers.map((value, at) => value / powers.slice(row(at), row(at) + 3).reduce((sum, one) => sum + one, 0)),
      };
    },
  ),
];

export const transposedCases: readonly LayerCase[] = [...ofEveryRank, ...asTfjs, ...different];
