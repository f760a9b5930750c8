import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeNpy } from '../../compiler/npy.js';
import { main } from '../../compiler/cli/program.js';
import type { GraphSource } from '../../compiler/declaration.js';
import { writeSafetensors } from '../../compiler/import/safetensors.js';
import { onnxModel } from '../onnx/write.js';
import { convolution } from '../seed-graphs.js';

const entry = new URL('../../compiler/index.js', import.meta.url).href;
export const mlp = fileURLToPath(new URL('../../../examples/mlp.json', import.meta.url));

const keras = convolution.source;

/** y = 2 x + b, so that outputs are known. */
const linear: GraphSource = {
  nacre: 1,
  inputs: [{ name: 'x', shape: ['batch', 2] }],
  layers: [
    { name: 'y', kind: 'dense', units: 2, weight: { tensor: 'w' }, bias: { tensor: 'b' } },
    { name: 'z', kind: 'softmax' },
  ],
  outputs: ['y', 'z'],
};

const tensors = writeSafetensors({
  w: { dtype: 'float32', shape: [2, 2], data: Float32Array.of(2, 0, 0, 2) },
  // 1 and -0.5 in half precision.
  b: { dtype: 'float16', shape: [2], data: Uint16Array.of(0x3c00, 0xb800) },
  steps: { dtype: 'int64', shape: [], data: BigInt64Array.of(7n) },
});

const files: Readonly<Record<string, string | Uint8Array>> = {
  'keras.json': JSON.stringify(keras),
  'keras.mjs': `import { fromDeclaration, dense } from ${JSON.stringify(entry)};
    export default fromDeclaration(${JSON.stringify(keras)})
      .pipe(dense({ units: 64 }), dense({ units: 8 }), dense({ units: 64 }));`,
  'linear.json': JSON.stringify(linear),
  'linear.safetensors': tensors,
  'tokens.json': JSON.stringify({
    nacre: 1,
    inputs: [{ name: 'ids', shape: ['time'], dtype: 'int32' }],
    layers: [{ name: 'y', kind: 'embedding', inputDim: 5, outputDim: 2, weight: 'ones' }],
    outputs: ['y'],
  }),
  'rows.json': '[[1, 2], [3, 4]]',
  'rows.npy': writeNpy({ dtype: 'float32', shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) }),
  'ids.npy': writeNpy({ dtype: 'int64', shape: [3], data: BigInt64Array.of(0n, 4n, 2n) }),
  'doubles.npy': doubles(),
  'twenty.json': JSON.stringify([Array.from({ length: 20 }, (_, i) => i / 10)]),
  'broken.json': '{"nacre": 1,',
  'wrong.json':
    '{"nacre": 1, "inputs": [{"name": "x", "shape": [4]}], "layers": [{"kind": "Dense"}], "outputs": ["q"]}',
  'bad.npy': 'not an array',
  'bad.h5': 'not HDF5',
  'bad.wasm': 'not a module',
  'bad.onnx': 'not a model',
  'empty.wasm': Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0),
  'throws.mjs': 'throw new TypeError("no such layer");',
  'number.mjs': 'export default 42;',
  'trap.mjs': 'export default { get nacre() { throw new RangeError("trap"); } };',
  'typed.ts': `const model: object = ${JSON.stringify(keras)}; export default model;`,
  'model.bin': '',
  'identity.onnx': onnxModel({
    opset: 17,
    nodes: [{ op: 'Identity', inputs: ['x'], outputs: ['y'] }],
    inputs: [{ name: 'x', shape: [1] }],
    outputs: [{ name: 'y', shape: [1] }],
  }),
};

/** A float64 array as NumPy saves it. */
function doubles(): Uint8Array {
  const file = writeNpy({ dtype: 'int64', shape: [1, 2], data: new BigInt64Array(Float64Array.of(1.5, -2).buffer) });
  file.set(new TextEncoder().encode('<f8'), Buffer.from(file).indexOf('<i8'));
  return file;
}

interface Result {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Lines that only a slow machine shows. */
const progress = /^(compile: \w+ \(\d of 4\)|run: [\d,]+ of [\d,]+|profile: .*pass [\d,]+( of [\d,]+)?)\n/gm;

/** A folder of models and inputs. */
export interface Playground {
  readonly folder: string;
  /** Runs a command line in this process; `@name` is a file of the folder, which errors show as `@/name`. */
  readonly nacre: (...argv: string[]) => Promise<Result>;
  remove(): Promise<void>;
}

export async function makePlayground(): Promise<Playground> {
  const folder = await mkdtemp(join(tmpdir(), 'nacre-cli-'));
  await Promise.all(Object.entries(files).map(([name, data]) => writeFile(join(folder, name), data)));
  await mkdir(join(folder, 'taken.wasm'));
  return {
    folder,
    async nacre(...argv) {
      const written = { stdout: '', stderr: '' };
      const code = await main(
        argv.map((arg) => arg.replace(/(?<=^|=)@/, `${folder}/`)),
        {
          stdout: { write: (text) => (written.stdout += text) },
          stderr: { write: (text) => (written.stderr += text) },
        },
      );
      const stderr = written.stderr.replaceAll(folder, '@').replaceAll(progress, '');
      return { code, stdout: written.stdout, stderr };
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
