/** Files that are built beside this module. Bundlers find each of them by its very expression, so that all are written out. */
export const assets = {
  'kernels.wasm': new URL('./kernels.wasm', import.meta.url),
  'kernels.relaxed.wasm': new URL('./kernels.relaxed.wasm', import.meta.url),
  'kernels.extended.wasm': new URL('./kernels.extended.wasm', import.meta.url),
  'kernels.extended.relaxed.wasm': new URL('./kernels.extended.relaxed.wasm', import.meta.url),
  'binaryen.wasm': new URL('./binaryen.wasm', import.meta.url),
} as const;

export type AssetName = keyof typeof assets;
