import { readFileSync } from 'node:fs';

const PAGE = 65536;
const FOUR_GIB = 2 ** 32;
const GUARD = 0xdeadbeef;

type Fill<Numbers extends number[]> = (
  target: number,
  count: number,
  first: bigint,
  key: bigint,
  ...numbers: Numbers
) => void;

/** The random kernels as a host sees them. */
export interface RandomKernels {
  readonly deriveKey: (seedLow: number, seedHigh: number, hashLow: number, hashHigh: number) => bigint;
  readonly varianceScale: (scale: number, fan: number, distribution: number) => number;
  readonly fillConstant: (target: number, count: number, value: number) => void;
  readonly fillBits: Fill<[draw: number, stream: number]>;
  readonly fillUniform: Fill<[low: number, high: number]>;
  readonly fillNormal: Fill<[mean: number, std: number]>;
  readonly fillTruncatedNormal: Fill<[mean: number, std: number, low: number, high: number]>;
}

const binary = (name: string): Uint8Array<ArrayBuffer> =>
  new Uint8Array(readFileSync(new URL(`../../${name}.wasm`, import.meta.url)));

function instantiate(library: Uint8Array<ArrayBuffer>): { kernels: RandomKernels; memory: WebAssembly.Memory } {
  const module = new WebAssembly.Module(library);
  const { exports } = new WebAssembly.Instance(module, { template: { epilogue: () => 0 } });
  return { kernels: exports as unknown as RandomKernels, memory: exports.memory as WebAssembly.Memory };
}

const baseline = instantiate(binary('kernels'));
const { memory } = baseline;
memory.grow((FOUR_GIB - memory.buffer.byteLength) / PAGE);

/** The kernels of the baseline target. */
export const { kernels } = baseline;

const relaxedBinary = binary('kernels.relaxed');

/** The kernels of the relaxed target, where the host has relaxed SIMD. */
export const relaxed = WebAssembly.validate(relaxedBinary) ? instantiate(relaxedBinary) : undefined;

/** What a kernel fills the last `count` words of a 4 GiB memory with; the word before them must stay. */
export function fill(count: number, run: (target: number) => void): Uint32Array<ArrayBuffer> {
  const target = FOUR_GIB - 4 * count;
  const guard = new Uint32Array(memory.buffer, target - 4, 1);
  guard[0] = GUARD;
  run(target);
  if (guard[0] !== GUARD) throw new Error('a kernel wrote before its target');
  return new Uint32Array(memory.buffer, count === 0 ? 0 : target, count).slice();
}

/** The same bits as floats. */
export function floats(words: Uint32Array<ArrayBuffer>): Float32Array<ArrayBuffer> {
  return new Float32Array(words.buffer);
}
