import { readFileSync } from 'node:fs';

/** Millions of elements a second that each random kernel fills: medians, after warm-up, in the first-level cache and out of it. */

const RUNS = 21;
const KEY = 0x123456789abcdefn;
const ADDRESS = 65536;

type Kernel = (target: number, count: number, first: bigint, key: bigint, ...numbers: number[]) => void;

const kernels: [name: string, ...numbers: number[]][] = [
  ['fillBits', 0, 0],
  ['fillUniform', -0.05, 0.05],
  ['fillNormal', 0, 0.05],
  ['fillTruncatedNormal', 0, 0.05, -0.1, 0.1],
  ['fillTruncatedNormal', 0, 0.05, -0.2, 0.2],
];

function rate(run: () => void, elements: number): number {
  const repeats = Math.ceil(2e6 / elements);
  const times: number[] = [];
  for (let i = -5; i < RUNS; i++) {
    const start = performance.now();
    for (let j = 0; j < repeats; j++) run();
    if (i >= 0) times.push((performance.now() - start) / repeats);
  }
  return elements / times.sort((a, b) => a - b)[RUNS >> 1]! / 1e3;
}

for (const library of ['kernels', 'kernels.relaxed']) {
  const binary = new Uint8Array(readFileSync(new URL(`../${library}.wasm`, import.meta.url)));
  if (!WebAssembly.validate(binary)) continue;
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(binary), { template: { epilogue: () => 0 } });
  (exports.memory as WebAssembly.Memory).grow(128);
  console.log(`${library}, ${process.version}, M elements/s      4,096  1,048,576`);
  for (const [name, ...numbers] of kernels) {
    const fill = exports[name] as Kernel;
    const rates = [4096, 1048576].map((count) => rate(() => fill(ADDRESS, count, 0n, KEY, ...numbers), count));
    const title = `${name}(${numbers.join(', ')})`;
    console.log(title.padEnd(44) + rates.map((value) => value.toFixed(0).padStart(9)).join(''));
  }
}
