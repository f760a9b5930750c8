import { readFileSync } from 'node:fs';
import type { ExecutionContext } from 'ava';
import { linkKernels } from '../../bench/link.js';

const PAGE = 65536;

/** One page short of 4 GiB, so that an address past the end traps and does not wrap to 0. */
const END = 2 ** 32 - PAGE;

/** Values a kernel reads: floats, or raw 32-bit patterns. */
export type Input = Float32Array | Int32Array;

/** One call: `args` maps the addresses of the inputs and of the outputs to the kernel's arguments. */
export interface Call {
  kernel: string;
  inputs: Input[];
  /** Lengths of the outputs, in elements. */
  outputs: number[];
  /** Inputs that a kernel may read up to 12 bytes past, as it may a bias and a residual. */
  slack?: number[];
  args: (inputs: number[], outputs: number[]) => number[];
}

export interface Result {
  /** What the kernel returned, if anything. */
  value: number | undefined;
  outputs: Float32Array[];
}

/**
 * Runs kernels at the top of the largest memory, where a signed address or one byte read past the end shows. Each input in
 * turn ends at the last byte of memory, the rest are four bytes off any alignment; after each run every byte that is
 * not an output must be as it was.
 */
export class Harness {
  readonly #exports: Record<string, (...args: number[]) => number | undefined>;
  readonly #memory: WebAssembly.Memory;

  constructor(epilogue: string, options: Parameters<typeof linkKernels>[1] = {}) {
    const { exports } = new WebAssembly.Instance(linkKernels(epilogue, options));
    this.#memory = exports.memory as WebAssembly.Memory;
    this.#exports = exports as Record<string, (...args: number[]) => number | undefined>;
    this.#memory.grow((END - this.#memory.buffer.byteLength) / PAGE);
  }

  run(t: ExecutionContext, call: Call): Result {
    let result = this.#runOnce(t, call, 0);
    for (let last = 1; last < call.inputs.length; last++) result = this.#runOnce(t, call, last);
    return result;
  }

  /** Runs a kernel whose output takes the place of its input `x`. */
  runInPlace(kernel: string, x: Float32Array, args: (at: number) => number[]): Float32Array {
    const at = END - x.byteLength;
    const view = new Float32Array(this.#memory.buffer, at, x.length);
    view.set(x);
    this.#exports[kernel]!(...args(at));
    return view.slice();
  }

  #runOnce(t: ExecutionContext, { kernel, inputs, outputs, slack = [], args }: Call, last: number): Result {
    const { buffer } = this.#memory;
    let top = END;
    const inputAt: number[] = [];
    for (let n = 0; n < inputs.length; n++) {
      const index = (last + n) % inputs.length;
      top -= inputs[index]!.byteLength + (slack.includes(index) ? 12 : 0);
      inputAt[index] = top;
      top -= 4 + (top % 16);
    }
    const outputAt = outputs.map((length) => {
      top -= 68 + length * 4;
      return top;
    });
    top -= 128;
    const before = new Uint8Array(buffer, top, END - top).fill(0xa5);
    for (let n = 0; n < inputs.length; n++) {
      const { buffer: source, byteOffset, length } = inputs[n]!;
      new Int32Array(buffer, inputAt[n], length).set(new Int32Array(source, byteOffset, length));
    }
    const expected = before.slice();
    const value = this.#exports[kernel]!(...args(inputAt, outputAt));
    const results = outputs.map((length, n) => new Float32Array(buffer, outputAt[n], length).slice());
    const after = before.slice();
    for (let n = 0; n < outputs.length; n++) {
      const at = outputAt[n]! - top;
      after.set(expected.subarray(at, at + outputs[n]! * 4), at);
    }
    t.is(Buffer.compare(after, expected), 0, `${kernel} wrote outside its output`);
    return { value, outputs: results };
  }
}

/** Whether the engine takes the library of the relaxed target. */
export const takesRelaxed = WebAssembly.validate(readFileSync(new URL('../../kernels.relaxed.wasm', import.meta.url)));

/** Reproducible floats in [−1, 1). */
export function random(length: number, seed = 1): Float32Array {
  let state = seed * 2654435761;
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

/** Asserts |actual − expected| ≤ tolerance · max(1, |expected|) element by element; NaN and ∞ must match. */
export function close(
  t: ExecutionContext,
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  label: string,
  tolerance = 2e-6,
): void {
  t.is(actual.length, expected.length, label);
  let bad = -1;
  for (let i = 0; i < expected.length && bad < 0; i++) {
    const want = expected[i]!;
    const exact = actual[i] === want || Object.is(actual[i], want);
    if (!exact && !(Math.abs(actual[i]! - want) <= tolerance * Math.max(1, Math.abs(want)))) bad = i;
  }
  t.is(bad, -1, bad < 0 ? label : `${label}: element ${bad} is ${actual[bad]!}, not ${expected[bad]!}`);
}

/** Asserts |actual − expected| ≤ 2e-5 · expected for every expected value above 2⁻¹²⁰: small probabilities count too. */
export function relative(t: ExecutionContext, actual: ArrayLike<number>, expected: ArrayLike<number>): void {
  let worst = 0;
  for (let i = 0; i < expected.length; i++) {
    const want = expected[i]!;
    if (want > 2 ** -120) worst = Math.max(worst, Math.abs(actual[i]! - want) / want);
  }
  t.true(worst <= 2e-5, `relative error ${worst}`);
}

/** Every combination of one value from each list. */
export function combinations(...lists: number[][]): number[][] {
  return lists.reduce<number[][]>((rows, list) => rows.flatMap((row) => list.map((v) => [...row, v])), [[]]);
}
