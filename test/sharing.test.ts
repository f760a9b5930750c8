import test from 'ava';
import type { Build } from '../compiler/build.js';
import { valueOf, type Dim } from '../compiler/dim.js';
import type { TensorGraph, Value } from '../compiler/ir.js';
import { lower } from '../compiler/lower/index.js';
import { parseDeclaration } from '../compiler/declaration.js';
import { optimize } from '../compiler/optimize/index.js';
import { plan } from '../compiler/plan/index.js';
import { measures, type KernelPlan } from '../compiler/plan/types.js';
import { compiledFunctions } from './layers/functions.js';
import { callsOf } from './graphs/compiled.js';
import type { Inputs } from './graphs/calls.js';
import { randomGraph } from './graphs/random.js';
import { graphOf, modelOf, tensorOf, type Declared } from './ops/run.js';

const ALL = measures;

/** Bytes of what lives during a call only, without inputs and outputs. */
function arenaOf({ memory, buffers, inputs, outputs }: KernelPlan, sizes: ReadonlyMap<string, number>): number {
  const bytes = (dim: Dim): number => valueOf(dim, sizes)!;
  const ports = [...inputs, ...outputs].map(({ buffer }) => Math.ceil(bytes(buffers[buffer]!.bytes) / 16) * 16);
  return bytes(memory.activationBytes) - ports.reduce((sum, each) => sum + each, 0);
}

const stepsOf = ({ forward }: KernelPlan): readonly string[] =>
  forward.map((step) => (step.kind === 'call' ? step.kernel : step.kind));

const softmax = (build: Build, x: Value): Value => build.op({ kind: 'softmax', axis: 1, log: false }, [x]);
const normalize = (build: Build, x: Value): Value => build.op({ kind: 'normalize', axes: 1, epsilon: 1e-5 }, [x]);
const swap = (build: Build, x: Value): Value => build.op({ kind: 'transpose', permutation: [1, 0] }, [x]);
const multiply = (build: Build, x: Value, w: Value): Value =>
  build.op({ kind: 'matmul', transposeRight: false }, [x, w]);
const join = (build: Build, ...parts: readonly Value[]): Value => build.op({ kind: 'concat', axis: 0 }, parts);
const rows = (build: Build, x: Value, start: Dim, count: Dim): Value =>
  build.op({ kind: 'slice', starts: [start, 0], steps: [1, 1], sizes: [count, x.shape[1]!] }, [x]);

interface Case {
  readonly inputs: readonly Declared[];
  readonly body: (build: Build, inputs: readonly Value[]) => readonly Value[];
  readonly steps: readonly string[];
  /** Bytes of the arena, with every measure and without any. */
  readonly arena: readonly [number, number];
}

const square = [{ shape: [8, 8] }] as const;
const two = [{ shape: [8, 8] }, { shape: [8, 8] }] as const;

