import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { compileSources } from '../../compiler/custom/compile.js';
import { f32, i32 } from '../../compiler/emit/binaryen.js';
import { Locals } from '../../compiler/emit/code.js';
import { linkCustomInitializer } from '../../compiler/emit/custom-initializer.js';
import { Linker } from '../../compiler/emit/linker.js';
import type { CompiledFunction } from '../../compiler/ir.js';

const library = readFileSync(fileURLToPath(new URL('../../kernels.wasm', import.meta.url)));

/** The variable that raw modules fill: shape [300, 7], and its fans. */
export const variable = { shape: [300, 7], fanIn: 300, fanOut: 7 } as const;

export const GAMMA = `export function sample(alpha: f32): f32 {         // Marsaglia–Tsang at alpha + 1, boosted: right for alpha < 1
  const d: f32 = alpha + 2.0 / 3.0, c: f32 = 1 / sqrt(9 * d);
  while (true) { const x = normal(), t: f32 = 1 + c * x, v: f32 = t * t * t; if (t > 0 && log(uniform()) < 0.5 * x * x + d * (1 - v + log(v))) return d * v * exp(log(uniform()) / alpha); } }`;

export const BIZARRE = `export function sample(): f32 { const v = uniform(-10, 10); return abs(v) >= 5 ? v : 0; }`;

/** Compiles one initializer. */
export async function initializer(
  source: string,
  options: Readonly<Record<string, number>> = {},
): Promise<CompiledFunction> {
  const { functions } = await compileSources([{ name: 'custom', options, source, role: 'initializer' }]);
  return functions.get('custom')!;
}

/** Links an initializer into a module of its own, which exports it as `fill`. */
export function linkAlone(compiled: CompiledFunction): Uint8Array {
  const linker = new Linker(library, false);
  const { module } = linker;
  const locals = new Locals(module, [i32]);
  const [rows, columns] = variable.shape;
  const axis = locals.parameter(0).get();
  const dim = module.if(axis, module.i32.const(columns), module.i32.const(rows));
  linker.add('dim', [i32], i32, locals, [dim]);
  linker.add('fanIn', [], f32, new Locals(module), [module.f32.const(variable.fanIn)]);
  linker.add('fanOut', [], f32, new Locals(module), [module.f32.const(variable.fanOut)]);
  const { kernel } = linkCustomInitializer(linker, compiled, { dim: 'dim', fanIn: 'fanIn', fanOut: 'fanOut' });
  module.addFunctionExport(kernel, 'fill');
  linker.optimize();
  if (!module.validate()) throw new Error('does not validate');
  const binary = module.emitBinary();
  module.dispose();
  return binary;
}

export interface Draw {
  readonly count: number;
  readonly key?: bigint;
  readonly first?: bigint;
  readonly options?: readonly number[];
}

/** Where the elements stand, past the constants of the kernels. */
const TARGET = 65536;

/** The elements that a linked initializer makes. */
export function draw(binary: Uint8Array, { count, key = 7n, first = 0n, options = [] }: Draw): Float32Array {
  const module = new WebAssembly.Module(binary as Uint8Array<ArrayBuffer>);
  const { exports } = new WebAssembly.Instance(module);
  const memory = exports['memory'] as WebAssembly.Memory;
  const bytes = TARGET + 4 * count;
  if (bytes > memory.buffer.byteLength) memory.grow(Math.ceil((bytes - memory.buffer.byteLength) / 65536));
  (exports['fill'] as (...args: (number | bigint)[]) => void)(TARGET, count, first, key, ...options);
  return new Float32Array(memory.buffer, TARGET, count).slice();
}
