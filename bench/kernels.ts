import { performance } from 'node:perf_hooks';
import { linkKernels, linkLoop } from './link.js';
import { peakBinary, type PeakExports } from './peak.js';

/**
 * Arithmetic of the library's kernels, as GFLOP/s and as a share of the target's 128-bit peak measured between the samples; and
 * movement, beside the generated loop a kernel stands for and one copy of as many bytes.
 */

type Kernel = (...args: number[]) => void;

interface Row {
  label: string;
  /** Floating-point operations of a call. */
  work: number;
  run: () => void;
}

const rounds = 21;
const sampleTime = 2;

const relaxed = ['--relaxed', '--target=relaxed', 'relaxed'].some((word) => process.argv.includes(word));
const biasAndRelu = `(f32x4.pmax (v128.const f32x4 0 0 0 0)
  (f32x4.add (local.get $value) (v128.load align=4 (local.get $bias))))`;

const target = relaxed ? 'relaxed' : 'baseline';
const peakModule = new WebAssembly.Module(peakBinary(target));
const peak = new WebAssembly.Instance(peakModule).exports as unknown as PeakExports;
const library = relaxed ? 'kernels.relaxed.wasm' : 'kernels.wasm';
const { exports } = new WebAssembly.Instance(linkKernels(biasAndRelu, { library, optimize: true }));
const kernels = exports as Record<string, Kernel>;
const memory = exports.memory as WebAssembly.Memory;

const MIB = 2 ** 20;
const [x, w, y, bias] = [1 * MIB, 25 * MIB, 49 * MIB, 65 * MIB] as const;
memory.grow((66 * MIB) / 65536);
const values = new Float32Array(memory.buffer, x);
for (let i = 0; i < values.length; i++) values[i] = ((i * 7919) % 1009) / 1009 - 0.5;

function gemm(M: number, K: number, N: number): Row {
  const run = () => kernels.matmul!(x, w, y, bias, bias, M, K, N, K, N);
  return { label: `${M === 1 ? 'gemv' : `gemm ${M} ×`} ${K} × ${N}`, work: 2 * M * K * N, run };
}

interface Shape {
  out: number;
  channels: number;
  filters: number;
  kernel?: number;
  stride?: number;
  dilation?: number;
  groups?: number;
}

function convolution({ out, channels, filters, kernel = 3, stride = 1, dilation = 1, groups = 1 }: Shape): Row {
  const size = (out - 1) * stride + (kernel - 1) * dilation + 1;
  const taps = [kernel, kernel, stride, stride, dilation, dilation] as const;
  const depthwise = groups === channels && groups > 1;
  const [map, pad] = depthwise ? [out * stride, (size - out * stride + 1) >> 1] : [size, 0];
  const maps = [map, map, channels, filters / groups, out, out] as const;
  const run = depthwise
    ? () => kernels.depthwise2d!(x, w, y, bias, bias, 1, ...maps, ...taps, pad, pad, filters)
    : () => kernels.conv2d!(x, w, y, bias, bias, 1, size, size, channels, out, out, filters, ...taps, groups);
  const notes = [
    stride > 1 && `stride ${stride}`,
    dilation > 1 && `dilation ${dilation}`,
    groups > 1 && !depthwise && `groups ${groups}`,
  ].filter((note) => note !== false);
  return {
    label: [`${depthwise ? 'depthwise' : 'conv'} ${kernel}×${kernel} ${out}² ${channels} → ${filters}`, ...notes].join(
      ', ',
    ),
    work: (2 * out * out * kernel * kernel * channels * filters) / groups,
    run,
  };
}

const depthwise = (out: number, channels: number, kernel = 3, stride = 1) =>
  convolution({ out, channels, filters: channels, kernel, stride, groups: channels });

const rows: Row[] = [
  ...[64, 128, 256, 512, 1024].map((size) => gemm(size, size, size)),
  gemm(127, 129, 131),
  gemm(250, 250, 250),
  gemm(64, 784, 512),
  gemm(64, 512, 10),
  gemm(16, 384, 1536),
  gemm(3, 512, 512),
  gemm(1, 784, 512),
  gemm(1, 512, 10),
  gemm(1, 20, 256),
  convolution({ out: 56, channels: 64, filters: 64 }),
  convolution({ out: 28, channels: 128, filters: 128 }),
  convolution({ out: 14, channels: 256, filters: 256 }),
  convolution({ out: 7, channels: 512, filters: 512 }),
  convolution({ out: 28, channels: 128, filters: 128, stride: 2 }),
  convolution({ out: 112, channels: 3, filters: 32, stride: 2 }),
  convolution({ out: 112, channels: 3, filters: 64, kernel: 7, stride: 2 }),
  convolution({ out: 56, channels: 64, filters: 256, kernel: 1 }),
  convolution({ out: 28, channels: 128, filters: 128, dilation: 2 }),
  convolution({ out: 28, channels: 128, filters: 128, groups: 4 }),
  depthwise(112, 32),
  depthwise(56, 96, 3, 2),
  depthwise(56, 144),
  depthwise(28, 144, 3, 2),
  depthwise(28, 192),
  depthwise(14, 384),
  depthwise(14, 576),
  depthwise(7, 576, 3, 2),
  depthwise(7, 960),
  depthwise(14, 240, 5),
];

