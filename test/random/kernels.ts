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
  readonly jaxVarianceScale: (scale: number, fan: number, distribution: number) => number;
  readonly fillJaxBits: Fill<[]>;
  readonly fillJaxUniform: Fill<[low: number, high: number, scale: number]>;
  readonly fillJaxNormal: Fill<[mean: number, std: number]>;
  readonly fillJaxTruncatedNormal: Fill<[mean: number, std: number, low: number, high: number]>;
  readonly torchState: () => number;
  readonly seedTorch: (state: number, seed: bigint) => void;
  readonly fillTorchBits: (target: number, count: number, state: number) => void;
  readonly fillTorchUniform: (target: number, count: number, state: number, low: number, high: number) => void;
  readonly fillTorchNormal: (target: number, count: number, state: number, mean: number, std: number) => void;
  readonly orthogonalScratch: (rows: number, columns: number) => number;
  readonly orthogonalize: (target: number, rows: number, columns: number, gain: number, scratch: number) => void;
  readonly fillOrthogonal: (
    target: number,
    rows: number,
    columns: number,
    key: bigint,
    gain: number,
    scratch: number,
  ) => void;
  readonly fillJaxOrthogonal: RandomKernels['fillOrthogonal'];
  readonly fillTorchOrthogonal: (
    target: number,
    rows: number,
    columns: number,
    state: number,
    gain: number,
    scratch: number,
  ) => void;
  readonly deltaOrthogonalScratch: (rows: number, columns: number) => number;
  readonly fillDeltaOrthogonal: (
    target: number,
    count: number,
    centre: number,
    rows: number,
    columns: number,
    strideRow: number,
    strideColumn: number,
    key: bigint,
    gain: number,
    scratch: number,
  ) => void;
  readonly fillJaxDeltaOrthogonal: RandomKernels['fillDeltaOrthogonal'];
  readonly fillTorchTruncatedNormal: (
    target: number,
    count: number,
    state: number,
    mean: number,
    std: number,
    low: number,
    high: number,
  ) => void;
  readonly skipTorch: (count: number, state: number, isNormal: number) => void;
  readonly fillIdentity: (target: number, rows: number, columns: number, gain: number) => void;
  readonly fillDirac: (
    target: number,
    count: number,
    centre: number,
    inputs: number,
    outputs: number,
    groups: number,
    strideInput: number,
    strideOutput: number,
  ) => void;
  readonly fillBilinear: (target: number, count: number, height: number, width: number, strideTap: number) => void;
  readonly fillLstmBias: (target: number, count: number, forget: number) => void;
  readonly sparseScratch: (rows: number, columns: number) => number;
  readonly fillSparse: (
    target: number,
    rows: number,
    columns: number,
    key: bigint,
    sparsity: number,
    std: number,
    scratch: number,
  ) => void;
  readonly beginCustom: (key: bigint) => void;
  readonly beginFill: (key: bigint, count: bigint) => void;
  readonly beginElement: (index: bigint) => void;
  readonly customBits: () => number;
  readonly customUniform: (low: number, high: number) => number;
  readonly customNormal: (mean: number, std: number) => number;
  readonly customLog: (x: number) => number;
  readonly customExp: (x: number) => number;
  readonly customSin: (x: number) => number;
  readonly customCos: (x: number) => number;
  readonly customPow: (x: number, y: number) => number;
}

const binary = (name: string): Uint8Array<ArrayBuffer> =>
  new Uint8Array(readFileSync(new URL(`../../${name}.wasm`, import.meta.url)));

function instantiate(library: Uint8Array<ArrayBuffer>): { kernels: RandomKernels; memory: WebAssembly.Memory } {
  const module = new WebAssembly.Module(library);
  const { exports } = new WebAssembly.Instance(module, {
    template: { epilogue: () => 0, product: () => 0, candidate: () => 0, update: () => 0, reset: () => 0 },
  });
  return { kernels: exports as unknown as RandomKernels, memory: exports.memory as WebAssembly.Memory };
}

const baseline = instantiate(binary('kernels'));
/** The memory of the kernels of the baseline target: 4 GiB. */
export const { memory } = baseline;
memory.grow((FOUR_GIB - memory.buffer.byteLength) / PAGE);

/** The kernels of the baseline target. */
export const { kernels } = baseline;

const relaxedBinary = binary('kernels.relaxed');

/** The kernels of the relaxed target, where the host has relaxed SIMD. */
export const relaxed = WebAssembly.validate(relaxedBinary) ? instantiate(relaxedBinary) : undefined;

/** Where scratch of kernels that take some begins. */
export const SCRATCH = 65536;

/** Gives `kernel` `bytes` bytes of scratch, full of ones, at SCRATCH; it must keep to them. */
export function withScratch<Result>(bytes: number, kernel: () => Result): Result {
  const guards = [SCRATCH - 16, SCRATCH + bytes].map((start) => new Uint8Array(memory.buffer, start, 16).fill(0xa5));
  new Uint8Array(memory.buffer, SCRATCH, bytes).fill(0xff);
  const result = kernel();
  if (!guards.every((guard) => guard.every((byte) => byte === 0xa5))) throw new Error('a kernel left its scratch');
  return result;
}

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
