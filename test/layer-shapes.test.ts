import test from 'ava';
import { fillIn } from '../compiler/build.js';
import { printShape, symbol, type Dim } from '../compiler/dim.js';
import { attentionErrors } from './layers/attention-errors.js';
import { lowerLayers, open, type DeclaredInput, type LayerError } from './layers/lowering.js';
import type { LayerSource } from './layers/case.js';

const batch = symbol('batch');
const height = symbol('height');
const width = symbol('width');

const one = (kind: string, attributes: object = {}): LayerSource => ({ name: 'layer', kind, from: 'x', ...attributes });

const shapes: readonly [layer: LayerSource, input: readonly Dim[], output: string, constraints?: readonly string[]][] =
  [
    [one('conv1d', { filters: 4, kernelSize: 3 }), [batch, 128, 64], '(batch, 126, 4)'],
    [
      one('conv1d', { filters: 4, kernelSize: 3 }),
      [batch, width, 2],
      '(batch, width - 2, 4)',
      ['layer: kernel 3 is longer than its input (width)'],
    ],
    [
      one('conv1d', { filters: 4, kernelSize: 3, padding: [2, 1], dilation: 2 }),
      [batch, width, 2],
      '(batch, width - 1, 4)',
      ['layer: kernel 5 is longer than its input (width + 3)'],
    ],
    [one('conv1d', { filters: 4, kernelSize: 3, padding: 'same' }), [batch, width, 2], '(batch, width, 4)'],
    [one('conv1d', { filters: 4, kernelSize: 3, padding: 'causal' }), [batch, width, 2], '(batch, width, 4)'],
    [
      one('conv1d', { filters: 4, kernelSize: 3, padding: 'same', strides: 2 }),
      [batch, width, 2],
      '(batch, floor((width + 1)/(2)), 4)',
    ],
    [
      one('conv2d', { filters: 4, kernelSize: [3, 5], padding: 'same', strides: [2, 3] }),
      [batch, height, width, 2],
      '(batch, floor((height + 1)/(2)), floor((width + 2)/(3)), 4)',
    ],
    [
      one('conv2d', { filters: 4, kernelSize: 3, padding: 'sameLower', strides: 2, dilation: 2 }),
      [batch, 9, 10, 2],
      '(batch, 5, 5, 4)',
    ],
    [one('conv2d', { filters: 4, kernelSize: 3, dataFormat: 'channelsFirst' }), [batch, 2, 9, 10], '(batch, 4, 7, 8)'],
    [one('depthwiseConv2d', { kernelSize: 3, depthMultiplier: 2 }), [batch, 9, 10, 3], '(batch, 7, 8, 6)'],
    [
      one('maxPooling2d', { padding: 'same' }),
      [batch, height, width, 3],
      '(batch, floor((height + 1)/(2)), floor((width + 1)/(2)), 3)',
    ],
    [
      one('averagePooling1d', { poolSize: 3, strides: 1 }),
      [batch, width, 3],
      '(batch, width - 2, 3)',
      ['layer: pool 3 is longer than its input (width)'],
    ],
    [
      one('conv3d', { filters: 4, kernelSize: [2, 3, 1], padding: 'same', strides: [1, 2, 1] }),
      [batch, 4, height, width, 2],
      '(batch, 4, floor((height + 1)/(2)), width, 4)',
    ],
    [
      one('conv3d', { filters: 4, kernelSize: 3, dilation: 2 }),
      [batch, height, 9, 9, 2],
      '(batch, height - 4, 5, 5, 4)',
      ['layer: kernel 5 is longer than its input (height)'],
    ],
    [one('depthwiseConv1d', { kernelSize: 3, depthMultiplier: 2 }), [batch, width, 3], '(batch, width - 2, 6)'],
    [one('separableConv1d', { filters: 7, kernelSize: 3, padding: 'causal' }), [batch, width, 3], '(batch, width, 7)'],
    [
      one('separableConv2d', { filters: 7, kernelSize: 3, dataFormat: 'channelsFirst' }),
      [batch, 3, 9, 10],
      '(batch, 7, 7, 8)',
    ],
    [one('conv1dTranspose', { filters: 4, kernelSize: 3 }), [batch, width, 2], '(batch, width + 2, 4)'],
    [
      one('conv1dTranspose', { filters: 4, kernelSize: 2, strides: 3, padding: 'same' }),
      [batch, width, 2],
      '(batch, 3*width, 4)',
    ],
    [
      one('conv2dTranspose', { filters: 4, kernelSize: [3, 2], strides: 3 }),
      [batch, height, width, 2],
      '(batch, 3*height, 3*width, 4)',
    ],
    [
      one('conv2dTranspose', { filters: 4, kernelSize: [3, 4], strides: 2, padding: 'same', outputPadding: 1 }),
      [batch, height, width, 2],
      '(batch, 2*height, 2*width - 1, 4)',
    ],
    [
      one('conv1dTranspose', { filters: 4, kernelSize: 2, strides: 2, padding: 'same', outputPadding: 0 }),
      [batch, width, 2],
      '(batch, 2*width - 2, 4)',
      ['layer: it gives no output of 2*width - 2 elements'],
    ],
    [
      one('conv3dTranspose', { filters: 4, kernelSize: 3, dilation: 2, dataFormat: 'channelsFirst' }),
      [batch, 2, height, 5, 6],
      '(batch, 4, height + 4, 9, 10)',
    ],
    [
      one('averagePooling3d', { poolSize: [1, 2, 3], padding: 'same' }),
      [batch, 5, height, width, 3],
      '(batch, 5, floor((height + 1)/(2)), floor((width + 2)/(3)), 3)',
    ],
    [one('globalMaxPooling3d', { keepDims: true }), [batch, 5, height, width, 3], '(batch, 1, 1, 1, 3)'],
    [
      one('cropping2d', {
        cropping: [
          [1, 2],
          [0, 0],
        ],
      }),
      [batch, height, 5, 3],
      '(batch, height - 3, 5, 3)',
      ['layer: cropping 1 + 2 leaves nothing of its input (height)'],
    ],
    [one('zeroPadding3d', { padding: [0, 1, 2] }), [batch, 2, height, 5, 3], '(batch, 2, height + 2, 9, 3)'],
    [one('upSampling1d', { size: 3 }), [batch, width, 3], '(batch, 3*width, 3)'],
    [one('upSampling3d', { dataFormat: 'channelsFirst' }), [batch, 3, 2, height, 5], '(batch, 3, 4, 2*height, 10)'],
    [one('resizing', { height: 7, width: 5 }), [batch, height, width, 3], '(batch, 7, 5, 3)'],
    [
      one('centerCrop', { height: 7, width: 5 }),
      [batch, height, 9, 3],
      '(batch, 7, 5, 3)',
      ['layer: its input of size height is smaller than 7'],
    ],
    [one('globalMaxPooling2d'), [batch, height, width, 3], '(batch, 3)'],
    [one('globalAveragePooling1d', { keepDims: true }), [batch, width, 3], '(batch, 1, 3)'],
    [one('flatten'), [batch, height, width, 3], '(batch, 3*height*width)'],
    [one('flatten', { dataFormat: 'channelsFirst' }), [batch, 3, 4, 5], '(batch, 60)'],
    [one('reshape', { targetShape: [-1, 3] }), [batch, height, 3], '(batch, height, 3)'],
    [
      one('reshape', { targetShape: [2, -1] }),
      [batch, width],
      '(batch, 2, floor((width)/(2)))',
      [
        'layer: cannot reshape (batch, width) to (batch, 2, -1)',
        'layer: cannot reshape (batch, width) to (batch, 2, floor((width)/(2)))',
      ],
    ],
    [one('reshape', { targetShape: [2, 3] }), [batch, open('x', 1)], '(batch, 2, 3)'],
    [
      one('reshape', { targetShape: [-1, 3] }),
      [1, open('x', 1)],
      '(1, floor((x[1])/(3)), 3)',
      ['layer: cannot reshape (1, x[1]) to (1, -1, 3)'],
    ],
    [
      one('conv1d', { filters: 4, kernelSize: 1, groups: 2 }),
      [batch, 9, open('x', 2)],
      '(batch, 9, 4)',
      ['layer: its channels do not divide into 2 groups'],
    ],
    [one('permute', { dims: [3, 1, 2] }), [batch, height, width, 3], '(batch, 3, height, width)'],
    [one('repeatVector', { n: 4 }), [batch, width], '(batch, 4, width)'],
    [one('zeroPadding1d', { padding: [1, 2] }), [batch, width, 3], '(batch, width + 3, 3)'],
    [
      one('zeroPadding2d', { dataFormat: 'channelsFirst', padding: [1, 2] }),
      [batch, 3, height, 5],
      '(batch, 3, height + 2, 9)',
    ],
    [one('softmax', { axis: 1 }), [batch, width], '(batch, width)'],
    [one('batchNormalization'), [batch, width, 3], '(batch, width, 3)'],
    [one('groupNormalization', { groups: 2 }), [batch, height, width, 6], '(batch, height, width, 6)'],
    [
      one('groupNormalization', { groups: 4 }),
      [batch, width, open('x', 2)],
      '(batch, width, x[2])',
      ['layer: its channels do not divide into 4 groups'],
    ],
    [one('localResponseNormalization'), [batch, height, width, 6], '(batch, height, width, 6)'],
    [one('globalPooling', { function: 'sum' }), [batch, height, width, 3], '(batch, 3)'],
    [one('globalPooling', { function: 'average', keepDims: true }), [batch, width, 3], '(batch, 1, 3)'],
    [one('categoryEncoding', { numTokens: 9 }), [batch, width], '(batch, 9)'],
    [one('categoryEncoding', { numTokens: 9, outputMode: 'oneHot' }), [batch, width], '(batch, width, 9)'],
    [one('categoryEncoding', { numTokens: 9, outputMode: 'oneHot' }), [batch, width, 1], '(batch, width, 9)'],
    [one('discretization', { binBoundaries: [0, 1] }), [batch, width], '(batch, width)'],
    [one('transpose', { permutation: [2, 0, 1] }), [batch, width, 3], '(3, batch, width)'],
    [one('masking'), [batch, width, 3], '(batch, width, 3)'],
    [one('activation', { activation: 'glu' }), [batch, 6], '(batch, 3)'],
    [
      one('activation', { activation: 'glu' }),
      [batch, width],
      '(batch, floor((width + 1)/(2)))',
      ['layer: axis 1 does not divide into two halves'],
    ],
    [one('layerNormalization', { axis: [1, 2] }), [batch, 4, 3], '(batch, 4, 3)'],
  ];

