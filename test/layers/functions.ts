import { compileSources } from '../../compiler/custom/compile.js';
import { evaluator } from '../../compiler/custom/evaluate.js';
import type { FunctionSource } from '../../compiler/declaration.js';

interface TestFunction extends Required<FunctionSource> {
  /** What `apply` computes, in f64. */
  readonly expected: (...args: number[]) => number;
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/** Functions for layers of kind `elementwise`. */
export const testFunctions: readonly TestFunction[] = [
  {
    name: 'swish',
    options: { beta: 1 },
    source: 'export function apply(x: f32, beta: f32): f32 { return x / (1 + exp(-beta * x)); }',
    expected: (x, beta) => x * sigmoid(beta * x),
  },
  {
    name: 'gate',
    options: { scale: 2, shift: 0.5 },
    source: `export function apply(x: f32, y: f32, scale: f32, shift: f32): f32 {
      return y > 0 ? x * tanh(scale * y) + shift : shift + sin(y) - pow(abs(y), scale);
    }
    function tanh(x: f32): f32 { const e = exp(-2 * x); return (1 - e) / (1 + e); }`,
    expected: (x, y, scale, shift) =>
      y > 0 ? x * Math.tanh(scale * y) + shift : shift + Math.sin(y) - Math.abs(y) ** scale,
  },
  {
    name: 'blend',
    options: {},
    source: 'export function apply(a: f32, b: f32, c: f32): f32 { return a + c * (b - a); }',
    expected: (a, b, c) => a + c * (b - a),
  },
  {
    // A loop: one element at a time.
    name: 'root',
    options: { steps: 20 },
    source: `export function apply(x: f32, steps: f32): f32 {
      const square: f32 = 1 + abs(x);
      let root = square;
      for (let i: f32 = 0; i < steps; i++) root = 0.5 * (root + square / root);
      return root;
    }`,
    expected: (x) => Math.sqrt(1 + Math.abs(x)),
  },
  {
    // Traps at whatever no input holds, as padding does.
    name: 'strict',
    options: {},
    source: `export function apply(x: f32, y: f32): f32 {
      if (!(y > 1) || !(y < 4)) unreachable();
      return x * y;
    }`,
    expected: (x, y) => x * y,
  },
];

const { functions } = await compileSources(testFunctions.map((entry) => ({ ...entry, role: 'elementwise' as const })));

/** The test functions, compiled. */
export const compiledFunctions = functions;

/** The test functions, for the naive evaluator. */
export const evaluators = new Map([...functions].map(([name, compiled]) => [name, evaluator(compiled)]));

/** The entries of the functions that layers call. */
export const functionsOf = (layers: readonly Readonly<Record<string, unknown>>[]): FunctionSource[] =>
  testFunctions
    .filter(({ name }) => layers.some((layer) => layer['function'] === name))
    .map(({ name, options, source }) => ({ name, options, source }));
