import { cp, mkdir, mkdtemp, readdir, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compile } from '../../compiler/index.js';
import { writeSafetensors } from '../../compiler/import/safetensors.js';
import { openOnnx } from '../../compiler/import/onnx/file.js';
import { instantiate } from '../../runtime/external.js';
import { onnxModel } from '../onnx/write.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** A small network of one layer, whose weights come from the seed. */
export const layered = (units: number): object => ({
  nacre: 1,
  inputs: [{ name: 'x', shape: ['batch', 8] }],
  layers: [{ name: 'y', kind: 'dense', units, activation: 'tanh' }],
  outputs: ['y'],
});

const referring = {
  nacre: 1,
  inputs: [{ name: 'x', shape: ['batch', 2] }],
  layers: [{ name: 'y', kind: 'dense', units: 2, weight: { tensor: 'w' } }],
  outputs: ['y'],
};

const tensors = { w: { dtype: 'float32', shape: [2, 2], data: Float32Array.of(0.1, -2, 3, 0.7) } } as const;

const onnx = onnxModel({
  opset: 17,
  nodes: [
    { op: 'MatMul', inputs: ['x', 'w'], outputs: ['h'] },
    { op: 'Sigmoid', inputs: ['h'], outputs: ['y'] },
  ],
  inputs: [{ name: 'x', shape: ['batch', 3] }],
  outputs: [{ name: 'y', shape: ['batch', 2] }],
  initializers: { w: { dtype: 'float32', shape: [3, 2], data: Float32Array.of(0.3, -1, 2, 0.25, 1.5, -0.125) } },
});

/** The script of the page: what it makes of each model, as bits. */
const script = `
import seeded, { manifest, url } from './models/seeded.json?seed=7&nacre';
import forward from './models/seeded.json?seed=7&runtime=forward&inline&nacre';
import referring from './models/referring.json?nacre';
import onnx, { weightsUrl } from './models/sigmoid.onnx?nacre&weights=external&target=both&dims=batch=1';
import scripted from './models/scripted.mjs?nacre&weights=embed&storage=f16';
import ready from './models/ready.wasm';
import included from './included/model.json';
import { instantiate, InputError } from 'nacre/runtime';
import { inputs } from './inputs.js';

const bits = ({ y }) => Array.from(new Uint32Array(y.data.buffer, y.data.byteOffset, y.data.length));

export async function run() {
  const results = {};
  for (const [name, load] of Object.entries({ seeded, forward, referring, onnx, scripted, ready, included })) {
    const model = await load();
    results[name] = bits(model.forward({ x: inputs[name] }));
  }
  const first = await seeded();
  first.initialize();
  const second = await seeded();
  second.initialize({ seed: 8, force: true });
  let refused;
  try {
    first.forward({});
  } catch (error) {
    refused = error instanceof InputError;
  }
  return {
    results,
    facts: {
      'one runtime': refused,
      'instances of their own': String(first.variables.get('y.weight').data) !== String(second.variables.get('y.weight').data),
      manifest: manifest.inputs[0].name,
      module: /\\.wasm$/.test(url.pathname.replace(/\\?.*/, '')),
      weights: /\\.safetensors$/.test(weightsUrl.pathname.replace(/\\?.*/, '')),
      instantiate: typeof instantiate,
    },
  };
}
`;

export const facts = {
  'one runtime': true,
  'instances of their own': true,
  manifest: 'x',
  module: true,
  weights: true,
  instantiate: 'function',
};

const values = (count: number): number[] => Array.from({ length: count }, (_, index) => Math.sin(index + 1));

const inputs = {
  seeded: [values(8)],
  forward: [values(8)],
  referring: [values(2)],
  onnx: [values(3)],
  scripted: [values(8)],
  ready: [values(8)],
  included: [values(8)],
};

/** Entry points: one for pages, one for servers. */
const page = `import { run } from './run.js';\nglobalThis.result = run().catch((error) => ({ error: String(error) }));\n`;
const server = `import { run } from './run.js';\nrun().then((result) => console.log(JSON.stringify(result)));\n`;
const single = `import load from './models/changing.json?nacre';\nglobalThis.result = load().then((model) => model.forward({ x: [${JSON.stringify(values(8))}] }).y.shape[1]);\n`;
const worker = `import load from './models/seeded.json?seed=7&nacre';
const model = await load();
export default { fetch: () => Response.json([...new Uint32Array(model.forward({ x: [${JSON.stringify(values(8))}] }).y.data.buffer)]) };
`;

