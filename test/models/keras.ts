import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import * as core from '@tensorflow/tfjs-core';
import { loadLayersModel } from '@tensorflow/tfjs-layers';
import { runModule } from '../../compiler/cli/verify/verify.js';
import { importKeras } from '../../compiler/import/keras/index.js';
import { deriveKey, fnv1a64, uniform } from '../../compiler/random.js';
import { volume, type Tensor } from '../../compiler/tensor.js';
import { selectBackend } from '../../examples/digits/reference.js';
import { resize, type Image } from '../../examples/face/image.js';
import { instantiateSync } from '../../runtime/index.js';
import { Comparisons, compileAll, medianTime } from './measure.js';
import type { ModelReport, Resources, TestedModel } from './tested.js';

const SEED = 1n;

interface Files {
  readonly json: { readonly modelTopology: object; readonly weightsManifest: core.io.WeightsManifestConfig };
  readonly weights: Uint8Array;
}

/** A layers-model that takes one image as floats. */
interface ImageModel {
  readonly name: string;
  readonly package: string;
  readonly read: (folder: URL) => Files;
  /** Sizes of its input, one module for all. */
  readonly shapes: readonly (readonly [1, number, number, 3])[];
  /** Samples are from 0 to this. */
  readonly most: number;
  /** What its outputs are probabilities of. */
  readonly labels?: readonly string[];
}

const imageModels: readonly ImageModel[] = [
  {
    name: 'UpscalerJS default',
    package: '@upscalerjs/default-model',
    read: (folder) => ({
      json: JSON.parse(readFileSync(new URL('models/model.json', folder), 'utf8')) as Files['json'],
      weights: readFileSync(new URL('models/group1-shard1of1.bin', folder)),
    }),
    shapes: [
      [1, 48, 64, 3],
      [1, 37, 21, 3],
    ],
    most: 255,
  },
  {
    name: 'NSFWJS MobileNetV2',
    package: 'nsfwjs',
    read: (folder) => {
      const require = createRequire(new URL('dist/models/package.json', folder));
      const part = (name: string): unknown => require(`./mobilenet_v2/${name}.min.js`);
      const weights = Buffer.from(part('group1-shard1of1') as string, 'base64');
      return { json: part('model') as Files['json'], weights };
    },
    shapes: [[1, 224, 224, 3]],
    most: 1,
    labels: ['drawing', 'hentai', 'neutral', 'porn', 'sexy'],
  },
];

/** The photo as the model sees it, then a random image. */
function inputsOf({ name, most }: ImageModel, photo: Image, shape: ImageModel['shapes'][number]): Tensor[] {
  const [, height, width] = shape;
  const pixels = Float32Array.from(resize(photo, { width, height }).data, (value) => (value / 255) * most);
  const key = deriveKey(SEED, fnv1a64(name));
  const drawn = Float32Array.from({ length: volume(shape) }, (_, at) => uniform(key, at, 0, most));
  return [pixels, drawn].map((data) => ({ dtype: 'float32', shape, data }));
}

const likeliest = (values: ArrayLike<number | bigint>): number => {
  const list = Array.from(values, Number);
  return list.indexOf(Math.max(...list));
};

async function run(tested: ImageModel, { packages, photo, targets }: Resources): Promise<ModelReport> {
  const { json, weights } = tested.read(packages.find(tested.package)!);
  const { modules, ...figures } = await compileAll(importKeras(json, weights.slice().buffer), targets);
  const { inputs, outputs } = modules.get(targets[0]!)!.manifest;
  const [input, output] = [inputs[0]!.name, outputs[0]!.name];

  await selectBackend('wasm');
  const weightSpecs = json.weightsManifest.flatMap((group) => group.weights);
  const artifacts = { modelTopology: json.modelTopology, weightSpecs, weightData: weights.slice().buffer };
  const model = await loadLayersModel(core.io.fromMemory(artifacts));
  const predict = ({ data, shape }: Tensor): Tensor =>
    core.tidy(() => {
      const result = model.predict(core.tensor(data as Float32Array, [...shape])) as core.Tensor;
      return { dtype: 'float32', shape: result.shape, data: result.dataSync<'float32'>().slice() };
    });

  const comparisons = new Comparisons();
  for (const shape of tested.shapes) {
    for (const [at, tensor] of inputsOf(tested, photo, shape).entries()) {
      const expected = predict(tensor);
      for (const [target, module] of modules) {
        const actual = runModule(module, new Map([[input, tensor]])).get(output)!;
        comparisons.tensors(target, output, actual, expected);
        const [label, known] = [actual, expected].map(({ data }) => tested.labels?.[likeliest(data)]);
        if (at === 0 && known !== undefined) comparisons.equal(target, `the photo is '${known}'`, label, known);
      }
    }
  }
  const [first] = inputsOf(tested, photo, tested.shapes[0]!);
  const times: Record<string, number> = {};
  for (const [target, module] of modules) {
    const net = instantiateSync(module);
    net.forward({ [input]: first! });
    times[target] = await medianTime(() => net.run());
  }
  const referenceTime = await medianTime(() => predict(first!));
  model.dispose();
  const reference = `tfjs ${core.version_core}, wasm`;
  return { ...figures, rows: comparisons.rows(), times, reference, referenceTime };
}

/** Layers-models of Keras and tfjs. */
export const kerasModels: readonly TestedModel[] = imageModels.map((model) => ({
  name: model.name,
  packages: [model.package],
  run: (resources) => run(model, resources),
}));
