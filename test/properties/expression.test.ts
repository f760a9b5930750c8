import test from 'ava';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { loadBinaryen, none } from '../../compiler/emit/binaryen.js';
import { Locals } from '../../compiler/emit/code.js';
import { Linker } from '../../compiler/emit/linker.js';
import { emitLoop } from '../../compiler/emit/loop.js';
import {
  callsFunction,
  isTotal,
  keyOf,
  substitute,
  type BinaryFunction,
  type Expression,
  type UnaryFunction,
} from '../../compiler/ir.js';
import { printExpression } from '../../compiler/print/expression.js';
import { elementwise } from '../../compiler/ops/elementwise.js';
import { binary, element, scalar, select, unary } from '../../compiler/build.js';
import type { Tensor } from '../../compiler/tensor.js';
import { Draw } from '../graphs/draw.js';

await loadBinaryen();
const library = readFileSync(fileURLToPath(new URL('../../kernels.wasm', import.meta.url)));

const SPECIAL = [0, -0, 1, -1, 0.5, -2.5, 3, 2 ** -149, 3e38, Infinity, -Infinity, NaN];

/** Two operands: every pair of special values, and numbers of small magnitude. */
const operands = operandsOf(new Draw(7));
const LENGTH = operands[0].length;

function operandsOf(draw: Draw): [x: Float32Array, y: Float32Array] {
  const special = SPECIAL.flatMap((x) => SPECIAL.map((y) => [x, y] as const));
  const numbers = Array.from({ length: 256 }, (_, i) =>
    i % 2 === 0 ? [8 * draw.number() - 4, 8 * draw.number() - 4] : [draw.integer(-6, 6) / 2, draw.integer(-6, 6) / 2],
  );
  const pairs = [...special, ...numbers];
  return [Float32Array.from(pairs, ([x]) => x), Float32Array.from(pairs, ([, y]) => y)];
}

const tensorOf = (data: Float32Array): Tensor => ({ dtype: 'float32', shape: [data.length], data });

const textOf = (expression: Expression): string => printExpression(expression, ['x', 'y']);

/** What the naive evaluator makes of an expression. */
const evaluated = (expression: Expression, inputs: readonly Float32Array[] = operands): Float32Array =>
  elementwise.evaluate(
    { kind: 'elementwise', expression },
    inputs.map(tensorOf),
    [inputs[0]!.length],
    { size: Number },
    0,
  ).data as Float32Array;

/** What one module makes of each of many expressions. */
function compiled(expressions: readonly Expression[]): Float32Array[] {
  const linker = new Linker(library, false);
  const { module } = linker;
  const size = 4 * LENGTH;
  const address = (buffer: number): number => 65536 + buffer * size;
  const calls = expressions.map((expression, i) =>
    emitLoop(
      linker,
      {
        kind: 'loop',
        expression,
        sizes: [LENGTH],
        output: operands.length + i,
        operands: operands.map((_, buffer) => ({ buffer, strides: [1] })),
        origin: '',
      },
      address,
    ),
  );
  linker.add('run', [], none, new Locals(module), calls);
  module.addFunctionExport('run', 'run');
  linker.optimize();
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module.emitBinary() as BufferSource));
  module.dispose();
  const memory = exports['memory'] as WebAssembly.Memory;
  memory.grow(Math.ceil(((expressions.length + operands.length) * size) / 65536) + 1);
  operands.forEach((operand, i) => new Float32Array(memory.buffer, address(i), LENGTH).set(operand));
  (exports['run'] as () => void)();
  return expressions.map((_, i) => new Float32Array(memory.buffer, address(operands.length + i), LENGTH).slice());
}

/** How far a function may be off, relative to its value. */
const unaryFunctions: Readonly<Record<UnaryFunction, number>> = {
  negate: 0,
  absolute: 0,
  sign: 0,
  floor: 0,
  ceil: 0,
  round: 0,
  squareRoot: 0,
  exp: 1e-6,
  expm1: 1e-6,
  log: 1e-6,
  sin: 2e-7,
  cos: 2e-7,
  tan: 2e-7,
  asin: 2e-7,
  acos: 2e-7,
  atan: 2e-7,
  sinh: 2e-7,
  cosh: 2e-7,
  tanh: 1e-6,
  asinh: 2e-7,
  acosh: 2e-7,
  atanh: 2e-7,
  sigmoid: 1e-6,
  erf: 1e-6,
  softplus: 1e-6,
};

const binaryFunctions: Readonly<Record<BinaryFunction, number>> = {
  add: 0,
  subtract: 0,
  multiply: 0,
  divide: 0,
  maximum: 0,
  minimum: 0,
  power: 2e-7,
  remainder: 0,
  modulo: 0,
};

const comparisons = ['less', 'lessOrEqual', 'equal'] as const;