export interface Project {
  readonly folder: string;
  /** What \`run\` gives on Node, from modules that the library compiles. */
  readonly expected: Readonly<Record<string, readonly number[]>>;
  path(name: string): string;
  remove(): Promise<void>;
}

/** The package as it would be installed, and its dependencies by links. */
async function installPackage(folder: string): Promise<void> {
  const place = join(folder, 'node_modules/nacre');
  const keep = (path: string): boolean => !/\.map$|tsbuildinfo$/.test(path);
  for (const name of ['package.json', 'build/compiler', 'build/runtime', 'compiler/plugin/client.d.ts']) {
    await mkdir(dirname(join(place, name)), { recursive: true });
    await cp(join(root, name), join(place, name), { recursive: true, filter: keep });
  }
  for (const name of await readdir(join(root, 'build'))) {
    if (/^(?:assets|binaryen|kernels)[.\w-]*$/.test(name))
      await cp(join(root, 'build', name), join(place, 'build', name));
  }
  for (const name of ['unplugin', 'binaryen', '@bufbuild', 'fflate']) {
    await symlink(await realpath(join(root, 'node_modules', name)), join(folder, 'node_modules', name));
  }
}

const bitsOf = async (
  model: unknown,
  options: object,
  x: readonly (readonly number[])[],
): Promise<readonly number[]> => {
  const net = await instantiate(await compile(model as string, options));
  const { data } = (net.forward as (feeds: object) => Record<string, { data: Float32Array }>)({ x })['y']!;
  return Array.from(new Uint32Array(data.buffer, data.byteOffset, data.length));
};

/** A project with models, scripts that import them, and what they must give. */
export async function makeProject(): Promise<Project> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'nacre-bundlers-')));
  const path = (name: string): string => join(folder, name);
  await installPackage(folder);
  const scripted = { ...layered(5), outputs: ['y'] };
  const ready = await compile(JSON.stringify(layered(3)));
  const files: Readonly<Record<string, string | Uint8Array>> = {
    'package.json': JSON.stringify({ private: true, type: 'module', name: 'page' }),
    'index.html': '<!doctype html><title>page</title><script type="module" src="/single.js"></script>\n',
    'run.js': script,
    'inputs.js': `export const inputs = ${JSON.stringify(inputs)};\n`,
    'page.js': page,
    'server.js': server,
    'single.js': single,
    'worker.js': worker,
    'wrong.js': "import load from './models/wrong.json?nacre';\nload();\n",
    'unknown.js': "import load from './models/seeded.json?nacre&sed=7';\nload();\n",
    'models/seeded.json': JSON.stringify(layered(4)),
    'models/changing.json': JSON.stringify(layered(4)),
    'models/referring.json': JSON.stringify(referring),
    'models/referring.safetensors': writeSafetensors(tensors),
    'models/sigmoid.onnx': onnx,
    'models/part.mjs': `export const model = ${JSON.stringify(scripted)};\n`,
    'models/scripted.mjs': `import { fromDeclaration } from 'nacre';\nimport { model } from './part.mjs';\nexport default fromDeclaration(model);\n`,
    'models/ready.wasm': ready.binary,
    'included/model.json': JSON.stringify(layered(2)),
    'models/wrong.json': JSON.stringify({ ...layered(4), layers: [{ name: 'y', kind: 'dens', units: 4 }] }),
  };
  for (const name of ['models', 'included']) await mkdir(path(name));
  for (const [name, data] of Object.entries(files)) await writeFile(path(name), data);
  const seeded = await bitsOf(JSON.stringify(layered(4)), { seed: 7 }, inputs.seeded);
  return {
    folder,
    path,
    expected: {
      seeded,
      forward: seeded,
      referring: await bitsOf(JSON.stringify(referring), { tensors }, inputs.referring),
      onnx: await bitsOf(await openOnnx(path('models/sigmoid.onnx')), { dims: { batch: 1 } }, inputs.onnx),
      scripted: await bitsOf(JSON.stringify(scripted), { weights: 'embed', storage: 'f16' }, inputs.scripted),
      ready: await bitsOf(JSON.stringify(layered(3)), {}, inputs.ready),
      included: await bitsOf(JSON.stringify(layered(2)), {}, inputs.included),
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