for (const [layer, shape, output, constraints = []] of shapes) {
  const { name: _name, kind, from: _from, ...attributes } = layer;
  test(`${kind} ${JSON.stringify(attributes)} takes ${printShape(shape)} to ${output}`, (t) => {
    const lowered = lowerLayers([layer], { x: { shape } });
    t.is(printShape(lowered.output.shape), output);
    const found = lowered.build.constraints.map(
      ({ subject, message, expected, got }) => `${subject}: ${fillIn(message, expected, got)}`,
    );
    t.deepEqual(
      constraints.filter((constraint) => !found.includes(constraint)),
      [],
    );
  });
}

const errors: readonly LayerError[] = [
  [one('conv1d', { filters: 4, kernelSize: 5 }), [batch, 3, 2], 'layer: kernel 5 is longer than its input (3)'],
  [
    one('conv1d', { filters: 4, kernelSize: 3, dilation: 4, padding: 1 }),
    [batch, 6, 2],
    'layer: kernel 9 is longer than its input (8)',
  ],
  [one('conv2d', { filters: 4, kernelSize: [2, 7] }), [batch, 3, 6, 2], 'layer: kernel 7 is longer than its input (6)'],
  [
    one('conv1d', { filters: 4, kernelSize: 3 }),
    [128, 64],
    "layer: expects (batch, length, channels), got (128, 64); write input(['batch', 128, 64])",
  ],
  [
    one('conv2d', { filters: 4, kernelSize: 3, dataFormat: 'channelsFirst' }),
    [3, 28, 28],
    "layer: expects (batch, channels, height, width), got (3, 28, 28); write input(['batch', 3, 28, 28])",
  ],
  [one('maxPooling2d'), [batch, 4], 'layer: expects (batch, height, width, channels), got (batch, 4)'],
  [one('globalMaxPooling1d'), [batch, 4], 'layer: expects (batch, length, channels), got (batch, 4)'],
  [one('zeroPadding1d'), [batch, 4], 'layer: expects (batch, length, channels), got (batch, 4)'],
  [
    one('conv2d', { filters: 4, kernelSize: 3, inputChannels: 3 }),
    [batch, 9, 9, 4],
    'layer: expects 3 channels, got 4',
  ],
  [one('depthwiseConv2d', { kernelSize: 3, inputChannels: 3 }), [batch, 9, 9, 4], 'layer: expects 3 channels, got 4'],
  [
    one('conv2d', { filters: 6, kernelSize: 3, groups: 3 }),
    [batch, 9, 9, 4],
    'layer: 4 channels do not divide into 3 groups',
  ],
  [
    one('conv2d', { filters: 5, kernelSize: 3, groups: 2 }),
    [batch, 9, 9, 4],
    'layer: 5 filters do not divide into 2 groups',
  ],
  [one('maxPooling1d', { poolSize: 4 }), [batch, 3, 2], 'layer: pool 4 is longer than its input (3)'],
  [
    one('averagePooling2d', { poolSize: [2, 3], padding: 2 }),
    [batch, 9, 9, 2],
    'layer: padding 2 is not shorter than the pool (2)',
  ],
  [
    one('conv3d', { filters: 4, kernelSize: 3 }),
    [8, 9, 9, 2],
    "layer: expects (batch, depth, height, width, channels), got (8, 9, 9, 2); write input(['batch', 8, 9, 9, 2])",
  ],
  [
    one('conv3d', { filters: 4, kernelSize: [4, 3, 3] }),
    [batch, 3, 9, 9, 2],
    'layer: kernel 4 is longer than its input (3)',
  ],
  [
    one('conv3d', { filters: 6, kernelSize: 3, groups: 3 }),
    [batch, 9, 9, 9, 4],
    'layer: 4 channels do not divide into 3 groups',
  ],
  [
    one('separableConv2d', { filters: 4, kernelSize: 3, inputChannels: 3 }),
    [batch, 9, 9, 4],
    'layer: expects 3 channels, got 4',
  ],
  [
    one('depthwiseConv1d', { kernelSize: 3 }),
    [batch, 9, 9, 4],
    'layer: expects (batch, length, channels), got (batch, 9, 9, 4)',
  ],
  [
    one('conv2dTranspose', { filters: 4, kernelSize: 3, strides: [3, 2], outputPadding: 2 }),
    [batch, 9, 9, 4],
    'layer: outputPadding 2 is not smaller than its stride (2)',
  ],
  [
    one('conv1dTranspose', { filters: 4, kernelSize: 2, outputPadding: 0, padding: 'same' }),
    [batch, 1, 4],
    'layer: it gives no output of 0 elements',
  ],
  [
    one('conv2dTranspose', { filters: 4, kernelSize: 3, inputChannels: 5 }),
    [batch, 9, 9, 4],
    'layer: expects 5 channels, got 4',
  ],
  [one('maxPooling3d', { poolSize: 4 }), [batch, 9, 9, 3, 2], 'layer: pool 4 is longer than its input (3)'],
  [one('cropping1d', { cropping: [2, 3] }), [batch, 5, 2], 'layer: cropping 2 + 3 leaves nothing of its input (5)'],
  [one('cropping3d'), [batch, 2, 5, 5, 1], 'layer: cropping 1 + 1 leaves nothing of its input (2)'],
  [one('upSampling2d'), [batch, 4, 3], 'layer: expects (batch, height, width, channels), got (batch, 4, 3)'],
  [one('reshape', { targetShape: [3] }), [batch, 10], 'layer: cannot reshape (batch, 10) to (batch, 3)'],
  [one('reshape', { targetShape: [3, -1] }), [batch, 10], 'layer: cannot reshape (batch, 10) to (batch, 3, -1)'],
  [
    one('permute', { dims: [1, 3] }),
    [batch, 4, 5],
    'layer: dims [1, 3] is not a permutation of [1, 2], the axes of (batch, 4, 5)',
  ],
  [
    one('permute', { dims: [1, 1] }),
    [batch, 4, 5],
    'layer: dims [1, 1] is not a permutation of [1, 2], the axes of (batch, 4, 5)',
  ],
  [one('softmax', { axis: 2 }), [batch, 4], 'layer: axis 2 is outside an input of rank 2'],
  [one('batchNormalization', { axis: -3 }), [batch, 4], 'layer: axis -3 is outside an input of rank 2'],
  [one('layerNormalization', { axis: [1, -1] }), [batch, 4], 'layer: axis 1 is given twice'],
  [one('groupNormalization', { groups: 3 }), [batch, 9, 8], 'layer: 8 channels do not divide into 3 groups'],
  [
    one('groupNormalization', { groups: 1, axis: 0 }),
    [batch, 9, 8],
    'layer: axis 0 is the batch, whose examples are normalized one by one',
  ],
  [one('instanceNormalization', { axis: 3 }), [batch, 9, 8], 'layer: axis 3 is outside an input of rank 3'],
  [one('rmsNormalization', { axis: [-1, 2] }), [batch, 9, 8], 'layer: axis 2 is given twice'],
  [one('prelu', { sharedAxes: [1, 3] }), [batch, 9, 8], 'layer: axis 3 is outside an input of rank 3'],
  [one('prelu'), [batch], 'layer: expects (batch, …), got (batch)'],
  [one('softmax', { axis: [1, -1] }), [batch, 4], 'layer: axis 1 is given twice'],
  [one('activation', { activation: 'glu' }), [batch, 5], 'layer: axis 1 does not divide into two halves'],
  [
    one('activation', { activation: { kind: 'softmax', axis: 2 } }),
    [batch, 5],
    'layer: axis 2 is outside an input of rank 2',
  ],
  [
    one('transpose', { permutation: [0, 2, 2] }),
    [batch, 4, 5],
    'layer: permutation [0, 2, 2] is not one of [0, 1, 2], the axes of (batch, 4, 5)',
  ],
  [
    one('transpose', { permutation: [1, 0] }),
    [batch, 4, 5],
    'layer: permutation [1, 0] is not one of [0, 1, 2], the axes of (batch, 4, 5)',
  ],
  [
    { name: 'layer', kind: 'dot', from: ['a', 'b'], axes: 1 },
    { a: { shape: [batch, 3] }, b: { shape: [batch, 4] } },
    'layer: axes 1 and 1 of inputs (batch, 3) and (batch, 4) differ: 3 and 4',
  ],
  [
    { name: 'layer', kind: 'dot', from: ['a', 'b'], axes: 1 },
    { a: { shape: [2, 3] }, b: { shape: [3, 3] } },
    'layer: inputs (2, 3) and (3, 3) differ in the batch',
  ],
  [
    { name: 'layer', kind: 'dot', from: ['a', 'b'], axes: [0, 1] },
    { a: { shape: [batch, 3] }, b: { shape: [batch, 4] } },
    'layer: axis 0 is the batch, over which no product is summed',
  ],
  [
    { name: 'layer', kind: 'dot', from: ['a', 'b'], axes: 1 },
    { a: { shape: [batch] }, b: { shape: [batch, 4] } },
    'layer: expects (batch, …), got (batch)',
  ],
  [
    { name: 'layer', kind: 'gatedAverage', from: ['a', 'b'] },
    { a: { shape: [batch, 2] }, b: { shape: [batch, 4] } },
    'layer: expects 1 columns of its gate, got 2',
  ],
  [
    { name: 'layer', kind: 'gatedAverage', from: ['a', 'b'] },
    { a: { shape: [batch, 1, 1] }, b: { shape: [batch, 4] } },
    'layer: expects a gate (batch, inputs), got (batch, 1, 1)',
  ],
  [
    { name: 'layer', kind: 'gatedAverage', from: ['a', 'b', 'c'] },
    { a: { shape: [batch, 2] }, b: { shape: [batch, 4] }, c: { shape: [batch, 1, 4] } },
    'layer: inputs (batch, 4) and (batch, 1, 4) differ in rank',
  ],
  [
    { name: 'layer', kind: 'gatedAverage', from: ['a', 'b'], gateIndex: 2 },
    { a: { shape: [batch, 1] }, b: { shape: [batch, 4] } },
    'layer: gateIndex 2 is outside 2 inputs',
  ],
  [
    { name: 'layer', kind: 'gatedAverage', from: ['a'] },
    { a: { shape: [batch, 1] } },
    'layer: takes a gate and at least 1 other input, got 1',
  ],
  [
    { name: 'layer', kind: 'categoryEncoding', from: ['a', 'b'], numTokens: 3 },
    { a: { shape: [batch, 2], dtype: 'int32' }, b: { shape: [batch, 2] } },
    "layer: takes countWeights only with outputMode 'count'",
  ],
  [
    { name: 'layer', kind: 'categoryEncoding', from: ['a', 'b'], numTokens: 3, outputMode: 'count' },
    { a: { shape: [batch, 2], dtype: 'int32' }, b: { shape: [batch, 3] } },
    'layer: categories (batch, 2) and countWeights (batch, 3) differ on axis 1: 2 and 3',
  ],
  [
    { name: 'layer', kind: 'categoryEncoding', from: ['a', 'b'], numTokens: 3, outputMode: 'count' },
    { a: { shape: [batch, 2], dtype: 'int32' }, b: { shape: [batch] } },
    'layer: categories (batch, 2) and countWeights (batch) differ in rank',
  ],
  [one('masking'), [batch], 'layer: expects (batch, …, features), got (batch)'],
  [one('globalPooling', { function: 'sum' }), [batch], 'layer: expects (batch, …, channels), got (batch)'],
  [one('repeatVector', { n: 2 }), [batch, 4, 2], 'layer: expects (batch, features), got (batch, 4, 2)'],
  [
    one('embedding', { inputDim: 9, outputDim: 2 }),
    [batch, 4],
    "layer: expects int32 indices, got float32; write input(shape, { dtype: 'int32' })",
  ],
  [
    { name: 'layer', kind: 'add', from: ['a', 'b'] },
    { a: { shape: [batch, 3] }, b: { shape: [batch, 4] } },
    'layer: inputs do not broadcast: axis 1 has sizes 3 and 4',
  ],
  [
    { name: 'layer', kind: 'add', from: ['a', 'b'] },
    { a: { shape: [batch, 3] }, b: { shape: [batch, 5, 3] } },
    'layer: inputs (batch, 3) and (batch, 5, 3) do not broadcast, as axes line up at the right; insert axes with reshape',
  ],
  [
    { name: 'layer', kind: 'concatenate', from: ['a', 'b'], axis: 2 },
    { a: { shape: [batch, 3, 5] }, b: { shape: [batch, 4, 5] } },
    'layer: inputs (batch, 3, 5) and (batch, 4, 5) differ on axis 1: 3 and 4',
  ],
  [
    { name: 'layer', kind: 'concatenate', from: ['a', 'b'] },
    { a: { shape: [batch, 3, 5] }, b: { shape: [batch, 5] } },
    'layer: inputs (batch, 3, 5) and (batch, 5) differ in rank',
  ],
  [
    { name: 'layer', kind: 'concatenate', from: ['a', 'b'], axis: 3 },
    { a: { shape: [batch, 3] }, b: { shape: [batch, 4] } },
    'layer: axis 3 is outside an input of rank 2',
  ],
  ...attentionErrors,
];

