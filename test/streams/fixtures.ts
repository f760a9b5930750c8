import { readFileSync } from 'node:fs';

const text = (path: string): string => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');

/** A file of known answers. */
export const knownAnswers = (name: string): unknown => JSON.parse(text(`test/fixtures/rng/${name}.json`));

interface Matrix {
  readonly seed: string;
  readonly shape: readonly [number, number];
  readonly gain: number;
  readonly values: string;
}

interface Golden {
  elements: { seed: number; draw: [string, ...number[]]; at: Record<string, string> }[];
  jax: { seed: string; draw: [string, ...number[]]; at: Record<string, string> }[];
  torch: { seed: string; draw: [string, ...number[]]; values: string }[];
  orthogonal: { seed: number; shape: [number, number]; gain: number; values: string }[];
  jaxOrthogonal: Matrix[];
  torchOrthogonal: Matrix[];
  sparse: { seed: number; shape: [number, number]; sparsity: number; std: number; values: string }[];
  custom: { seed: number; element: string; first: number; bits: string; uniform: string; normal: string }[];
  functions: [name: 'log' | 'exp' | 'sin' | 'cos' | 'pow', x: number, y: number | null, value: string][];
}

/** The golden values of docs/random.md. */
export const golden = JSON.parse(/```json\n([^]*?)```/.exec(text('docs/random.md'))![1]!) as Golden;

/** The bits of floats, or of words, in hexadecimal. */
export function hex(values: Float32Array<ArrayBuffer> | readonly number[]): string {
  const words = values instanceof Float32Array ? new Uint32Array(values.buffer) : values;
  return Array.from(words, (word) => (word >>> 0).toString(16).padStart(8, '0')).join(' ');
}

/** The floats whose bits are written as `hex` writes them. */
export function parseFloats(words: string): Float32Array<ArrayBuffer> {
  return new Float32Array(Uint32Array.from(words.split(' '), (word) => parseInt(word, 16)).buffer);
}

/** The distance of two f32 values in units in the last place. */
export function ulps(a: number, b: number): number {
  const [x, y] = new Int32Array(Float32Array.of(a, b).buffer);
  return Math.abs(x! - y!);
}
