import { readFileSync, writeFileSync } from 'node:fs';
import type { ForwardModel } from '../../runtime/forward.js';
import type { Network } from '../network.js';
import { restore, root, store, versionIn, type Side } from './side.js';

const MODEL = 'model.wasm';
const LOADER = 'model.mjs';
const INPUTS = 'inputs';

interface Loader {
  readonly default: () => Promise<ForwardModel>;
}

/** Loads what `prepare` wrote, by the loader that a model is deployed with, and the arrays that the model takes. */
export async function loadModel(folder: URL) {
  const { default: load } = (await import(new URL(LOADER, folder).href)) as Loader;
  return { model: await load(), inputs: restore(new URL(INPUTS, folder)) as Record<string, Float32Array> };
}

/** The module that `prepare` wrote. */
export const moduleIn = (folder: URL): Uint8Array<ArrayBuffer> => readFileSync(new URL(MODEL, folder));

const arrays = ({ inputs }: Network): Record<string, Float32Array> =>
  Object.fromEntries(Object.entries(inputs).map(([name, { data }]) => [name, data]));

export const nacre: Side = {
  title: 'nacre',
  version: () => versionIn(root),
  async prepare({ network, compiled }, folder) {
    const { loaderSource } = await import('../../compiler/index.js');
    writeFileSync(new URL(MODEL, folder), compiled.binary);
    writeFileSync(new URL(LOADER, folder), (await loaderSource(compiled, { runtime: 'forward' })).js);
    store(new URL(INPUTS, folder), arrays(network));
  },
  async load(folder) {
    const { model, inputs } = await loadModel(folder);
    const output = model.manifest.outputs[0]!.name;
    return () => model.forward(inputs)[output]!.data as Float32Array;
  },
  shipped: () => ({
    entry: "export { instantiate } from './forward.js';",
    folder: new URL('build/runtime/', root),
    binaries: [],
  }),
};
