import test from 'ava';
import { printDim } from '../compiler/dim.js';
import {
  add,
  averagePooling2d,
  batchNormalization,
  conv1d,
  conv2d,
  dense,
  depthwiseConv2d,
  embedding,
  flatten,
  globalAveragePooling2d,
  graph,
  input,
  layerNormalization,
  maxPooling2d,
  relu,
  sequential,
  type Graph,
} from '../compiler/index.js';
import { summarize } from '../compiler/summary.js';

const conv = (filters: number, kernelSize: number, strides = 1) =>
  conv2d({ filters, kernelSize, strides, padding: 'same', activation: 'relu' });

/** LeNet-5 with full connections between maps, as LeCun et al. (1998) but for that. */
const lenet = sequential([
  input(['batch', 32, 32, 1]),
  conv2d({ filters: 6, kernelSize: 5 }),
  averagePooling2d({ poolSize: 2 }),
  conv2d({ filters: 16, kernelSize: 5 }),
  averagePooling2d({ poolSize: 2 }),
  conv2d({ filters: 120, kernelSize: 5 }),
  flatten(),
  dense({ units: 84 }),
  dense({ units: 10 }),
]);

/** VGG-16 (Simonyan and Zisserman, 2014): 15.5 G multiply-adds, 138 M parameters. */
const vgg = sequential([
  input(['batch', 224, 224, 3]),
  ...[
    [64, 2],
    [128, 2],
    [256, 3],
    [512, 3],
    [512, 3],
  ].flatMap(([filters, times]) => [
    ...Array.from({ length: times! }, () => conv(filters!, 3)),
    maxPooling2d({ poolSize: 2 }),
  ]),
  flatten(),
  dense({ units: 4096 }),
  dense({ units: 4096 }),
  dense({ units: 1000 }),
]);

/** MobileNet v1 at 224 (Howard et al., 2017): 569 M multiply-adds, 4.2 M parameters; Keras counts 21,888 not trainable. */
const blocks = [
  [64, 1],
  [128, 2],
  [128, 1],
  [256, 2],
  [256, 1],
  [512, 2],
  ...Array.from({ length: 5 }, () => [512, 1]),
  [1024, 2],
  [1024, 1],
] as const;
const mobilenet = sequential([
  input(['batch', 224, 224, 3]),
  conv2d({ filters: 32, kernelSize: 3, strides: 2, padding: 'same', bias: false }),
  batchNormalization(),
  relu(),
  ...blocks.flatMap(([filters, strides]) => [
    depthwiseConv2d({ kernelSize: 3, strides, padding: 'same', bias: false }),
    batchNormalization(),
    relu(),
    conv2d({ filters, kernelSize: 1, bias: false }),
    batchNormalization(),
    relu(),
  ]),
  globalAveragePooling2d(),
  dense({ units: 1000, activation: 'softmax' }),
]);

/** A layer applied twice, a table read and then multiplied by, and layers that only add. */
function tied(): Graph {
  const ids = input([7], { dtype: 'int32' });
  const embed = embedding({ name: 'embed', inputDim: 50, outputDim: 6 });
  const twice = dense({ name: 'twice', units: 6 });
  const x = ids.pipe(embed, layerNormalization(), twice);
  const y = add()(x, twice(x));
  const project = dense({ name: 'y', units: 50, weight: embed.parameters.weight.transposed, bias: false });
  return graph({ inputs: { ids }, outputs: { y: project(y) } });
}

interface Row {
  readonly model: Graph;
  readonly dims?: Readonly<Record<string, number>>;
  readonly total: number | string;
  readonly parameters: number;
  readonly notTrainable: number;
  readonly layers: Readonly<Record<string, number | string>>;
}

const rows: Readonly<Record<string, Row>> = {
  lenet: {
    model: lenet,
    dims: { batch: 1 },
    total: 117_600 + 240_000 + 48_000 + 10_080 + 840,
    parameters: 156 + 2_416 + 48_120 + 10_164 + 850,
    notTrainable: 0,
    layers: {
      conv2d_1: 28 * 28 * 6 * 5 * 5,
      average_pooling2d_1: 0,
      conv2d_2: 10 * 10 * 16 * 5 * 5 * 6,
      conv2d_3: 120 * 5 * 5 * 16,
      flatten_1: 0,
      dense_1: 120 * 84,
      dense_2: 84 * 10,
    },
  },
  vgg: {
    model: vgg,
    dims: { batch: 1 },
    total: 15_470_264_320,
    parameters: 138_357_544,
    notTrainable: 0,
    layers: { conv2d_1: 224 * 224 * 64 * 27, conv2d_13: 14 * 14 * 512 * 9 * 512, dense_1: 25_088 * 4096 },
  },
  mobilenet: {
    model: mobilenet,
    dims: { batch: 2 },
    total: 2 * 568_740_352,
    parameters: 4_253_864,
    notTrainable: 21_888,
    layers: {
      conv2d_1: 2 * 112 * 112 * 32 * 27,
      depthwise_conv2d_1: 2 * 112 * 112 * 32 * 9,
      conv2d_2: 2 * 112 * 112 * 64 * 32,
      batch_normalization_1: 0,
      relu_1: 0,
      global_average_pooling2d_1: 0,
      dense_1: 2 * 1024 * 1000,
    },
  },
  'groups, dilation and a multiplier': {
    model: sequential([
      input(['batch', 9, 11, 6]),
      conv2d({ filters: 4, kernelSize: [3, 2], groups: 2, dilation: 2 }),
      depthwiseConv2d({ kernelSize: [2, 3], depthMultiplier: 5, padding: 'same', strides: 2 }),
    ]),
    total: '5040*batch',
    parameters: 3 * 2 * 3 * 4 + 4 + 2 * 3 * 4 * 5 + 20,
    notTrainable: 0,
    layers: { conv2d_1: '3240*batch', depthwise_conv2d_1: `${3 * 5 * 20 * 6}*batch` },
  },
  'open sizes': {
    model: sequential([input(['batch', 'time', 8]), conv1d({ filters: 5, kernelSize: 3 }), dense({ units: 2 })]),
    total: '130*batch*time - 260*batch',
    parameters: 125 + 12,
    notTrainable: 0,
    layers: { conv1d_1: '120*batch*time - 240*batch', dense_1: '10*batch*time - 20*batch' },
  },
  'reuse and ties': {
    model: tied(),
    total: 2 * 7 * 6 * 6 + 7 * 6 * 50,
    parameters: 300 + 12 + 42,
    notTrainable: 0,
    layers: { embed: 0, layer_normalization_1: 0, twice: 7 * 6 * 6, dense_2: 7 * 6 * 6, add_1: 0, y: 7 * 6 * 50 },
  },
};

for (const [name, { model, dims, total: expected, parameters, notTrainable, layers: known }] of Object.entries(rows)) {
  test(`multiply-adds: ${name}`, (t) => {
    const { layers, total } = summarize(model, { ...(dims && { dims }) });
    const count = (layer: string) => layers.find((candidate) => candidate.layer === layer)?.multiplyAdds;
    const shown = (dim: Parameters<typeof printDim>[0] | undefined) => (dim === undefined ? undefined : printDim(dim));
    t.deepEqual(
      Object.keys(known).map((layer) => [layer, shown(count(layer))]),
      Object.entries(known).map(([layer, many]) => [layer, String(many)]),
    );
    t.is(printDim(total.multiplyAdds), String(expected));
    t.deepEqual(
      [total.parameters, total.notTrainable, total.trainable],
      [parameters, notTrainable, parameters - notTrainable],
    );
  });
}
