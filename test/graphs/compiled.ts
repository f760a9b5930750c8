import test, { type ExecutionContext } from 'ava';
import { parseDeclaration } from '../../compiler/declaration.js';
import { emit } from '../../compiler/emit/index.js';
import { loadLibrary } from '../../compiler/emit/library.js';
import { evaluate } from '../../compiler/evaluate.js';
import { compile } from '../../compiler/index.js';
import type { TensorGraph } from '../../compiler/ir.js';
import { lower } from '../../compiler/lower/index.js';
import { plan } from '../../compiler/plan/index.js';
import { needsExtended } from '../../compiler/plan/kernels.js';
import type { Tensor } from '../../compiler/tensor.js';
import { instantiateSync, type Model } from '../../runtime/index.js';
import { compiledFunctions as functions, evaluators } from '../layers/functions.js';
import { referenceOf, tensorOf, variablesOf } from '../layers/evaluation.js';
import { difference } from '../layers/values.js';
import { inputsFor, otherSizes, sizesOf, type Inputs } from './calls.js';
import { Draw } from './draw.js';
import { GRAPHS, randomGraph } from './random.js';

/** The module of a graph as it was lowered, without any optimization. */
export async function emitUnoptimized(graph: TensorGraph, seed: bigint): Promise<Uint8Array> {
  const kernels = plan(graph);
  const library = await loadLibrary('baseline', needsExtended(kernels));
  const options = { target: 'baseline', library, maxMemory: 2 ** 30, seed, initializers: [], functions } as const;
  return emit(kernels, options).binary;
}

/** Two calls of a graph: with its own inputs, and with others whose free sizes differ, where it has any. */
export function callsOf(graph: TensorGraph, inputs: Inputs, seed: number): readonly [Inputs, Inputs] {
  const draw = new Draw(seed + 1_000_000);
  const sizes = sizesOf(graph, inputs);
  return [inputs, inputsFor(graph, otherSizes(graph, sizes, draw) ?? sizes, draw)];
}

type Outputs = ReturnType<Model['forward']>;

/** The first output that is not near the expected one, in words. */
function firstDifference(got: Outputs, expected: Outputs): string | undefined {
  for (const [name, output] of Object.entries(expected)) {
    const found = difference(referenceOf(got[name]!), referenceOf(output), 1e-4);
    if (found) return `${name}: ${found}`;
  }
  return undefined;
}

async function check(t: ExecutionContext, seed: number): Promise<void> {
  const { declaration, inputs } = randomGraph(seed);
  const text = JSON.stringify(declaration);
  const graph = lower(parseDeclaration(declaration));
  const [first, second] = callsOf(graph, inputs, seed);
  const net = instantiateSync((await compile(text, { seed })).binary);
  const expectOutputs = (got: Outputs, expected: Outputs, call: string): void => {
    t.is(firstDifference(got, expected), undefined, `${call}: ${text}`);
  };

  const drawn = evaluate(graph, first, { seed: BigInt(seed), functions: evaluators });
  expectOutputs(net.forward(first), drawn.outputs, 'as initialized');
  for (const [name, { shape, data }] of Object.entries(drawn.variables)) {
    const own = net.variables.get(name);
    t.deepEqual([own.shape, own.data], [shape, data], `${name}: ${text}`);
  }

  const references = Object.entries(first).map(([name, input]) => [name, referenceOf(input)] as const);
  const given = Object.entries(variablesOf(graph, Object.fromEntries(references)));
  const variables = Object.fromEntries(given.map(([name, value]) => [name, tensorOf(value)]));
  for (const [name, value] of Object.entries(variables)) net.variables.set(name, value as Tensor<'float32'>);
  const outputs: Outputs[] = [];
  for (const [call, values] of [
    ['with other sizes', second],
    ['with the first sizes', first],
  ] as const) {
    const got = net.forward(values);
    expectOutputs(got, evaluate(graph, values, { variables, functions: evaluators }).outputs, call);
    outputs.push(got);
  }
  if (seed % 4 !== 0) return;
  const plain = instantiateSync(await emitUnoptimized(graph, BigInt(seed)));
  plain.resize(Object.fromEntries(Object.entries(second).map(([name, { shape }]) => [name, shape])));
  for (const [name, value] of Object.entries(variables)) plain.variables.set(name, value as Tensor<'float32'>);
  [second, first].forEach((values, at) => expectOutputs(plain.forward(values), outputs[at]!, 'not optimized'));
}

/** Compiles every `of`-th random graph, from the one numbered `share`, and compares it with the naive evaluation. */
export function testCompiled(share: number, of: number): void {
  for (let seed = share; seed < GRAPHS; seed += of) test(`graph ${seed}`, (t) => check(t, seed));
}
