import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Host, HostDigest } from '../host.js';
import { installed, platform } from '../install.js';
import { digestOf, output } from '../run.js';

const relaxedFlag = '--experimental-wasm-relaxed-simd';
const compileScript = fileURLToPath(new URL('../compile.js', import.meta.url));

/** Runs the modules, and compiles them once more. */
function digest(path: string, flags: readonly string[], folder: string): HostDigest {
  const modules = output(path, [...flags, compileScript], folder);
  return { ...digestOf(path, [...flags, 'child.mjs'], folder), modules };
}

const running = `Node ${process.versions.node.split('.')[0]}`;

const here = (name: string, flags: readonly string[]): Host => ({
  name,
  digest: (folder) => Promise.resolve(digest(process.execPath, flags, folder)),
});

const release = (name: string): Host => ({
  name,
  digest: (folder) => {
    const found = installed(`${name.toLowerCase().replace(' ', '')}-${platform}`);
    return Promise.resolve(typeof found === 'string' ? found : digest(join(found.folder, 'bin/node'), [], folder));
  },
});

/** The running Node first, then the other releases. */
export const nodes: readonly Host[] = [
  here(running, []),
  ...(running === 'Node 20' ? [here('Node 20, relaxed SIMD', [relaxedFlag])] : []),
  ...['Node 20', 'Node 22', 'Node 24'].filter((name) => name !== running).map(release),
];
