import { readFileSync } from 'node:fs';

/**
 * Millions of elements a second that each random kernel fills: medians, after warm-up, in the first-level cache and out
 * of it; then the milliseconds that orthogonal matrices take.
 */

const RUNS = 21;
const KEY = 0x123456789abcdefn;
const STATE = 65536;
const ADDRESS = STATE + 4096;

type Kernel = (target: number, count: number, first: bigint, key: bigint, ...numbers: number[]) => void;
type Stream = (target: number, count: number, state: number, ...numbers: number[]) => void;
type Orthogonal = (target: number, rows: number, columns: number, key: bigint, gain: number, scratch: number) => void;

const kernels: [name: string, ...numbers: number[]][] = [
  ['fillBits', 0, 0],
  ['fillUniform', -0.05, 0.05],
  ['fillNormal', 0, 0.05],
  ['fillTruncatedNormal', 0, 0.05, -0.1, 0.1],
  ['fillTruncatedNormal', 0, 0.05, -0.2, 0.2],
  ['fillJaxBits'],
  ['fillJaxUniform', -1, 1, 0.05],
  ['fillJaxNormal', 0, 0.05],
  ['fillJaxTruncatedNormal', 0, 0.05, -2, 2],
];

const streams: [name: string, ...numbers: number[]][] = [
  ['fillTorchBits'],
  ['fillTorchUniform', -0.05, 0.05],
  ['fillTorchNormal', 0, 0.05],
  ['fillTorchTruncatedNormal', 0, 0.05, -0.1, 0.1],
];

const shapes = [
  [256, 256],
  [1024, 1024],
  [2304, 256],
] as const;

/** The median time of a run in milliseconds. */
function median(run: () => void, repeats: number): number {
  const times: number[] = [];
  for (let i = -5; i < RUNS; i++) {
    const start = performance.now();
    for (let j = 0; j < repeats; j++) run();
    if (i >= 0) times.push((performance.now() - start) / repeats);
  }
  return times.sort((a, b) => a - b)[RUNS >> 1]!;
}

/** Prints the rates of a kernel that fills as many elements as it is told to. */
function report(title: string, fill: (count: number) => void): void {
  const rates = [4096, 1048576].map((count) => count / median(() => fill(count), Math.ceil(2e6 / count)) / 1e3);
  console.log(title.padEnd(44) + rates.map((value) => value.toFixed(0).padStart(9)).join(''));
}

for (const library of ['kernels', 'kernels.relaxed']) {
  const binary = new Uint8Array(readFileSync(new URL(`../${library}.wasm`, import.meta.url)));
  if (!WebAssembly.validate(binary)) continue;
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(binary), { template: { epilogue: () => 0 } });
  (exports.memory as WebAssembly.Memory).grow(256);
  console.log(`${library}, ${process.version}, M elements/s      4,096  1,048,576`);
  for (const [name, ...numbers] of kernels) {
    const fill = exports[name] as Kernel;
    report(`${name}(${numbers.join(', ')})`, (count) => fill(ADDRESS, count, 0n, KEY, ...numbers));
  }
  (exports.seedTorch as (state: number, seed: bigint) => void)(STATE, KEY);
  for (const [name, ...numbers] of streams) {
    const fill = exports[name] as Stream;
    report(`${name}(${numbers.join(', ')})`, (count) => fill(ADDRESS, count, STATE, ...numbers));
  }
  for (const [rows, columns] of shapes) {
    const fill = exports.fillOrthogonal as Orthogonal;
    const scratch = ADDRESS + 4 * rows * columns;
    const time = median(() => fill(ADDRESS, rows, columns, KEY, 1, scratch), 1);
    console.log(`fillOrthogonal, [${rows}, ${columns}]`.padEnd(44) + `${time.toFixed(1)} ms`.padStart(18));
  }
}
