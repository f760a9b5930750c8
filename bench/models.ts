import {
  conv1d,
  conv2d,
  dense,
  flatten,
  input,
  maxPooling1d,
  maxPooling2d,
  sequential,
  type Graph,
  type GraphOptions,
} from '../compiler/index.js';

/** Every weight and bias drawn from a seed, none of them zero, so that a difference between sides shows. */
const drawn: GraphOptions = {
  defaults: { initializer: 'heNormal', rules: [['bias$', { kind: 'normal', mean: 0, std: 0.05 }]] },
};

const relu = (units: number) => dense({ units, activation: 'relu' });

/** 20 → 256 → 10 */
const mlp = (batch: number): Graph => sequential([input([batch, 20]), relu(256), dense({ units: 10 })], drawn);

/** 784 → 512 → 512 → 10 probabilities */
const mnistMlp = (batch: number): Graph =>
  sequential([input([batch, 784]), relu(512), relu(512), dense({ units: 10, activation: 'softmax' })], drawn);

/** A convolution over 128 steps of 64 channels, then four dense layers. */
const kerasSeed = (batch: number): Graph =>
  sequential(
    [
      input([batch, 128, 64]),
      conv1d({ filters: 16, kernelSize: 3, activation: 'relu' }),
      maxPooling1d({ poolSize: 4 }),
      flatten(),
      relu(64),
      relu(64),
      relu(8),
      dense({ units: 64 }),
    ],
    drawn,
  );

/** LeNet-5 with ReLU and maximum pooling. */
const lenet = (batch: number): Graph =>
  sequential(
    [
      input([batch, 28, 28, 1]),
      conv2d({ filters: 6, kernelSize: 5, padding: 'same', activation: 'relu' }),
      maxPooling2d({ poolSize: 2 }),
      conv2d({ filters: 16, kernelSize: 5, activation: 'relu' }),
      maxPooling2d({ poolSize: 2 }),
      flatten(),
      relu(120),
      relu(84),
      dense({ units: 10 }),
    ],
    drawn,
  );

/** A network at one batch size: a row of the report. */
export interface BenchModel {
  readonly name: string;
  readonly family: string;
  readonly batch: number;
  readonly graph: () => Graph;
}

const families: readonly (readonly [family: string, network: (batch: number) => Graph, batches: readonly number[]])[] =
  [
    ['mlp', mlp, [1, 64]],
    ['mnist-mlp', mnistMlp, [1, 64]],
    ['keras-seed', kerasSeed, [1]],
    ['lenet', lenet, [1, 32]],
  ];

const models: readonly BenchModel[] = families.flatMap(([family, network, batches]) =>
  batches.map((batch) => ({ name: `${family}-b${batch}`, family, batch, graph: () => network(batch) })),
);

/** Models by name (`mlp-b64`) or family (`mlp`), in the table's order; all of them when none is named. */
export function selectModels(names: readonly string[]): readonly BenchModel[] {
  const unknown = names.find((wanted) => !models.some(({ name, family }) => name === wanted || family === wanted));
  if (unknown !== undefined) {
    throw new Error(`--models: there is no '${unknown}'; choose from ${models.map(({ name }) => name).join(', ')}`);
  }
  return models.filter(({ name, family }) => names.length === 0 || names.includes(name) || names.includes(family));
}
