import type { Graph } from '../../compiler/index.js';
import { mlp, mnistMlp } from './dense.js';
import { kerasSeed, lenet } from './lenet.js';
import { matmul } from './matmul.js';
import { minilm } from './minilm.js';
import { mobilenetV2 } from './mobilenet.js';
import { gruNetwork, lstmNetwork } from './recurrent.js';
import { resnet } from './resnet.js';

/** A network at one size: a row of the report. */
export interface BenchModel {
  readonly name: string;
  readonly family: string;
  readonly batch: number;
  /** Whether processes are started cold with it. */
  readonly isStarted: boolean;
  readonly graph: () => Graph;
}

const STARTED = ['mnist-mlp-b1', 'mobilenetv2'];

const row = (name: string, family: string, batch: number, graph: () => Graph): BenchModel => ({
  ...{ name, family, batch, graph },
  isStarted: STARTED.includes(name),
});

const batched = (family: string, network: (batch: number) => Graph, ...batches: readonly number[]): BenchModel[] =>
  batches.map((batch) => row(`${family}-b${batch}`, family, batch, () => network(batch)));

const single = (name: string, graph: () => Graph, family = name): BenchModel => row(name, family, 1, graph);

/** The rows of the report in its order; sizes of images and steps are in the models' own files. */
export const models: readonly BenchModel[] = [
  ...batched('mlp', mlp, 1, 64),
  ...batched('mnist-mlp', mnistMlp, 1, 64),
  ...batched('keras-seed', kerasSeed, 1),
  ...batched('lenet', lenet, 1, 32),
  single('mobilenetv2', () => mobilenetV2(1)),
  single('resnet18', () => resnet(1, { blocks: [2, 2, 2, 2], bottleneck: false })),
  single('resnet50', () => resnet(1, { blocks: [3, 4, 6, 3], bottleneck: true })),
  single('minilm-s128', () => minilm(1, 128), 'minilm'),
  single('minilm-s16', () => minilm(1, 16), 'minilm'),
  single('lstm', () => lstmNetwork(1)),
  single('gru', () => gruNetwork(1)),
  single('matmul-512', () => matmul(512), 'matmul'),
];

/** Models by name (`mlp-b64`) or family (`mlp`), in the table's order; all of them when none is named. */
export function selectModels(names: readonly string[]): readonly BenchModel[] {
  const unknown = names.find((wanted) => !models.some(({ name, family }) => name === wanted || family === wanted));
  if (unknown !== undefined) {
    throw new Error(`--models: there is no '${unknown}'; choose from ${models.map(({ name }) => name).join(', ')}`);
  }
  return models.filter(({ name, family }) => names.length === 0 || names.includes(name) || names.includes(family));
}
