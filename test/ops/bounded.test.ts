import test, { type ExecutionContext } from 'ava';
import { element, scalar, unary, binary, type Build } from '../../compiler/build.js';
import { add as sum, floorDiv, symbol, type Dim } from '../../compiler/dim.js';
import { emit } from '../../compiler/emit/index.js';
import { loadLibrary } from '../../compiler/emit/library.js';
import { axis, convert, load, size as sizeOf } from '../../compiler/formula.js';
import type { TensorGraph, Value } from '../../compiler/ir.js';
import { optimize } from '../../compiler/optimize/index.js';
import { plan } from '../../compiler/plan/index.js';
import { needsExtended } from '../../compiler/plan/kernels.js';
import { printTensorGraph } from '../../compiler/print/graph.js';
import { printPlan } from '../../compiler/print/plan.js';
import type { Tensor } from '../../compiler/tensor.js';
import { instantiateSync } from '../../runtime/index.js';
import { Host, status } from '../abi/host.js';
import { close } from '../kernels/harness.js';
import { graphOf, runNaive, type Declared } from './run.js';

async function binaryOf(graph: TensorGraph): Promise<Uint8Array> {
  const kernels = plan(optimize(graph));
  const library = await loadLibrary('baseline', needsExtended(kernels));
  return emit(kernels, { target: 'baseline', library, maxMemory: 2 ** 30, seed: 0n }).binary;
}

const floats = (shape: readonly number[], values: readonly number[]): Tensor => ({
  dtype: 'float32',
  shape,
  data: Float32Array.from(values),
});
const bools = (values: readonly number[]): Tensor => ({
  dtype: 'bool',
  shape: [values.length],
  data: Uint8Array.from(values),
});
const ramp = (count: number): number[] => Array.from({ length: count }, (_, at) => ((at * 37) % 23) - 11);

/** Calls a model several times, and compares each with the naive form. */
async function agree(t: ExecutionContext, graph: TensorGraph, calls: readonly (readonly Tensor[])[]): Promise<void> {
  const model = instantiateSync(await binaryOf(graph));
  for (const [call, feeds] of calls.entries()) {
    const expected = runNaive(graph, feeds);
    const named = Object.fromEntries(graph.inputs.map(({ name }, at) => [name, feeds[at]!]));
    const actual = model.forward(named);
    for (const { name } of graph.outputs) {
      const label = `call ${call}: ${name}`;
      t.deepEqual(actual[name]!.shape, [...expected[name]!.shape], label);
      const numbers = (data: ArrayLike<unknown>): number[] => Array.from(data, Number);
      close(t, numbers(actual[name]!.data), numbers(expected[name]!.data), label);
      t.deepEqual(numbers(model.outputs[name]!), numbers(actual[name]!.data), `${label}: its view`);
    }
  }
}

/** Rows of x [n, 4] chosen by a condition [n], and what may follow a size that depends on data. */
function chain(build: Build, [x, condition]: readonly Value[]): Value[] {
  const rows = build.compress(x!, condition!, 0);
  const count = rows.shape[0]!;
  const shifted = build.elementwise(binary('add', unary('tanh', element(0)), scalar(1)), rows);
  const weight = build.op({ kind: 'constant', tensor: floats([4, 3], ramp(12)) }, []);
  const table = build.op({ kind: 'constant', tensor: floats([3, 2], ramp(6)) }, []);
  const product = build.op({ kind: 'matmul', transposeRight: false }, [rows, weight]);
  const indices = build.compute('int32', [count], convert('i32', load(0, [axis(0), sizeOf(0)])), rows);
  const clamped = build.compute(
    'int32',
    [count],
    { kind: 'binary', fn: 'and', left: load(0, [axis(0)]), right: sizeOf(1) },
    indices,
  );
  return [
    shifted,
    product,
    build.op({ kind: 'reduce', fn: 'sum', axes: [0] }, [rows]),
    build.op({ kind: 'reduce', fn: 'maximum', axes: [1] }, [shifted]),
    build.op({ kind: 'softmax', axis: 0, log: false }, [shifted]),
    build.op({ kind: 'normalize', axes: 1, epsilon: 1e-5 }, [shifted]),
    build.op({ kind: 'transpose', permutation: [1, 0] }, [rows]),
    build.op({ kind: 'concat', axis: 0 }, [rows, x!, rows]),
    build.op(
      {
        kind: 'pad',
        padding: [
          [1, 2],
          [0, 1],
        ],
        value: 7,
      },
      [rows],
    ),
    build.reshape(rows, [2, count, 2]),
    build.op({ kind: 'gather', axis: 0, wrap: false }, [table, clamped]),
    build.compute('int64', [1], convert('i64', sizeOf(count))),
    build.nonZero(rows),
    ...build.unique(build.compress(rows, build.compute('bool', [count], load(0, [axis(0)]), clamped), 0), null, true),
  ];
}

