import { createRequire } from 'node:module';
import { join } from 'node:path';
import { NacreError, OptionError } from '../../errors.js';
import type { DType, Tensor } from '../../tensor.js';
import type { TfjsFile } from '../../files/tfjs.js';
import type { Result } from './compare.js';
import type { Inputs, Reference } from './reference.js';

interface TfTensor {
  readonly shape: readonly number[];
  readonly dtype: string;
  dataSync(): ArrayLike<number>;
}

interface TfModel {
  readonly inputs: readonly { readonly name: string }[];
  readonly outputs: readonly { readonly name: string }[];
  predict(inputs: readonly TfTensor[]): TfTensor | readonly TfTensor[];
}

interface GraphTfModel extends TfModel {
  executeAsync(inputs: Readonly<Record<string, TfTensor>>, outputs: readonly string[]): Promise<TfTensor | TfTensor[]>;
}

/** The part of tfjs that is used. */
interface Runtime {
  readonly version: { readonly 'tfjs-core'?: string } | undefined;
  readonly version_core?: string;
  readonly io: { fromMemory(artifacts: Readonly<Record<string, unknown>>): unknown };
  /** Without it tfjs tells on the console of faster packages. */
  enableProdMode(): void;
  setBackend(name: string): Promise<boolean>;
  ready(): Promise<void>;
  tensor(data: Tensor['data'], shape: readonly number[], dtype: string): TfTensor;
  loadLayersModel?(handler: unknown): Promise<TfModel>;
  loadGraphModel?(handler: unknown): Promise<GraphTfModel>;
}

/** All of tfjs, or the packages that it is made of: the first of each list that is installed is loaded. */
const bundles: readonly (readonly string[])[] = [
  ['@tensorflow/tfjs'],
  ['@tensorflow/tfjs-core', '@tensorflow/tfjs-backend-cpu', '@tensorflow/tfjs-layers'],
  ['@tensorflow/tfjs-core', '@tensorflow/tfjs-backend-cpu', '@tensorflow/tfjs-converter'],
];

/**
 * Loads tfjs as a folder sees it, or as this package does.
 *
 * @param needs the function that loads a model of the kind at hand
 * @throws OptionError where neither has it, or it does not load
 */
function loadTfjs(folder: string, needs: 'loadLayersModel' | 'loadGraphModel'): Runtime {
  for (const from of [join(folder, 'package.json'), import.meta.url]) {
    const require = createRequire(from);
    for (const names of bundles) {
      try {
        for (const name of names) require.resolve(name);
      } catch {
        continue;
      }
      try {
        const parts = names.map((name) => require(name) as Readonly<Record<string, unknown>>);
        const runtime = Object.assign({}, ...[...parts].reverse()) as Runtime;
        if (needs in runtime) return runtime;
      } catch (error) {
        throw new OptionError('dependency', names[0]!, `cannot be loaded: ${(error as Error).message}`);
      }
    }
  }
  throw new OptionError('dependency', '--against', '@tensorflow/tfjs is not installed; npm install @tensorflow/tfjs');
}

/** What tfjs calls a dtype. */
const dtypes: Readonly<Partial<Record<DType, string>>> = {
  float32: 'float32',
  int32: 'int32',
  int64: 'int32',
  uint8: 'int32',
  bool: 'bool',
};

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

/** A model in memory as tfjs takes it. */
function artifactsOf({ json, read }: TfjsFile): Readonly<Record<string, unknown>> {
  const groups = json['weightsManifest'] as readonly { paths: readonly string[]; weights: readonly unknown[] }[];
  const parts = groups.flatMap(({ paths }) => paths.map(read));
  const weightData = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    weightData.set(part, at);
    at += part.length;
  }
  return { ...json, weightSpecs: groups.flatMap(({ weights }) => weights), weightData: weightData.buffer };
}

/**
 * A model in tfjs, on the processor.
 *
 * @throws OptionError where the package is missing. When it runs: NacreError with what tfjs says
 */
export function tfjs(file: TfjsFile, folder = process.cwd()): Reference {
  const topology = file.json['modelTopology'];
  const isGraph = file.json['format'] === 'graph-model' || (isRecord(topology) && 'node' in topology);
  const runtime = loadTfjs(folder, isGraph ? 'loadGraphModel' : 'loadLayersModel');
  const version = runtime.version_core ?? runtime.version?.['tfjs-core'] ?? '';
  const title = `tfjs ${version}`.trim();
  const tensorOf = ({ data, shape, dtype }: Tensor): TfTensor => {
    const values = data instanceof BigInt64Array ? Int32Array.from(data, Number) : data;
    return runtime.tensor(values, shape, dtypes[dtype] ?? 'int32');
  };
  const runLayers = async (inputs: Inputs, outputs: readonly string[]): Promise<ReadonlyMap<string, Result>> => {
    const model = await runtime.loadLayersModel!(runtime.io.fromMemory(artifactsOf(file)));
    // Both have the inputs and outputs in the order of the file.
    const given = model.predict([...inputs.values()].map(tensorOf));
    const list = Array.isArray(given) ? (given as readonly TfTensor[]) : [given as TfTensor];
    return new Map(outputs.map((name, index) => [name, resultOf(list[index]!)]));
  };
  const runGraph = async (inputs: Inputs, outputs: readonly string[]): Promise<ReadonlyMap<string, Result>> => {
    const model = await runtime.loadGraphModel!(runtime.io.fromMemory(artifactsOf(file)));
    const feeds = Object.fromEntries([...inputs].map(([name, tensor]) => [name, tensorOf(tensor)]));
    const given = await model.executeAsync(feeds, outputs);
    const list = Array.isArray(given) ? given : [given];
    return new Map(outputs.map((name, index) => [name, resultOf(list[index]!)]));
  };
  return {
    title,
    async run(_pipeline, inputs, outputs) {
      try {
        runtime.enableProdMode();
        await runtime.setBackend('cpu');
        await runtime.ready();
        return await (isGraph ? runGraph : runLayers)(inputs, outputs);
      } catch (error) {
        throw new NacreError('tfjs', title, (error as Error).message);
      }
    },
  };
}

function resultOf(tensor: TfTensor): Result {
  const { dtype, shape } = tensor;
  return { dtype, shape, data: tensor.dataSync() };
}
