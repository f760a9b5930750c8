import { readAsset } from '#host';
import { loadBinaryen } from './binaryen.js';

export type Target = 'baseline' | 'relaxed';

const files = {
  baseline: ['kernels.wasm', 'kernels.extended.wasm'],
  relaxed: ['kernels.relaxed.wasm', 'kernels.extended.relaxed.wasm'],
} as const;
const loaded = new Map<string, Promise<Uint8Array>>();

/**
 * The kernel library of a target, as it was built with the package, and what `emit` links it with.
 *
 * @param extended the larger one, which has the kernels that few models need besides all others
 * @throws ModuleError where they cannot be fetched; a later call tries again
 */
export async function loadLibrary(target: Target, extended = false): Promise<Uint8Array> {
  const file = files[target][extended ? 1 : 0];
  let bytes = loaded.get(file);
  if (!bytes) {
    bytes = readAsset(file);
    loaded.set(file, bytes);
    bytes.catch(() => loaded.delete(file));
  }
  const [library] = await Promise.all([bytes, loadBinaryen()]);
  return library;
}
