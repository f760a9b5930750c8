import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { runInThisContext } from 'node:vm';
import type { Values } from '../network.js';
import { writeModel } from '../tflite/model.js';
import { translate } from '../tflite/translate.js';
import { restore, root, store, versionIn, type Side } from './side.js';

const MODEL = 'model.tflite';
const INPUTS = 'inputs';
const bench = new URL('bench/', root);
const runtime = new URL('node_modules/@litertjs/core/', bench);
const binaries = new URL('wasm/', runtime);

/** The part of LiteRT.js that is used here; it is installed beside the sources, out of the compiler's sight. */
interface LiteRt {
  readonly loadLiteRt: (path: string) => Promise<unknown>;
  readonly loadAndCompile: (model: Uint8Array, options: { accelerator: 'wasm' }) => Promise<CompiledModel>;
  readonly Tensor: new (data: Float32Array, shape: readonly number[]) => Tensor;
}
interface Tensor {
  toTypedArray(): Float32Array;
  delete(): void;
}
interface CompiledModel {
  run(inputs: readonly Tensor[]): Promise<readonly Tensor[]>;
}

const ignore = (): void => undefined;

/** What LiteRT.js takes from a worker of a browser, and its binary's script from a CommonJS module of Node. */
function imitateWorker(): void {
  Object.assign(globalThis, {
    self: globalThis,
    require: createRequire(binaries),
    __filename: fileURLToPath(new URL('script.js', binaries)),
    __dirname: fileURLToPath(binaries),
    importScripts: (file: string) => void runInThisContext(readFileSync(file, 'utf8'), { filename: file }),
    Module: { print: ignore, printErr: ignore },
  });
}

/** It warns that there is no graphics processor. */
async function silently<T>(call: () => Promise<T>): Promise<T> {
  const { warn } = console;
  console.warn = ignore;
  try {
    return await call();
  } finally {
    console.warn = warn;
  }
}

export const litert: Side = {
  title: 'LiteRT.js',
  version: () => versionIn(runtime),
  prepare({ network }, folder) {
    const { graph, inputs } = translate(network);
    writeFileSync(new URL(MODEL, folder), writeModel(graph));
    store(new URL(INPUTS, folder), inputs);
  },
  async load(folder) {
    imitateWorker();
    const { loadLiteRt, loadAndCompile, Tensor } = (await import(new URL('dist/index.js', runtime).href)) as LiteRt;
    await silently(() => loadLiteRt(fileURLToPath(binaries)));
    const model = await loadAndCompile(readFileSync(new URL(MODEL, folder)), { accelerator: 'wasm' });
    const inputs = Object.values(restore(new URL(INPUTS, folder)) as Record<string, Values>);
    return async () => {
      const given = inputs.map(({ data, shape }) => new Tensor(data, shape));
      const outputs = await model.run(given);
      const result = outputs[0]!.toTypedArray();
      for (const tensor of [...given, ...outputs]) tensor.delete();
      return result;
    };
  },
  shipped: () => ({
    entry: "export { loadLiteRt, loadAndCompile, Tensor } from '@litertjs/core';",
    folder: bench,
    binaries: ['litert_wasm_internal.js', 'litert_wasm_internal.wasm'].map((file) => new URL(file, binaries)),
  }),
};