const exact = <F extends string>(functions: Readonly<Record<F, number>>): F[] =>
  (Object.keys(functions) as F[]).filter((fn) => functions[fn] === 0);

const close = (got: number, expected: number, tolerance: number): boolean =>
  Object.is(got, expected) || Math.abs(got - expected) <= tolerance * Math.abs(expected) + (tolerance && 2 ** -149);

/** Asserts that modules and the naive evaluator agree. */
function agree(
  t: { readonly fail: (message: string) => unknown; readonly pass: () => unknown },
  expressions: readonly Expression[],
  toleranceOf: (expression: Expression) => number,
): void {
  const results = compiled(expressions);
  expressions.forEach((expression, i) => {
    const expected = evaluated(expression);
    const at = expected.findIndex((value, j) => !close(results[i]![j]!, value, toleranceOf(expression)));
    if (at < 0) return;
    const inputs = operands.map((operand) => operand[at]);
    t.fail(`${textOf(expression)} of ${inputs.join()} is ${results[i]![at]!}, not ${expected[at]!}`);
  });
  t.pass();
}

test('every function is that of the naive evaluator', (t) => {
  const [x, y] = [element(0), element(1)];
  const expressions = [
    ...(Object.keys(unaryFunctions) as UnaryFunction[]).map((fn) => unary(fn, x)),
    ...(Object.keys(binaryFunctions) as BinaryFunction[]).map((fn) => binary(fn, x, y)),
    ...comparisons.map((fn) => select(fn, x, y, unary('negate', x), scalar(7))),
  ];
  agree(t, expressions, (expression) => {
    if (expression.kind === 'unary') return unaryFunctions[expression.fn];
    return expression.kind === 'binary' ? binaryFunctions[expression.fn] : 0;
  });
});

/** A tree of functions without error. Constants of 0 are left out, beside which the sign of a maximum of 0 is open. */
function randomExpression(draw: Draw, depth: number): Expression {
  const child = (): Expression => randomExpression(draw, depth - 1);
  if (depth === 0 || draw.chance(0.1)) {
    return draw.chance(0.7) ? element(draw.integer(0, 1)) : scalar(draw.pick(SPECIAL.slice(2)));
  }
  if (draw.chance(0.35)) {
    const same = child();
    return draw.chance(0.5)
      ? select(draw.pick(comparisons), same, child(), child(), same)
      : select(draw.pick(comparisons), child(), child(), same, child());
  }
  if (draw.chance(0.4)) return unary(draw.pick(exact(unaryFunctions)), child());
  return binary(draw.pick(exact(binaryFunctions)), child(), child());
}

const random = (count: number, depth: number, seed: number): Expression[] => {
  const draw = new Draw(seed);
  return Array.from({ length: count }, () => randomExpression(draw, depth));
};

test('trees of exact functions have the bits of the naive evaluator', (t) => {
  agree(t, random(300, 4, 1), () => 0);
});

test('constants that JSON does not tell apart stay apart', (t) => {
  const values = [NaN, Infinity, -Infinity, 0, -0];
  const quotients = values.map((value) => binary('divide', scalar(1), binary('add', scalar(value), scalar(-0))));
  const beside = values.flatMap((value) =>
    values.map((other) => binary('divide', binary('divide', element(0), scalar(value)), scalar(other))),
  );
  t.is(new Set(quotients.map(keyOf)).size, values.length);
  agree(t, [...quotients, ...beside], () => 0);
});

test('substituting into an expression is computing its inputs first', (t) => {
  const inner = random(60, 2, 2);
  random(60, 3, 3).forEach((outer, i) => {
    const parts = [inner[i]!, inner[(i + 1) % inner.length]!];
    const whole = substitute(outer, (index) => parts[index]!);
    t.deepEqual(
      evaluated(whole),
      evaluated(
        outer,
        parts.map((part) => evaluated(part)),
      ),
      textOf(whole),
    );
  });
});

test('a function of the user is found wherever an expression has it', (t) => {
  const [x, y] = [element(0), element(1)];
  const call = (total: boolean): Expression => ({ kind: 'call', function: 'f', args: [x], total });
  const places: ((inner: Expression) => Expression)[] = [
    (inner) => unary('floor', inner),
    (inner) => binary('add', inner, y),
    (inner) => binary('add', x, inner),
    (inner) => select('less', inner, x, x, x),
    (inner) => select('less', x, inner, x, x),
    (inner) => select('less', x, x, inner, x),
    (inner) => select('less', x, x, x, inner),
    (inner) => ({ kind: 'call', function: 'g', args: [x, inner], total: true }),
  ];
  for (const place of places) {
    t.true(callsFunction(place(call(true))));
    t.true(isTotal(place(call(true))));
    t.false(isTotal(place(call(false))));
  }
  t.false(callsFunction(select('less', x, y, scalar(1), unary('exp', y))));
});
