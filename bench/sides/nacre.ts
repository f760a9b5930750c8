import { readFileSync, writeFileSync } from 'node:fs';
import { instantiateSync } from '../../runtime/forward.js';
import type { Network } from '../network.js';
import { restore, root, store, versionIn, type Side } from './side.js';

const MODEL = 'model.wasm';
const INPUTS = 'inputs';

/** Loads a module that `prepare` wrote, and the arrays it takes. */
export function loadModule(folder: URL) {
  const inputs = restore(new URL(INPUTS, folder)) as Record<string, Float32Array>;
  const binary = readFileSync(new URL(MODEL, folder));
  return { inputs, binary, model: instantiateSync(binary) };
}

const arrays = ({ inputs }: Network): Record<string, Float32Array> =>
  Object.fromEntries(Object.entries(inputs).map(([name, { data }]) => [name, data]));

export const nacre: Side = {
  title: 'nacre',
  version: () => versionIn(root),
  prepare({ network, binary }, folder) {
    writeFileSync(new URL(MODEL, folder), binary);
    store(new URL(INPUTS, folder), arrays(network));
  },
  load(folder) {
    const { model, inputs } = loadModule(folder);
    const output = model.manifest.outputs[0]!.name;
    return Promise.resolve(() => model.forward(inputs)[output]!.data as Float32Array);
  },
  shipped: () => ({
    entry: "export { instantiate } from './forward.js';",
    folder: new URL('build/runtime/', root),
    binaries: [],
  }),
};
