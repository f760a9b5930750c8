import { createRequire } from 'node:module';
import { bench, readOnnx, writeOnnx } from './onnx.js';
import { versionIn, type Run, type Side } from './side.js';

/** The part of onnxruntime's packages that is used here. */
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

const folderOf = (name: string): URL => new URL(`node_modules/${name}/`, bench);
const load = (name: string): OnnxRuntime => createRequire(new URL('package.json', bench))(name) as OnnxRuntime;

async function start(ort: OnnxRuntime, folder: URL, options: object): Promise<Run> {
  const { bytes, inputs } = readOnnx(folder);
  const session = await ort.InferenceSession.create(bytes, { graphOptimizationLevel: 'all', ...options });
  const output = session.outputNames[0]!;
  return async () => {
    const feeds = inputs.map(([name, { data, shape }]) => [name, new ort.Tensor('float32', data, shape)] as const);
    return (await session.run(Object.fromEntries(feeds)))[output]!.data;
  };
}

export const onnxruntime: Side = {
  title: 'onnxruntime-web',
  version: () => versionIn(folderOf('onnxruntime-web')),
  prepare: ({ network }, folder) => writeOnnx(network, folder),
  load(folder) {
    const ort = load('onnxruntime-web');
    ort.env.wasm.numThreads = 1;
    return start(ort, folder, { executionProviders: ['wasm'] });
  },
  shipped: () => ({
    entry: "export { env, InferenceSession, Tensor } from 'onnxruntime-web/wasm';",
    folder: bench,
    binaries: [new URL('dist/ort-wasm-simd-threaded.wasm', folderOf('onnxruntime-web'))],
  }),
};

export const native: Side = {
  title: 'native onnxruntime',
  isNative: true,
  version: () => versionIn(folderOf('onnxruntime-node')),
  prepare: ({ network }, folder) => writeOnnx(network, folder),
  load: (folder) =>
    start(load('onnxruntime-node'), folder, {
      executionProviders: ['cpu'],
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
    }),
};
