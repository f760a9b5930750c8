import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { env } from '@tensorflow/tfjs-core';
import binary from './tfjs-backend-wasm-simd.wasm';
import { tfjsService } from './tfjs.js';

// The backend fetches bytes and has them compiled, which a Worker refuses; it has no way to take a module. So both
// steps are replaced: nothing is fetched, and what is instantiated is the import.
const { instantiate } = WebAssembly;
env().platform.fetch = () => Promise.resolve(new Response());
WebAssembly.instantiate = (async (_: BufferSource, imports?: WebAssembly.Imports) => ({
  module: binary,
  instance: await instantiate(binary, imports),
})) as typeof WebAssembly.instantiate;
setWasmPaths('', true);

export default await tfjsService('wasm');
