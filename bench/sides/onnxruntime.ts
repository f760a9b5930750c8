import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Values } from '../network.js';
import { translate } from '../onnx/translate.js';
import { restore, root, store, versionIn, type Side } from './side.js';

const MODEL = 'model.onnx';
const INPUTS = 'inputs';
const bench = new URL('bench/', root);
const runtime = new URL('node_modules/onnxruntime-web/', bench);

/** The part of onnxruntime-web that is used here; it is installed beside the sources, out of the compiler's sight. */
interface OnnxRuntime {
  readonly env: { readonly wasm: { numThreads: number } };
  readonly InferenceSession: { create(model: Uint8Array, options: object): Promise<Session> };
  readonly Tensor: new (
    type: 'float32',
    data: Float32Array,
    shape: readonly number[],
  ) => { readonly data: Float32Array };
}
type Tensor = InstanceType<OnnxRuntime['Tensor']>;
interface Session {
  readonly outputNames: readonly string[];
  run(feeds: Readonly<Record<string, Tensor>>): Promise<Readonly<Record<string, Tensor>>>;
}

export const onnxruntime: Side = {
  title: 'onnxruntime-web',
  version: () => versionIn(runtime),
  prepare({ network }, folder) {
    const { bytes, inputs } = translate(network);
    writeFileSync(new URL(MODEL, folder), bytes);
    store(new URL(INPUTS, folder), inputs);
  },
  async load(folder) {
    const ort = createRequire(new URL('package.json', bench))('onnxruntime-web') as OnnxRuntime;
    ort.env.wasm.numThreads = 1;
    const options = { executionProviders: ['wasm'], graphOptimizationLevel: 'all' };
    const session = await ort.InferenceSession.create(readFileSync(new URL(MODEL, folder)), options);
    const inputs = Object.entries(restore(new URL(INPUTS, folder)) as Record<string, Values>);
    const output = session.outputNames[0]!;
    return async () => {
      const feeds = inputs.map(([name, { data, shape }]) => [name, new ort.Tensor('float32', data, shape)] as const);
      return (await session.run(Object.fromEntries(feeds)))[output]!.data;
    };
  },
  shipped: () => ({
    entry: "export { env, InferenceSession, Tensor } from 'onnxruntime-web/wasm';",
    folder: bench,
    binaries: [new URL('dist/ort-wasm-simd-threaded.wasm', runtime)],
  }),
};