test('sizes that depend on data run from none to all, and follow the inputs', async (t) => {
  const inputs: Declared[] = [{ shape: ['n', 4] }, { dtype: 'bool', shape: ['n'] }];
  const graph = graphOf(inputs, chain);
  const calls = [
    [1, 0, 1, 1, 0],
    [0, 0, 0, 0, 0],
    [1, 1, 1, 1, 1],
    [0],
    [1],
    ramp(64).map((value) => Number(value > 0)),
    [1, 0],
  ];
  await agree(
    t,
    graph,
    calls.map((condition) => [floats([condition.length, 4], ramp(condition.length * 4)), bools(condition)]),
  );
});

test('a size may follow from others that depend on data, and from the inputs', async (t) => {
  const graph = graphOf([{ shape: ['n', 'm'] }], (build, [x]) => {
    const positions = build.nonZero(x!);
    const rows = build.op({ kind: 'transpose', permutation: [1, 0] }, [positions]);
    const [columns, first, , counts] = build.unique(rows, 0, false);
    const size = columns!.shape[0]!;
    const filled = build.compute('float32', [size, x!.shape[1]!], convert('f32', sizeOf(size)));
    return [columns!, first!, counts!, filled, build.op({ kind: 'concat', axis: 0 }, [x!, filled])];
  });
  const calls = [
    [2, 3],
    [1, 1],
    [4, 7],
    [2, 3],
  ].map(([n, m], at) => [
    floats(
      [n!, m!],
      ramp(n! * m!).map((value) => (at === 1 ? 0 : Math.max(value, 0))),
    ),
  ]);
  await agree(t, graph, calls);
});

test('a size is kept where only a shape needs it, and nothing that may change is computed in advance', async (t) => {
  const graph = graphOf([{ shape: ['n'] }], (build, [x]) => {
    const [count] = build.nonZero(x!).shape.slice(1) as [Dim];
    const constant = build.op({ kind: 'constant', tensor: floats([2], [3, 0]) }, []);
    return [
      build.compute('float32', [count, 2], load(0, [axis(1)]), constant),
      build.compute('int64', [x!.shape[0]!], convert('i64', sizeOf(x!.shape[0]!))),
      build.nonZero(constant),
    ];
  });
  const { prepare } = optimize(graph);
  t.deepEqual(
    prepare.map(({ op }) => op.kind),
    ['constant'],
  );
  await agree(t, graph, [[floats([3], [1, 0, 2])], [floats([5], [0, 0, 0, 0, 0])], [floats([2], [1, 2])]]);
});

