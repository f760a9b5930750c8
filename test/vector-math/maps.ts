import { readFileSync } from 'node:fs';
import asc from '../support/asc.js';

const { abs, floor, fround, log2 } = Math;
const inf = Infinity;

/** Functions of the kernel library, by the file that has them. */
export type Library = Readonly<Record<string, readonly string[]>>;

/** Bytes between the beginning of the memory and the first argument, and between arguments. */
const ARRAY = 262144;

/** The most elements of an array. */
export const BLOCK = ARRAY / 4;

/** Maps each function over arrays in place of the first; a vector function cannot be called from JavaScript. */
function sourceOf(library: Library, arity: number): string {
  const rest = Array.from({ length: arity - 1 }, (_, i) => `, v128.load(address, ${ARRAY * (i + 1)})`).join('');
  const imports = Object.entries(library).map(
    ([file, names]) => `import { ${names.join(', ')} } from './assembly/${file}';`,
  );
  const maps = Object.values(library)
    .flat()
    .map(
      (name) => `
export function map_${name}(address: usize, count: usize): void {
  for (const end = address + (count << 2); address < end; address += 16) {
    v128.store(address, ${name}(v128.load(address)${rest}));
  }
}`,
    );
  return [...imports, ...maps].join('\n');
}

async function compile(source: string, features: readonly string[]): Promise<WebAssembly.Exports> {
  let binary: Uint8Array | undefined;
  const { error } = await asc.main(
    [
      'entry.ts',
      '--outFile',
      'entry.wasm',
      '--runtime',
      'stub',
      '--noAssert',
      '-O2',
      '--use',
      'abort=',
      '--initialMemory',
      '32',
    ].concat(
      ['--disableWarning', '112', '--config', 'none'],
      features.flatMap((feature) => ['--enable', feature]),
    ),
    {
      readFile: (name) => {
        if (name === 'entry.ts') return source;
        const path = new URL(`../../../${name}`, import.meta.url);
        return name.startsWith('assembly/') ? readFileSync(path, 'utf8') : null;
      },
      writeFile: (_name, contents) => {
        if (typeof contents !== 'string') binary = contents;
      },
      listFiles: () => [],
    },
  );
  if (error || !binary) throw error ?? new Error('asc wrote nothing');
  return new WebAssembly.Instance(new WebAssembly.Module(binary as BufferSource)).exports;
}

/** The function `name` of arrays, element by element. */
export type Apply = (name: string, ...args: readonly Float32Array[]) => Float32Array;

/** Compiles functions of as many arguments for a target. */
export async function mapsOf(library: Library, arity: number, features: readonly string[]): Promise<Apply> {
  const module = await compile(sourceOf(library, arity), features);
  const { buffer } = module['memory'] as WebAssembly.Memory;
  return (name, ...args) => {
    args.forEach((arg, i) => new Float32Array(buffer, ARRAY * (i + 1), arg.length).set(arg));
    const { length } = args[0]!;
    (module[`map_${name}`] as (address: number, count: number) => void)(ARRAY, length);
    return new Float32Array(buffer, ARRAY, length).slice();
  };
}

/** A module with one relaxed multiply-add, valid where the engine has relaxed SIMD. */
const relaxedProbe = Uint8Array.of(
  ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 8, 1, 96, 3, 123, 123, 123, 1, 123, 3, 2, 1, 0],
  ...[10, 13, 1, 11, 0, 32, 0, 32, 1, 32, 2, 253, 133, 2, 11],
);

/** The targets that the engine runs, and their features. */
export const targets: readonly (readonly [name: string, features: readonly string[]])[] = [
  ['baseline', ['simd', 'bulk-memory']],
  ...(WebAssembly.validate(relaxedProbe) ? [['relaxed', ['simd', 'bulk-memory', 'relaxed-simd']] as const] : []),
];

const SMALLEST_NORMAL = 2 ** -126;

/** The error of `y` in units in the last place of the exact result; infinite where one is NaN or only one is infinite. */
export function error(y: number, exact: number, flushes = false): number {
  if (Number.isNaN(exact)) return Number.isNaN(y) ? 0 : inf;
  const rounded = fround(exact);
  if (Object.is(y, rounded)) return 0;
  if (!Number.isFinite(rounded)) return inf;
  const magnitude = abs(exact);
  if (magnitude < SMALLEST_NORMAL) return flushes && y === 0 ? 0 : abs(y - exact) / 2 ** -149;
  return abs(y - exact) / 2 ** (floor(log2(magnitude)) - 23);
}
