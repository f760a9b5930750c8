import test from 'ava';
import { binary, element, scalar, unary, type Build } from '../../compiler/build.js';
import { evaluate } from '../../compiler/evaluate.js';
import type { TensorGraph, Value } from '../../compiler/ir.js';
import { optimize } from '../../compiler/optimize/index.js';
import type { Tensor } from '../../compiler/tensor.js';
import { referenceOf } from '../layers/evaluation.js';
import { difference } from '../layers/values.js';
import { graphOf, runCompiled, tensorOf, type Declared } from '../ops/run.js';

const [batch, heads, queries, keys, size] = [2, 3, 5, 7, 4];

const constant = (build: Build, value: number, shape: readonly number[] = []): Value =>
  build.op({ kind: 'constant', tensor: { dtype: 'float32', shape, data: Float32Array.of(value) } }, []);

const product = (build: Build, x: Value, w: Value, transposeRight = false): Value =>
  build.op({ kind: 'matmul', transposeRight }, [x, w]);

const softmax = (build: Build, x: Value, axis = x.shape.length - 1): Value =>
  build.op({ kind: 'softmax', axis, log: false }, [x]);

const transpose = (build: Build, x: Value, ...permutation: number[]): Value =>
  build.op({ kind: 'transpose', permutation }, [x]);

/** [batch, time, heads · size] → [batch, heads, time, size], or with the last two axes exchanged. */
function split(build: Build, x: Value, isTurned = false): Value {
  const parts = build.reshape(x, [x.shape[0]!, x.shape[1]!, heads, size]);
  return isTurned ? transpose(build, parts, 0, 2, 3, 1) : transpose(build, parts, 0, 2, 1, 3);
}

const join = (build: Build, y: Value): Value =>
  build.reshape(transpose(build, y, 0, 2, 1, 3), [y.shape[0]!, y.shape[2]!, heads * size]);

const divided = (build: Build, x: Value, by: number): Value => build.binary('divide', x, constant(build, by));
const multiplied = (build: Build, x: Value, by: number): Value => build.binary('multiply', x, constant(build, by, [1]));

interface Form {
  /** Of the query, the key, the value, and of a mask if there is one. */
  readonly inputs: readonly (readonly (number | string)[])[];
  readonly body: (build: Build, values: readonly Value[]) => readonly Value[];
  /** Kinds of ops that are left but reshapes. */
  readonly left: readonly string[];
}

const sequences = [[batch, 'queries', heads * size], [batch, 'keys', heads * size], [batch, 'keys', heads * size]]; // prettier-ignore
const whole = [[batch, heads, queries, size], [batch, heads, keys, size], [batch, heads, keys, size]]; // prettier-ignore
const flat = [[batch, queries, size], [batch, keys, size], [batch, keys, size]]; // prettier-ignore

const fused: Readonly<Record<string, Form>> = {
  'of heads, as encoders have it': {
    inputs: [...sequences, [batch, 1, 1, 'keys']],
    body: (build, [q, k, v, mask]) => {
      const scores = product(build, split(build, q!), split(build, k!, true));
      const hidden = build.elementwise(
        binary('multiply', binary('subtract', scalar(1), element(0)), scalar(-10000)),
        mask!,
      );
      const masked = build.binary('add', divided(build, scores, 2), hidden);
      return [join(build, product(build, softmax(build, masked), split(build, v!)))];
    },
    left: ['elementwise', 'attention'],
  },
  'of scaled queries and keys': {
    inputs: sequences,
    body: (build, [q, k, v]) => {
      const left = multiplied(build, split(build, q!), 0.7);
      const right = multiplied(build, transpose(build, split(build, k!), 0, 1, 3, 2), 0.7);
      return [join(build, product(build, softmax(build, product(build, left, right)), split(build, v!)))];
    },
    left: ['attention'],
  },
  'of heads that are axes': {
    inputs: [...whole, [queries, keys]],
    body: (build, [q, k, v, mask]) => {
      const scores = build.binary('add', mask!, multiplied(build, product(build, q!, k!, true), 0.5));
      return [product(build, softmax(build, scores), v!)];
    },
    left: ['attention'],
  },
  'of keys in columns': {
    inputs: [whole[0]!, [batch, heads, size, keys], [keys, batch, heads, size]],
    body: (build, [q, k, v]) => {
      const turned = transpose(build, transpose(build, k!, 0, 1, 3, 2), 0, 1, 3, 2);
      return [product(build, softmax(build, product(build, q!, turned)), transpose(build, v!, 1, 2, 0, 3))];
    },
    left: ['transpose', 'transpose', 'attention'],
  },
  'without heads': {
    inputs: [...flat, [batch, 1, keys]],
    body: (build, [q, k, v, mask]) => {
      const negated = build.elementwise(
        unary('negate', binary('subtract', element(1), element(0))),
        product(build, q!, k!, true),
        mask!,
      );
      return [product(build, softmax(build, negated), v!)];
    },
    left: ['elementwise', 'attention'],
  },
  'after a shift of all scores': {
    inputs: flat,
    body: (build, [q, k, v]) => {
      const shifted = build.binary('add', product(build, q!, k!, true), constant(build, 3));
      return [product(build, softmax(build, shifted), v!)];
    },
    left: ['attention'],
  },
};

