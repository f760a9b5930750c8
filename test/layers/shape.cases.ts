import { single, tfjsLayer, type LayerCase, type Oracle } from './case.js';
import { generate, padded, permuted, withShape, type Axes2 } from './reference.js';

const same: Oracle = ([x]) => x!;

const reshaped =
  (...shape: readonly number[]): Oracle =>
  ([x]) =>
    withShape(x!, [x!.shape[0]!, ...shape]);

const identities: readonly LayerCase[] = [
  single('rank 2', 'identity', {}, [2, 3], same),
  single('rank 4', 'identity', {}, [2, 3, 2, 2], same),
  single(
    'rate 0.5',
    'dropout',
    { rate: 0.5 },
    [2, 5],
    tfjsLayer((factory) => factory.dropout({ rate: 0.5 })),
  ),
  single('rate 0', 'dropout', { rate: 0 }, [2, 5], same),
  single('rate 0.3', 'spatialDropout1d', { rate: 0.3 }, [2, 5, 3], same),
  single('rate 0.3', 'spatialDropout3d', { rate: 0.3 }, [2, 2, 3, 4, 3], same),
  single('blocks of 3', 'dropBlock', { rate: 0.1, blockSize: 3 }, [2, 5, 4, 3], same),
  single('l1 and l2', 'activityRegularization', { l1: 0.1, l2: 0.01 }, [2, 5], same),
  single(
    'rate 0.5',
    'alphaDropout',
    { rate: 0.5 },
    [2, 5],
    tfjsLayer((factory) => factory.alphaDropout({ rate: 0.5 })),
  ),
  single('rate 0.3', 'spatialDropout2d', { rate: 0.3 }, [2, 5, 4, 3], same),
  single(
    'rate 0.3',
    'gaussianDropout',
    { rate: 0.3 },
    [2, 5],
    tfjsLayer((factory) => factory.gaussianDropout({ rate: 0.3 })),
  ),
  single(
    'std 2',
    'gaussianNoise',
    { std: 2 },
    [2, 5],
    tfjsLayer((factory) => factory.gaussianNoise({ stddev: 2 })),
  ),
];

const flatten: readonly LayerCase[] = [
  single('rank 2', 'flatten', {}, [3, 4], same),
  single('channels first, rank 2', 'flatten', { dataFormat: 'channelsFirst' }, [3, 4], same),
  ...[
    [2, 3, 4],
    [2, 3, 4, 5],
    [2, 1, 3, 2, 2],
  ].map((shape) =>
    single(
      `rank ${shape.length}`,
      'flatten',
      {},
      shape,
      tfjsLayer((factory) => factory.flatten()),
    ),
  ),
  single('of a vector', 'flatten', {}, [5], ([x]) => withShape(x!, [5, 1])),
  ...[
    [2, 3, 4],
    [2, 3, 4, 5],
    [2, 3, 2, 2, 4],
  ].map((shape) =>
    single(
      `channels first, rank ${shape.length}`,
      'flatten',
      { dataFormat: 'channelsFirst' },
      shape,
      tfjsLayer((factory) => factory.flatten({ dataFormat: 'channelsFirst' })),
    ),
  ),
];

const reshape: readonly LayerCase[] = [
  ...[[12], [3, 4], [2, 6], [1, 12, 1], [2, 3, 2], [-1], [-1, 4], [6, -1], [2, -1, 3], [12, -1]].map((targetShape) =>
    single(
      `to ${JSON.stringify(targetShape)}`,
      'reshape',
      { targetShape },
      [2, 4, 3],
      tfjsLayer((factory) => factory.reshape({ targetShape: [...targetShape] })),
    ),
  ),
  single('of a vector', 'reshape', { targetShape: [1, 1] }, [4], reshaped(1, 1)),
  single('to nothing', 'reshape', { targetShape: [] }, [4, 1], reshaped()),
];

const permute: readonly LayerCase[] = [
  ...[
    [[1], [2, 5]],
    [
      [2, 1],
      [2, 3, 5],
    ],
    [
      [1, 2],
      [2, 3, 5],
    ],
    [
      [2, 1, 3],
      [2, 3, 5, 4],
    ],
    [
      [3, 1, 2],
      [2, 3, 5, 4],
    ],
    [
      [3, 2, 1],
      [2, 3, 5, 4],
    ],
    [
      [1, 3, 2],
      [2, 3, 5, 4],
    ],
  ].map(([dims, shape]) =>
    single(
      `dims ${JSON.stringify(dims)}`,
      'permute',
      { dims },
      shape!,
      tfjsLayer((factory) => factory.permute({ dims: [...dims!] })),
    ),
  ),
  single('rank 5', 'permute', { dims: [4, 1, 3, 2] }, [1, 2, 3, 2, 4], ([x]) => permuted(x!, [0, 4, 1, 3, 2])),
  ...[1, 2, 4, 70].map((n) =>
    single(`${n} times`, 'repeatVector', { n }, [3, 5], ([x]) =>
      generate([3, n, 5], ([row, , column]) => x!.data[row! * 5 + column!]!),
    ),
  ),
];

const pad =
  (...sides: readonly Axes2[]): Oracle =>
  ([x]) =>
    padded(x!, sides);
const none: Axes2 = [0, 0];

const zeroPadding: readonly LayerCase[] = [
  single('defaults', 'zeroPadding1d', {}, [2, 4, 3], pad(none, [1, 1], none)),
  single('3', 'zeroPadding1d', { padding: 3 }, [2, 4, 3], pad(none, [3, 3], none)),
  single('0', 'zeroPadding1d', { padding: 0 }, [2, 4, 3], same),
  single('[2, 0]', 'zeroPadding1d', { padding: [2, 0] }, [2, 4, 3], pad(none, [2, 0], none)),
  single('[[0, 2]]', 'zeroPadding1d', { padding: [[0, 2]] }, [2, 4, 3], pad(none, [0, 2], none)),
  single(
    'channels first',
    'zeroPadding1d',
    { padding: [1, 2], dataFormat: 'channelsFirst' },
    [2, 4, 3],
    pad(none, none, [1, 2]),
  ),
  single(
    'defaults',
    'zeroPadding2d',
    {},
    [2, 3, 4, 3],
    tfjsLayer((factory) => factory.zeroPadding2d()),
  ),
  single(
    '2',
    'zeroPadding2d',
    { padding: 2 },
    [2, 3, 4, 3],
    tfjsLayer((factory) => factory.zeroPadding2d({ padding: 2 })),
  ),
  single(
    '[1, 2]',
    'zeroPadding2d',
    { padding: [1, 2] },
    [2, 3, 4, 3],
    tfjsLayer((factory) => factory.zeroPadding2d({ padding: [1, 2] })),
  ),
  single(
    '[[1, 0], [0, 3]]',
    'zeroPadding2d',
    {
      padding: [
        [1, 0],
        [0, 3],
      ],
    },
    [1, 3, 4, 5],
    pad(none, [1, 0], [0, 3], none),
  ),
  single(
    'channels first',
    'zeroPadding2d',
    { padding: [1, 2], dataFormat: 'channelsFirst' },
    [2, 3, 4, 3],
    tfjsLayer((factory) => factory.zeroPadding2d({ padding: [1, 2], dataFormat: 'channelsFirst' })),
  ),
];

export const shapeCases: readonly LayerCase[] = [...identities, ...flatten, ...reshape, ...permute, ...zeroPadding];
