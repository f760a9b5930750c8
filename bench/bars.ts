export type Target = 'baseline' | 'relaxed';

/** How many times as fast as others nacre is meant to be. */
export interface Bar {
  /** Than the fastest of the runtimes in WebAssembly. */
  readonly wasm: number;
  /** Than onnxruntime's machine code, where there is a bar. */
  readonly native?: number;
}

const relaxed: Readonly<Record<string, Required<Bar>>> = {
  'mlp-b1': { wasm: 12, native: 11 },
  'mlp-b64': { wasm: 2.5, native: 1.1 },
  'mnist-mlp-b1': { wasm: 3, native: 2.9 },
  'mnist-mlp-b64': { wasm: 1.25, native: 0.36 },
  'keras-seed-b1': { wasm: 2, native: 1.2 },
  'lenet-b1': { wasm: 2.8, native: 1.4 },
  'lenet-b32': { wasm: 2, native: 0.9 },
  mobilenetv2: { wasm: 1.25, native: 0.42 },
  resnet18: { wasm: 2.3, native: 0.56 },
  resnet50: { wasm: 1.55, native: 0.39 },
  'minilm-s128': { wasm: 1.3, native: 0.44 },
  'minilm-s16': { wasm: 1.4, native: 0.45 },
  lstm: { wasm: 1.6, native: 0.75 },
  gru: { wasm: 1.55, native: 0.85 },
  'matmul-512': { wasm: 1.5, native: 0.43 },
};

/** Baseline builds round after every multiplication and addition: a share of the bar above, unless named here. */
const BASELINE_SHARE = 0.8;
const baseline: Readonly<Record<string, number>> = { lstm: 1.1, gru: 1 };

/** The bar of a model's row. */
export function barOf(model: string, target: Target): Bar | undefined {
  const bar = relaxed[model];
  if (bar === undefined || target === 'relaxed') return bar;
  return { wasm: baseline[model] ?? BASELINE_SHARE * bar.wasm };
}

/** What a model may take at most. */
export interface Limits {
  /** Bytes of its module less its weights, compressed by gzip. */
  readonly code?: number;
  /** From the start of the process to the first output, in starts of an empty process. */
  readonly cold?: number;
  /** Milliseconds of compiling it, warm. */
  readonly compile?: number;
}

const limits: Readonly<Record<string, Limits>> = {
  'mlp-b1': { code: 4000, compile: 100 },
  'mnist-mlp-b1': { cold: 1.25 },
  'lenet-b1': { code: 15_000 },
  mobilenetv2: { code: 40_000, cold: 2, compile: 2000 },
  resnet50: { compile: 4000 },
};

export const limitsOf = (model: string): Limits => limits[model] ?? {};

/** Of the memory that a module has, in what its manifest says it needs. */
export const MEMORY_LIMIT = 1.1;

const PAGE = 65536;

/** Bytes that a module may have, in whole pages. */
export const mostMemory = (predicted: number): number => Math.ceil((MEMORY_LIMIT * predicted) / PAGE) * PAGE;

/** Bytes of the loader, compressed by gzip. */
export const LOADER_LIMIT = 3000;

/** Nanoseconds that a call may take beyond the module's own time. */
export const CALL_LIMITS = { run: 100, forward: 300 } as const;