/** Milliseconds of one of `count` calls. */
function time(run: () => void, count: number): number {
  const start = performance.now();
  for (let i = 0; i < count; i++) run();
  return (performance.now() - start) / count;
}

/** How many calls fill a sample, once the engine has optimized. */
function calibrate(run: () => void): number {
  let count = 1;
  while (time(run, count) * count < 20) count *= 2;
  return Math.max(1, Math.round(sampleTime / time(run, count)));
}

const median = (samples: number[]) => samples.toSorted((a, b) => a - b)[samples.length >> 1]!;

const steps = 100_000;
const peakWork = steps * peak.flops();
const runPeak = () => void peak.peak(steps, 0.5, 0.5);
const peakCount = calibrate(runPeak);

console.log(
  `${library}, Node ${process.versions.node}: bias and relu in the epilogue, medians of ${rounds}, best in the last column`,
);
console.log(
  `${'kernel'.padEnd(44)} ${'µs'.padStart(9)} ${'GFLOP/s'.padStart(8)} ${'peak'.padStart(6)}     share     best`,
);
for (const { label, work, run } of rows) {
  const count = calibrate(run);
  const samples = Array.from({ length: rounds }, () => {
    const limit = peakWork / time(runPeak, peakCount);
    const took = time(run, count);
    return { took, limit, share: work / took / limit };
  });
  const took = median(samples.map((sample) => sample.took));
  const limit = median(samples.map((sample) => sample.limit)) / 1e6;
  const share = median(samples.map((sample) => sample.share)) * 100;
  const least = Math.min(...samples.map((sample) => sample.took));
  const best = (100 * work) / least / Math.max(...samples.map((sample) => sample.limit));
  const columns = [(took * 1e3).toFixed(1).padStart(9), (work / took / 1e6).toFixed(1).padStart(8)];
  columns.push(limit.toFixed(1).padStart(6), `${share.toFixed(0).padStart(7)} %`, `${best.toFixed(0).padStart(6)} %`);
  console.log(`${label.padEnd(44)} ${columns.join(' ')}`);
}

/** A swap of the axes `rows` and `columns` before runs of `inner` elements. */
function swap(rows: number, columns: number, inner: number) {
  const sizes = [columns, rows, inner];
  const operands = [{ buffer: 0, strides: [inner, columns * inner, 1] }];
  const expression = { kind: 'input', index: 0 } as const;
  const module = linkLoop({ kind: 'loop', expression, sizes, output: 1, operands, origin: 'swap' }, [x, y]);
  const loop = new WebAssembly.Instance(module).exports as { memory: WebAssembly.Memory; run: () => void };
  loop.memory.grow((66 * MIB) / 65536);
  const bytes = 4 * rows * columns * inner;
  return {
    label: `swapAxes ${rows} × ${columns} × ${inner}`,
    bytes,
    runs: [
      () => kernels.swapAxes!(x, y, 1, rows, columns, inner),
      loop.run,
      () => kernels.copyRows!(x, y, 1, bytes, 0, 0),
    ],
  };
}

console.log(`\n${'kernel'.padEnd(44)} ${'µs'.padStart(9)}     GB/s   loop/kernel   kernel/copy`);
for (const inner of [1, 2, 3, 4, 5, 8, 15, 16, 32, 33, 64, 256]) {
  const { label, bytes, runs } = swap(196, 12, inner);
  const counts = runs.map(calibrate);
  const samples = Array.from({ length: rounds }, () => runs.map((run, i) => time(run, counts[i]!)));
  const [took, loop, copy] = runs.map((_, i) => median(samples.map((sample) => sample[i]!))) as [
    number,
    number,
    number,
  ];
  const columns = [(took * 1e3).toFixed(1).padStart(9), ((2 * bytes) / took / 1e6).toFixed(1).padStart(8)];
  columns.push((loop / took).toFixed(2).padStart(13), (took / copy).toFixed(2).padStart(13));
  console.log(`${label.padEnd(44)} ${columns.join(' ')}`);
}