test('a host reads the dims of outputs from the table after forward; until then they are at their limits', async (t) => {
  for (const open of [false, true]) {
    const graph = graphOf([{ shape: [open ? 'n' : 5, 2] }], (build, [x]) => {
      const positions = build.nonZero(x!);
      return [positions, build.reshape(positions, [symbol('graph.count'), 2])];
    });
    const host = new Host(await binaryOf(graph));
    const { manifest } = host;
    t.deepEqual(manifest.bounded, [{ name: 'graph.count', max: open ? '2*n' : 10 }]);
    t.deepEqual(manifest.outputs[0]!.shape, [2, 'graph.count']);
    const dims = (): number[][] => manifest.outputs.map((port) => host.dims(port));
    if (open) t.is(host.infer([5, 2]), status.ok);
    t.is(host.call('initialize', 0, 0, 0), status.ok);
    t.deepEqual(dims(), [
      [2, 10],
      [10, 2],
    ]);
    for (const values of [[0, 1, 0, 0, 1, 0, 0, 0, 2, 0], ramp(10), ramp(10).fill(0)]) {
      host.write(Float32Array.from(values));
      t.is(host.call('forward'), status.ok);
      const count = values.filter((value) => value !== 0).length;
      t.deepEqual(dims(), [
        [2, count],
        [count, 2],
      ]);
      // int64: the low word of each element.
      const flat = [...values.keys()].filter((at) => values[at] !== 0);
      const [rows] = manifest.outputs;
      const words = new Uint32Array(host.memory.buffer, host.word(rows!.table), 4 * count);
      t.deepEqual(
        Array.from({ length: 2 * count }, (_, at) => words[2 * at]),
        [...flat.map((at) => at >> 1), ...flat.map((at) => at & 1)],
      );
    }
  }
});

test('what only the data decide is refused when compiling', (t) => {
  const inputs: Declared[] = [{ shape: ['n', 4] }, { dtype: 'bool', shape: ['n'] }];
  const refused = (body: (build: Build, x: Value, condition: Value) => Value, pattern: RegExp): void => {
    const message = t.throws(() => graphOf(inputs, (build, [x, condition]) => [body(build, x!, condition!)])).message;
    t.regex(message, pattern);
  };
  const add = binary('add', element(0), element(1));
  refused(
    (build, x, condition) => build.elementwise(add, build.compress(x, condition, 0), x),
    /^graph: inputs do not broadcast: axis 0 has sizes graph\.count and n; graph\.count depends on data and cannot be checked$/,
  );
  refused(
    (build, x) => build.elementwise(add, build.compress(x, build.compress(x, x, 0), 0), x),
    /^graph: a condition is bool/,
  );
  refused(
    (build, x, condition) =>
      build.outputsOf({ kind: 'topK', axis: 0, k: 2, largest: true, sorted: true }, [
        build.compress(x, condition, 0),
      ])[0]!,
    /^graph: takes 2 elements of graph\.count along axis 0; graph\.count depends on data/,
  );
  refused(
    (build, x, condition) => build.reshape(build.compress(x, condition, 0), [2, 4]),
    /^graph: cannot reshape \(graph\.count, 4\) to \(2, 4\); graph\.count depends on data/,
  );
  const inverse = graphOf(inputs, (build, [x, condition]) => {
    const count = build.compress(x!, condition!, 0).shape[0]!;
    const shape = [floorDiv(100, sum(count, 1))];
    return [build.compute('float32', shape, convert('f32', axis(0)))];
  });
  t.throws(() => plan(optimize(inverse)), {
    message: /no limit is known for size 4\*floor\(\(100\)\/\(graph\.count \+ 1\)\), which depends on data/,
  });
  const same = graphOf(inputs, (build, [x, condition]) => {
    const rows = build.compress(x!, condition!, 0);
    return [build.elementwise(add, rows, build.elementwise(unary('negate', element(0)), rows))];
  });
  t.notThrows(() => plan(optimize(same)));
});

test('graphs and plans print sizes that depend on data', (t) => {
  const graph = optimize(
    graphOf([{ shape: ['n'] }], (build, [x]) => [build.reshape(build.nonZero(x!), [symbol('graph.count')])]),
  );
  t.true(printTensorGraph(graph).includes('int64 (1, graph.count) = nonZero %0 {graph.count <= n}'));
  const text = printPlan(plan(graph));
  for (const part of ['graph.count <= n', 'graph.count = nonZeroF32(', '= [n, 0]']) t.true(text.includes(part), part);
});
