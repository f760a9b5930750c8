import { readFile } from 'node:fs/promises';

export type Target = 'baseline' | 'relaxed';

const suffixes = { baseline: '', relaxed: '.relaxed' } as const;
const loaded = new Map<string, Promise<Uint8Array>>();

/**
 * The kernel library of a target, as it was built with the package.
 * @param extended the larger one, which has the kernels that few models need besides all others
 */
export function loadLibrary(target: Target, extended = false): Promise<Uint8Array> {
  const file = `kernels${extended ? '.extended' : ''}${suffixes[target]}.wasm`;
  let bytes = loaded.get(file);
  if (!bytes) {
    bytes = readFile(new URL(`../../${file}`, import.meta.url));
    loaded.set(file, bytes);
  }
  return bytes;
}