/** Matrices of 256 bytes. */
const cases: Readonly<Record<string, Case>> = {
  'rows are normalized in the place of what dies there': {
    inputs: square,
    body: (build, [x]) => [normalize(build, softmax(build, swap(build, x!)))],
    steps: ['transpose2d', 'softmax', 'normalizeRows'],
    arena: [0, 512],
  },
  'what is read later stays': {
    inputs: square,
    body: (build, [x]) => {
      const once = softmax(build, x!);
      return [normalize(build, once), multiply(build, x!, once)];
    },
    steps: ['softmax', 'normalizeRows', 'packGroups', 'gemm'],
    arena: [512, 512],
  },
  'a loop takes the place of the operand that it walks as its output': {
    inputs: square,
    body: (build, [x]) => {
      const once = softmax(build, x!);
      const sums = build.op({ kind: 'reduce', fn: 'sum', axes: [0] }, [once]);
      const scaled = build.binary('multiply', once, build.op({ kind: 'reshape', shape: [1, 8] }, [sums]));
      return [normalize(build, scaled)];
    },
    steps: ['softmax', 'reduceSum', 'loop', 'normalizeRows'],
    arena: [32, 544],
  },
  'a product takes the place of its residual': {
    inputs: two,
    body: (build, [x, w]) => {
      const [left, residual] = [softmax(build, x!), normalize(build, w!)];
      const sum = build.binary('add', multiply(build, left, rows(build, w!, 0, 8)), residual);
      return [softmax(build, sum)];
    },
    steps: ['softmax', 'normalizeRows', 'packGroups', 'gemm', 'softmax'],
    arena: [512, 1024],
  },
  'a product does not take the place of an operand': {
    inputs: square,
    body: (build, [x]) => {
      const once = softmax(build, x!);
      return [softmax(build, build.binary('add', multiply(build, once, x!), once))];
    },
    steps: ['softmax', 'packGroups', 'gemm', 'softmax'],
    arena: [512, 768],
  },
  'parts of a concatenation are computed in their places': {
    inputs: two,
    body: (build, [x, y]) => [softmax(build, join(build, softmax(build, x!), swap(build, y!)))],
    steps: ['softmax', 'transpose2d', 'softmax'],
    arena: [0, 1024],
  },
  'concatenations in concatenations': {
    inputs: two,
    body: (build, [x, y]) => {
      const inner = join(build, softmax(build, x!), swap(build, y!));
      return [join(build, normalize(build, y!), inner, softmax(build, inner))];
    },
    steps: ['softmax', 'transpose2d', 'normalizeRows', 'softmax'],
    arena: [0, 1280],
  },
  'an input is copied, and a part that is there twice once': {
    inputs: two,
    body: (build, [x, y]) => {
      const once = softmax(build, x!);
      return [join(build, once, y!, once)];
    },
    steps: ['softmax', 'copyRows', 'copyRows'],
    arena: [0, 256],
  },
  'parts that do not end at a vector are copied': {
    inputs: [{ shape: [3, 3] }, { shape: [4, 3] }],
    body: (build, [x, y]) => [join(build, softmax(build, x!), softmax(build, y!))],
    steps: ['softmax', 'softmax', 'copyRows', 'copyRows'],
    arena: [96, 96],
  },
  'a slice of whole rows is a view': {
    inputs: [{ shape: [12, 8] }],
    body: (build, [x]) => [softmax(build, rows(build, x!, 2, 4)), rows(build, x!, 1, 3)],
    steps: ['softmax', 'copyRows'],
    arena: [0, 128],
  },
  'a slice keeps the whole': {
    inputs: [{ shape: [12, 8] }],
    body: (build, [x]) => {
      const whole = softmax(build, x!);
      const [top, bottom] = [rows(build, whole, 0, 6), rows(build, whole, 6, 6)];
      return [build.binary('multiply', normalize(build, top), bottom)];
    },
    steps: ['softmax', 'normalizeRows', 'loop'],
    arena: [384, 768],
  },
};

async function outputsOf(graph: TensorGraph, calls: readonly Inputs[], without: typeof measures | []) {
  const model = await modelOf(graph, 'baseline', compiledFunctions, { without });
  return calls.map((call) => {
    const outputs = model.forward(call);
    return Object.entries(outputs).map(([name, { data }]) => {
      const { buffer, byteOffset, byteLength } = data as Float32Array;
      return [name, Buffer.from(buffer.slice(byteOffset, byteOffset + byteLength)).toString('hex')];
    });
  });
}

for (const [name, { inputs, body, steps, arena }] of Object.entries(cases)) {
  test(name, async (t) => {
    const graph = graphOf(inputs, body);
    const kernels = plan(optimize(graph));
    t.deepEqual(stepsOf(kernels), steps);
    const sizes = new Map<string, number>();
    t.deepEqual([arenaOf(kernels, sizes), arenaOf(plan(optimize(graph), [], { without: ALL }), sizes)], [...arena]);
    const tensors = inputs.map(({ shape }, at) => [`x${at}`, tensorOf('float32', shape as readonly number[], at + 1)]);
    const call = Object.fromEntries(tensors) as Inputs;
    t.deepEqual(await outputsOf(graph, [call, call], []), await outputsOf(graph, [call, call], ALL));
  });
}

test('a part that is computed long before is copied where it would keep too much', (t) => {
  const graph = graphOf([{ shape: [1, 64] }], (build, [x]) => {
    const early = softmax(build, x!);
    const wide = build.op({ kind: 'pad', padding: [[0, 63], [0, 0]], value: 0 }, [early]); // prettier-ignore
    const late = swap(build, softmax(build, swap(build, normalize(build, wide))));
    return [softmax(build, join(build, early, rows(build, late, 0, 32)))];
  });
  const kernels = plan(optimize(graph));
  t.deepEqual(stepsOf(kernels).filter((step) => step === 'copyRows').length, 2);
});

test('open sizes', (t) => {
  const graph = graphOf([{ shape: ['n', 8] }], (build, [x]) => [
    join(build, softmax(build, x!), normalize(build, softmax(build, x!))),
  ]);
  const kernels = plan(optimize(graph));
  t.deepEqual(stepsOf(kernels), ['softmax', 'softmax', 'normalizeRows']);
  t.is(arenaOf(kernels, new Map([['n', 5]])), 0);
});

const GRAPHS = 36;

test('random graphs give the same bits with every measure and without', async (t) => {
  for (let seed = 0; seed < GRAPHS; seed++) {
    const { declaration, inputs } = randomGraph(seed);
    const graph = lower(parseDeclaration(declaration));
    const calls = callsOf(graph, inputs, seed);
    t.deepEqual(await outputsOf(graph, calls, []), await outputsOf(graph, calls, ALL), `graph ${seed}`);
  }
});