for (const [layer, inputs, message] of errors) {
  test(message.replace('layer', layer.kind), (t) => {
    const declared = Array.isArray(inputs) ? { x: { shape: inputs as readonly Dim[] } } : inputs;
    const error = t.throws(() => lowerLayers([layer], declared as Readonly<Record<string, DeclaredInput>>));
    t.is(error.message, message);
  });
}

const refused: readonly [kind: string, attributes: object, message: string][] = [
  ['reshape', { targetShape: [-1, -1] }, 'reshape: targetShape must be'],
  ['reshape', { targetShape: [0, 2] }, 'reshape: targetShape must be'],
  ['reshape', { targetShape: [-2, 2] }, 'reshape: targetShape must be'],
  ['permute', { dims: [0, 1] }, 'permute: dims must be'],
  ['conv2d', { filters: 1, kernelSize: 1, padding: 'causal' }, 'conv2d: padding must be'],
  ['maxPooling1d', { padding: 'causal' }, 'maxPooling1d: padding must be'],
  ['conv1d', { filters: 1, kernelSize: 1, padding: [1, -1] }, 'conv1d: padding must be'],
  ['zeroPadding1d', { padding: 'same' }, 'zeroPadding1d: padding must be'],
  ['conv2dTranspose', { filters: 1, kernelSize: 1, padding: 1 }, 'conv2dTranspose: padding must be'],
  ['conv2dTranspose', { filters: 1, kernelSize: 1, outputPadding: -1 }, 'conv2dTranspose: outputPadding must be'],
  ['depthwiseConv1d', { kernelSize: [1, 2] }, 'depthwiseConv1d: kernelSize must be'],
  ['cropping2d', { cropping: [1] }, 'cropping2d: cropping must be'],
  ['upSampling3d', { size: 0 }, 'upSampling3d: size must be'],
  ['upSampling2d', { interpolation: 'bicubic' }, 'upSampling2d: interpolation must be'],
  ['resizing', { height: 0, width: 2 }, 'resizing: height must be'],
  ['layerNormalization', { axis: [] }, 'layerNormalization: axis must be'],
  ['softmax', { axis: [] }, 'softmax: axis must be'],
  ['discretization', { binBoundaries: [] }, 'discretization: binBoundaries must be a list of ascending numbers'],
  ['discretization', { binBoundaries: [1, 1] }, 'discretization: binBoundaries must be a list of ascending numbers'],
  ['dot', { axes: [1] }, 'dot: axes must be an integer or a list of 2 integers'],
  ['dot', { axes: 1.5 }, 'dot: axes must be an integer or a list of 2 integers'],
  ['prelu', { sharedAxes: [0] }, 'prelu: sharedAxes must be a list of integers of at least 1'],
  ['globalPooling', { function: 'median' }, "globalPooling: function must be 'average', 'maximum', 'minimum' or 'sum'"],
  ['activation', { activation: { kind: 'celu', alpha: 0 } }, 'activation: activation must be'],
  ['dropout', { rate: 1.5 }, 'dropout: rate must be'],
];

for (const [kind, attributes, message] of refused) {
  test(`${kind} refuses ${JSON.stringify(attributes)}`, (t) => {
    t.throws(() => lowerLayers([one(kind, attributes)], { x: { shape: [1, 4, 4, 1] } }), {
      message: (text) => text.startsWith(message),
    });
  });
}
