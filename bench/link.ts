import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadBinaryen, none } from '../compiler/emit/binaryen.js';
import { Locals } from '../compiler/emit/code.js';
import { Linker } from '../compiler/emit/linker.js';
import { emitLoop } from '../compiler/emit/loop.js';
import type { Loop } from '../compiler/plan/types.js';

await loadBinaryen();

const root = fileURLToPath(new URL('../..', import.meta.url));
const features = [
  'simd',
  'relaxed-simd',
  'bulk-memory',
  'bulk-memory-opt',
  'mutable-globals',
  'nontrapping-float-to-int',
  'sign-ext',
].map((feature) => `--enable-${feature}`);

/** Runs one of Binaryen's command-line tools. */
function binaryen(tool: string, args: string[]): void {
  execFileSync(process.execPath, [join(root, 'node_modules/binaryen/bin', tool), ...features, ...args]);
}

function inTemporaryFolder<T>(use: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'nacre-'));
  try {
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/**
 * The kernel library with an epilogue in its placeholder. `body` is WebAssembly text of type v128 over the parameters
 * $value, $bias and $residual; `product` is the body of the one for products, whose parameters are $a, $b, $c, $bias,
 * $residual, $M, $K, $N, $lda and $ldc. Kernels with other placeholders trap. Optimizing inlines the epilogue, as a
 * model does.
 */
export function linkKernels(
  body: string,
  { library = 'kernels.wasm', product = 'unreachable', optimize = false } = {},
): WebAssembly.Module {
  return inTemporaryFolder((folder) => {
    const epilogue = join(folder, 'epilogue.wat');
    const linked = join(folder, 'linked.wasm');
    writeFileSync(
      epilogue,
      `(module (import "kernels" "memory" (memory 0))
        (func (export "epilogue") (param $value v128) (param $bias i32) (param $residual i32) (result v128) ${body})
        (func (export "product") (param $a i32) (param $b i32) (param $c i32) (param $bias i32) (param $residual i32)
          (param $M i32) (param $K i32) (param $N i32) (param $lda i32) (param $ldc i32) ${product})
        (func (export "candidate") (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32) unreachable)
        (func (export "update") (param i32 i32 i32 i32 i32 i32 i32) unreachable)
        (func (export "reset") (param i32 i32 i32 i32 i32 i32 i32) unreachable))`,
    );
    binaryen('wasm-merge', [join(root, 'build', library), 'kernels', epilogue, 'template', '-o', linked]);
    if (optimize) binaryen('wasm-opt', ['-O3', linked, '-o', linked]);
    return new WebAssembly.Module(readFileSync(linked));
  });
}

/** The function that a model has for a loop nest, as `run`; buffers are `addresses`, by their number. */
export function linkLoop(loop: Loop, addresses: readonly number[]): WebAssembly.Module {
  const linker = new Linker(readFileSync(join(root, 'build/kernels.wasm')), false);
  const { module } = linker;
  const call = emitLoop(linker, loop, (buffer) => addresses[buffer]!);
  linker.add('run', [], none, new Locals(module), [call]);
  module.addFunctionExport('run', 'run');
  linker.optimize();
  return new WebAssembly.Module(module.emitBinary() as Uint8Array<ArrayBuffer>);
}

/** The binary of WebAssembly text. */
export function assembleText(text: string): Uint8Array<ArrayBuffer> {
  return inTemporaryFolder((folder) => {
    const [source, binary] = [join(folder, 'module.wat'), join(folder, 'module.wasm')];
    writeFileSync(source, text);
    binaryen('wasm-as', [source, '-o', binary]);
    return new Uint8Array(readFileSync(binary));
  });
}
