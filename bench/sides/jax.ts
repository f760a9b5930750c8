import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { bench, readOnnx, writeOnnx } from './onnx.js';
import { versionIn, type Side } from './side.js';

interface JaxArray {
  reshape(shape: readonly number[]): JaxArray;
  dataSync(): Float32Array;
}
type Program = (inputs: Readonly<Record<string, JaxArray>>) => Readonly<Record<string, JaxArray>>;

/** The parts of jax-js and its importer that are used here. */
interface Jax {
  readonly init: (device: string) => Promise<readonly string[]>;
  readonly defaultDevice: (device: string) => string;
  readonly jit: (program: Program) => Program;
  readonly numpy: { array(data: Float32Array): JaxArray };
}
interface Importer {
  readonly ONNXModel: new (bytes: Uint8Array) => { readonly run: Program };
}

const { resolve } = createRequire(new URL('package.json', bench));
const load = async (name: string): Promise<unknown> => import(pathToFileURL(resolve(name)).href);

export const jax: Side = {
  title: 'jax-js',
  version: () => versionIn(new URL('node_modules/@jax-js/jax/', bench)),
  prepare: ({ network }, folder) => writeOnnx(network, folder),
  async load(folder) {
    const { init, defaultDevice, jit, numpy } = (await load('@jax-js/jax')) as Jax;
    await init('wasm');
    defaultDevice('wasm');
    const { ONNXModel } = (await load('@jax-js/onnx')) as Importer;
    const { bytes, inputs } = readOnnx(folder);
    const program = jit(new ONNXModel(bytes).run);
    return () => {
      const given = inputs.map(([name, { data, shape }]) => [name, numpy.array(data).reshape(shape)] as const);
      return Object.values(program(Object.fromEntries(given)))[0]!.dataSync();
    };
  },
  shipped: () => ({
    entry: "export { init, defaultDevice, jit, numpy } from '@jax-js/jax'; export { ONNXModel } from '@jax-js/onnx';",
    folder: bench,
    binaries: [],
  }),
};