const scored = (
  build: Build,
  [q, k, v]: readonly Value[],
  of: (scores: Value) => Value = (scores) => scores,
  axis?: number,
): { readonly weights: Value; readonly y: Value } => {
  const weights = softmax(build, of(product(build, q!, k!, true)), axis);
  return { weights, y: product(build, weights, v!) };
};

/** Graphs in which somebody needs the scores, or that are something else. */
const kept: Readonly<Record<string, Omit<Form, 'left'>>> = {
  'weights that are an output': {
    inputs: whole,
    body: (build, values) => {
      const { weights, y } = scored(build, values);
      return [y, weights];
    },
  },
  'weights over queries': { inputs: whole, body: (build, values) => [scored(build, values, undefined, 2).y] },
  'scores that are bent': {
    inputs: whole,
    body: (build, values) => [
      scored(build, values, (scores) => build.elementwise(unary('tanh', element(0)), scores)).y,
    ],
  },
  'a scale of each key': {
    inputs: [...whole, [keys]],
    body: (build, values) => [scored(build, values, (scores) => build.binary('multiply', scores, values[3]!)).y],
  },
  'shared keys': {
    inputs: [whole[0]!, [keys, size], [keys, size]],
    body: (build, values) => [scored(build, values).y],
  },
};

function tensorsOf(inputs: Form['inputs']): Tensor[] {
  const sizes = { queries, keys };
  return inputs.map((shape, i) => {
    const known = shape.map((own) => (typeof own === 'string' ? sizes[own as keyof typeof sizes] : own));
    const tensor = tensorOf('float32', known, i + 1);
    return { ...tensor, data: Float32Array.from(tensor.data as Float32Array, (value) => value / 7 - 1) };
  });
}

const kinds = ({ forward }: TensorGraph): string[] =>
  forward.map(({ op }) => op.kind).filter((kind) => kind !== 'reshape' && kind !== 'constant');

const outputsOf = (graph: TensorGraph, inputs: readonly Tensor[]): Readonly<Record<string, Tensor>> =>
  evaluate(graph, Object.fromEntries(graph.inputs.map(({ name }, i) => [name, inputs[i]!]))).outputs;

for (const [name, { inputs, body, left }] of Object.entries(fused)) {
  test(`attention ${name} becomes one op`, async (t) => {
    const graph = graphOf(inputs.map((shape): Declared => ({ shape })), body); // prettier-ignore
    const optimized = optimize(graph);
    t.deepEqual(kinds(optimized), left);
    const tensors = tensorsOf(inputs);
    const expected = referenceOf(outputsOf(graph, tensors)['y0']!);
    const without = optimize(graph, ['fuseAttention']);
    t.false(kinds(without).includes('attention'));
    t.is(difference(referenceOf(outputsOf(without, tensors)['y0']!), expected), undefined, 'without the pass');
    t.is(difference(referenceOf(outputsOf(optimized, tensors)['y0']!), expected), undefined, 'optimized');
    t.is(difference(referenceOf((await runCompiled(graph, tensors))['y0'] as Tensor), expected), undefined, 'compiled');
  });
}

for (const [name, { inputs, body }] of Object.entries(kept)) {
  test(`${name} stay as they are`, (t) => {
    const graph = graphOf(inputs.map((shape): Declared => ({ shape })), body); // prettier-ignore
    t.false(kinds(optimize(graph)).includes('attention'));
  });
}
