import { copyFileSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import * as core from '@tensorflow/tfjs-core';
import { build } from 'esbuild';
import { loadNetwork, selectBackend } from '../../digits/reference.js';

/** A Worker as it would be uploaded: a folder with `worker.js` and what that imports. */
export interface Bundle {
  readonly title: string;
  readonly folder: string;
  /** File names, `worker.js` first. */
  readonly files: readonly string[];
  readonly bytes: number;
  readonly gzipBytes: number;
}

/** Writes the network as tfjs saves it: `topology.json` and `weights.bin`. */
async function saveForTfjs(folder: string): Promise<void> {
  await selectBackend('wasm');
  const network = loadNetwork();
  await network.save(
    core.io.withSaveHandler(({ modelTopology, weightSpecs, weightData, format }) => {
      writeFileSync(join(folder, 'topology.json'), JSON.stringify({ modelTopology, weightSpecs, format }));
      writeFileSync(join(folder, 'weights.bin'), new Uint8Array(weightData as ArrayBuffer));
      return Promise.resolve({ modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } });
    }),
  );
  network.dispose();
}

const sources: Readonly<Record<string, { readonly entry: string; readonly assets: readonly string[] }>> = {
  'no network': { entry: 'load/empty.js', assets: [] },
  nacre: { entry: 'worker.js', assets: ['digits.wasm'] },
  'tfjs cpu': { entry: 'load/tfjs-cpu.js', assets: ['weights.bin'] },
  'tfjs wasm': { entry: 'load/tfjs-wasm.js', assets: ['weights.bin', 'tfjs-backend-wasm-simd.wasm'] },
  'tfjs wasm, as it is': { entry: 'load/tfjs-wasm-as-is.js', assets: ['weights.bin'] },
};

async function bundle(title: string, assetsFolder: string, parent: string): Promise<Bundle> {
  const { entry, assets } = sources[title]!;
  const folder = join(parent, title.replace(/\W+/g, '-'));
  mkdirSync(folder);
  const outfile = join(folder, 'worker.js');
  await build({
    entryPoints: [fileURLToPath(new URL(`../${entry}`, import.meta.url))],
    ...{ bundle: true, minify: true, format: 'esm', target: 'es2022', platform: 'browser', conditions: ['workerd'] },
    ...{ outfile, external: ['*.wasm', '*.bin'], logLevel: 'error' },
    plugins: [
      {
        name: 'topology',
        setup: (hooks) =>
          hooks.onResolve({ filter: /\/topology\.json$/ }, () => ({ path: join(assetsFolder, 'topology.json') })),
      },
    ],
  });
  for (const name of assets) copyFileSync(join(assetsFolder, name), join(folder, name));
  const files = ['worker.js', ...assets];
  const sizes = files.map((name) => join(folder, name)).map((path) => [statSync(path).size, gzipOf(path)] as const);
  const [bytes, gzipBytes] = [0, 1].map((which) => sizes.reduce((sum, size) => sum + size[which]!, 0)) as [
    number,
    number,
  ];
  return { title, folder, files, bytes, gzipBytes };
}

const gzipOf = (path: string): number => gzipSync(readFileSync(path)).length;

/** Bundles every Worker into a folder of its own below `parent`; `digits` is the network's module. */
export async function bundleWorkers(digits: Uint8Array, parent: string): Promise<Bundle[]> {
  const assets = join(parent, 'assets');
  mkdirSync(assets);
  writeFileSync(join(assets, 'digits.wasm'), digits);
  await saveForTfjs(assets);
  const require = createRequire(import.meta.url);
  const backend = require.resolve('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm');
  copyFileSync(backend, join(assets, 'tfjs-backend-wasm-simd.wasm'));
  const bundles: Bundle[] = [];
  for (const title of Object.keys(sources)) bundles.push(await bundle(title, assets, parent));
  return bundles;
}
