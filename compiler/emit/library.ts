import { readFile } from 'node:fs/promises';

export type Target = 'baseline' | 'relaxed';

const files = { baseline: 'kernels.wasm', relaxed: 'kernels.relaxed.wasm' } as const;
const loaded = new Map<Target, Promise<Uint8Array>>();

/** The kernel library of a target, as it was built with the package. */
export function loadLibrary(target: Target): Promise<Uint8Array> {
  let bytes = loaded.get(target);
  if (!bytes) {
    bytes = readFile(new URL(`../../${files[target]}`, import.meta.url));
    loaded.set(target, bytes);
  }
  return bytes;
}
