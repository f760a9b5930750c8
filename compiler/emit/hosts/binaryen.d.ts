/** What `tools/binaryen-web.js` makes of the binaryen package: the same code without Node's modules and without its module's bytes. */
import type binaryen from 'binaryen';

export type Binaryen = typeof binaryen;

export interface BinaryenOptions {
  /** Instantiates `binaryen.wasm`. */
  readonly instantiateWasm: (imports: WebAssembly.Imports, done: (instance: WebAssembly.Instance) => void) => object;
}

export default function instantiate(options: BinaryenOptions): Promise<Binaryen>;
