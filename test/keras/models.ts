import { layers, model, sequential, type LayersModel, type SymbolicTensor } from '@tensorflow/tfjs-layers';

type Tensors = SymbolicTensor | SymbolicTensor[];

const apply = (layer: { apply(x: Tensors): unknown }, x: Tensors): SymbolicTensor => layer.apply(x) as SymbolicTensor;
const applyAll = (layer: { apply(x: Tensors): unknown }, x: Tensors): SymbolicTensor[] =>
  layer.apply(x) as SymbolicTensor[];
const input = (...shape: (number | null)[]): SymbolicTensor => layers.input({ shape });

/** What a tfjs model is called with: the shapes of its inputs, and where they are indices, the bound of these. */
export interface ModelCase {
  readonly make: () => LayersModel;
  readonly inputs: readonly (readonly number[])[];
  readonly below?: number;
}

const one = (make: () => { apply(x: Tensors): unknown }, shape: readonly number[], batch = 2): ModelCase => ({
  make: () => {
    const x = input(...shape);
    return model({ inputs: x, outputs: apply(make(), x) });
  },
  inputs: [[batch, ...shape]],
});

const common = { units: 3, recurrentInitializer: 'glorotUniform' } as const;

/** Models of tfjs that differ in how they are put together. */
export const modelCases: Readonly<Record<string, ModelCase>> = {
  'a Sequential model': {
    make: () =>
      sequential({
        name: 'chain',
        layers: [
          layers.conv2d({ filters: 3, kernelSize: 3, activation: 'relu', inputShape: [6, 5, 2] }),
          layers.batchNormalization({ scale: false }),
          layers.flatten(),
          layers.dense({ units: 4, activation: 'softmax', name: 'Dense.1' }),
        ],
      }),
    inputs: [[2, 6, 5, 2]],
  },
  'a layer called twice': {
    make: () => {
      const [a, b] = [input(4), input(4)];
      const shared = layers.dense({ units: 4, activation: 'tanh', name: 'shared' });
      const y = apply(layers.add(), [apply(shared, apply(shared, a)), apply(shared, b)]);
      return model({ inputs: [a, b], outputs: [y, apply(layers.dense({ units: 2 }), y)] });
    },
    inputs: [
      [2, 4],
      [2, 4],
    ],
  },
  'models in models, one called twice': {
    make: () => {
      const x = input(4);
      const innermost = sequential({
        name: 'innermost',
        layers: [layers.dense({ units: 4, activation: 'sigmoid', inputShape: [4] })],
      });
      const [a, b] = [input(4), input(4)];
      const inner = model({
        name: 'inner',
        inputs: [a, b],
        outputs: [
          apply(layers.multiply(), [apply(innermost, a), apply(layers.dense({ units: 4 }), b)]),
          apply(layers.minimum(), [a, b]),
        ],
      });
      const [p, q] = applyAll(inner, [x, apply(layers.dense({ units: 4 }), x)]);
      return model({ inputs: x, outputs: applyAll(inner, [q!, p!]) });
    },
    inputs: [[3, 4]],
  },
  'states of a recurrent layer as inputs of another': {
    make: () => {
      const x = input(5, 4);
      const [y, hidden, cell] = applyAll(layers.lstm({ ...common, returnState: true, returnSequences: true }), x);
      const decoder = layers.lstm({ ...common, returnSequences: true, goBackwards: true });
      const z = decoder.apply(y!, { initialState: [hidden!, cell!] }) as SymbolicTensor;
      return model({ inputs: x, outputs: z });
    },
    inputs: [[2, 5, 4]],
  },
  'cells one over the other': one(
    () =>
      layers.rnn({
        cell: [layers.gruCell(common), layers.lstmCell({ ...common, units: 4 }), layers.simpleRNNCell(common)],
        returnSequences: true,
      }),
    [5, 4],
  ),
  'both ways': one(
    () =>
      layers.bidirectional({
        layer: layers.gru({ ...common, returnSequences: true, recurrentActivation: 'sigmoid' }),
        mergeMode: 'ave',
      }),
    [5, 4],
  ),
  'both ways, to the end': one(() => layers.bidirectional({ layer: layers.lstm(common), mergeMode: 'concat' }), [5, 4]),
  'a layer for each step': one(
    () => layers.timeDistributed({ layer: layers.dense({ units: 3, activation: 'softmax' }) }),
    [5, 4],
  ),
  'an embedding': {
    make: () =>
      sequential({
        layers: [
          layers.embedding({ inputDim: 10, outputDim: 4, inputLength: 6 }),
          layers.simpleRNN({ ...common, activation: 'relu' }),
          layers.dropout({ rate: 0.5 }),
          layers.dense({ units: 2, useBias: false, kernelRegularizer: 'l1l2' }),
        ],
      }),
    inputs: [[2, 6]],
    below: 10,
  },
  'inputs of several ranks joined': {
    make: () => {
      const [a, b] = [input(3), input(5, 3)];
      return model({ inputs: [a, b], outputs: apply(layers.multiply(), [a, b]) });
    },
    inputs: [
      [2, 3],
      [2, 5, 3],
    ],
  },
  'convolutions of every kind': {
    make: () =>
      sequential({
        layers: [
          layers.zeroPadding2d({
            padding: [
              [1, 0],
              [0, 2],
            ],
            inputShape: [7, 6, 2],
          }),
          layers.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2, padding: 'same', strides: 2 }),
          layers.separableConv2d({ filters: 3, kernelSize: 3, padding: 'same', activation: 'elu' }),
          layers.conv2dTranspose({ filters: 2, kernelSize: 3, strides: 2, padding: 'same' }),
          layers.cropping2D({
            cropping: [
              [1, 1],
              [0, 1],
            ],
          }),
          layers.upSampling2d({ size: [2, 1] }),
          layers.averagePooling2d({ poolSize: 2, strides: [1, 2], padding: 'same' }),
          layers.globalMaxPooling2d({}),
        ],
      }),
    inputs: [[2, 7, 6, 2]],
  },
  'normalization and activations': {
    make: () =>
      sequential({
        layers: [
          layers.layerNormalization({ inputShape: [4, 3] }),
          layers.batchNormalization({ axis: -1, center: false }),
          layers.leakyReLU({ alpha: 0.1 }),
          layers.prelu({ sharedAxes: [1] }),
          layers.thresholdedReLU({ theta: 0.2 }),
          layers.reLU({ maxValue: 1 }),
          layers.permute({ dims: [2, 1] }),
          layers.softmax({ axis: -1 }),
          layers.reshape({ targetShape: [-1] }),
          layers.repeatVector({ n: 2 }),
          layers.activation({ activation: 'hardSigmoid' }),
        ],
      }),
    inputs: [[2, 4, 3]],
  },
  'a dot product': {
    make: () => {
      const [a, b] = [input(3, 4), input(5, 4)];
      return model({ inputs: [a, b], outputs: apply(layers.dot({ axes: 2, normalize: true }), [a, b]) });
    },
    inputs: [
      [2, 3, 4],
      [2, 5, 4],
    ],
  },
  'steps that are masked, of layers one over the other': {
    make: () =>
      sequential({
        layers: [
          layers.masking({ maskValue: 1, inputShape: [7, 1] }),
          layers.dense({ units: 4, activation: 'tanh' }),
          layers.lstm({ ...common, returnSequences: true }),
          layers.dropout({ rate: 0.5 }),
          layers.gru({ ...common, returnSequences: true, goBackwards: true, recurrentActivation: 'sigmoid' }),
          layers.simpleRNN({ ...common, goBackwards: true }),
        ],
      }),
    inputs: [[3, 7, 1]],
    below: 2,
  },
  'indices that are masked, both ways': {
    make: () =>
      sequential({
        layers: [
          layers.embedding({ inputDim: 3, outputDim: 4, maskZero: true, inputLength: 7 }),
          layers.bidirectional({ layer: layers.lstm({ ...common, returnSequences: true }), mergeMode: 'sum' }),
          layers.bidirectional({ layer: layers.gru(common), mergeMode: 'concat' }),
        ],
      }),
    inputs: [[4, 7]],
    below: 3,
  },
  'masks that are joined, and states of masked steps': {
    make: () => {
      const x = input(6);
      const embedded = apply(layers.embedding({ inputDim: 3, outputDim: 4, maskZero: true }), x);
      const shared = layers.dense({ units: 4, activation: 'tanh' });
      const dense = apply(shared, embedded);
      const [y, hidden, cell] = applyAll(layers.lstm({ ...common, returnState: true, returnSequences: true }), dense);
      const both = apply(layers.concatenate(), [y!, embedded]);
      const cells = { cell: [layers.lstmCell(common), layers.gruCell(common)], returnSequences: true };
      const deep = apply(layers.rnn(cells), both);
      const z = layers.lstm(common).apply(deep, { initialState: [hidden!, cell!] }) as SymbolicTensor;
      return model({ inputs: x, outputs: [z, deep, hidden!, cell!] });
    },
    inputs: [[4, 6]],
    below: 3,
  },
};
