import test, { type ExecutionContext } from 'ava';
import type { Build } from '../../compiler/build.js';
import type { OpOf, ScatterReduction, TensorGraph, Value } from '../../compiler/ir.js';
import { allocate, volume, type DType, type Tensor } from '../../compiler/tensor.js';
import { graphOf, runCompiled, runNaive } from './run.js';

const dtypes: readonly DType[] = ['float32', 'int32', 'int64', 'uint8', 'int8', 'bool'];
const indexTypes: readonly DType[] = ['int32', 'int64'];

/** Numbers in [0, 1), the same for a seed. */
function randomOf(seed: number): () => number {
  let state = Math.imul(seed, 2654435761) | 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return (state >>> 8) / 2 ** 24;
  };
}

const NEGATIVE_NAN = -0x400000;

/** Elements of which many are equal; float32 has NaN of both signs, infinities and both zeros among them. */
function crowded(dtype: DType, shape: readonly number[], seed: number): Tensor {
  const next = randomOf(seed);
  const data = allocate(dtype, volume(shape));
  const odd = [NaN, -0, 0, Infinity, -Infinity, 1e-40];
  for (let at = 0; at < data.length; at++) {
    const small = Math.floor(next() * 7) - (dtype === 'uint8' ? 0 : 3);
    const scaled = dtype === 'int64' ? BigInt(small) * 2n ** 40n : dtype === 'int32' ? small * 2 ** 29 : small * 30;
    const float = next() < 0.3 ? odd[Math.floor(next() * odd.length)]! : small / 3;
    data[at] = dtype === 'float32' ? float : dtype === 'bool' ? small & 1 : scaled;
    if (dtype === 'float32' && Number.isNaN(float) && at % 2 === 1) new Int32Array(data.buffer)[at] = NEGATIVE_NAN;
  }
  return { dtype, shape, data };
}

function integers(dtype: DType, shape: readonly number[], seed: number, low: number, high: number): Tensor {
  const next = randomOf(seed);
  const data = allocate(dtype, volume(shape));
  for (let at = 0; at < data.length; at++) {
    const value = low + Math.floor(next() * (high - low));
    data[at] = dtype === 'int64' ? BigInt(value) : value;
  }
  return { dtype, shape, data };
}

const tensor = (dtype: DType, shape: readonly number[], values: readonly number[]): Tensor => {
  const data = allocate(dtype, values.length);
  values.forEach((value, at) => (data[at] = (dtype === 'int64' ? BigInt(value) : value) as never));
  return { dtype, shape, data };
};

/** Many nodes of one graph, each with tensors of its own: compiling takes longer than running. */
class Cases {
  readonly feeds: Tensor[] = [];
  private readonly bodies: ((build: Build, values: readonly Value[]) => readonly Value[])[] = [];

  add(feeds: readonly Tensor[], body: (build: Build, values: readonly Value[]) => readonly Value[]): void {
    const places = feeds.map((feed) => {
      const at = this.feeds.indexOf(feed);
      return at < 0 ? this.feeds.push(feed) - 1 : at;
    });
    this.bodies.push((build, values) =>
      body(
        build,
        places.map((at) => values[at]!),
      ),
    );
  }

  graph(): TensorGraph {
    return graphOf(this.feeds, (build, values) => this.bodies.flatMap((body) => body(build, values)));
  }

  /** Runs compiled and in naive form, and requires the same bits; returns the outputs. */
  async agree(t: ExecutionContext): Promise<(readonly (number | bigint)[])[]> {
    const graph = this.graph();
    const expected = runNaive(graph, this.feeds);
    const actual = await runCompiled(graph, this.feeds);
    return graph.outputs.map(({ name, value }) => {
      const { data, shape } = actual[name]!;
      t.deepEqual(shape, [...expected[name]!.shape], `${name} of ${value.name}`);
      t.deepEqual([...(data as Float32Array)], [...(expected[name]!.data as Float32Array)], `${name} of ${value.name}`);
      return [...(data as Float32Array)];
    });
  }
}

function agree(t: ExecutionContext, ...[feeds, body]: Parameters<Cases['add']>): ReturnType<Cases['agree']> {
  const cases = new Cases();
  cases.add(feeds, body);
  return cases.agree(t);
}

const topK =
  (op: Omit<OpOf<'topK'>, 'kind'>) =>
  (build: Build, [x]: readonly Value[]): Value[] =>
    build.outputsOf({ kind: 'topK', ...op }, [x!]);

for (const dtype of dtypes) {
  test(`topK of ${dtype}`, async (t) => {
    const shape = [3, 17, 5];
    const x = crowded(dtype, shape, 3);
    const cases = new Cases();
    for (const axis of [0, 1, 2]) {
      for (const k of [0, 1, 3, shape[axis]!].filter((each) => each <= shape[axis]!)) {
        for (const largest of [true, false]) cases.add([x], topK({ axis, k, largest, sorted: k !== 3 }));
      }
    }
    cases.add([crowded(dtype, [2000], 5)], topK({ axis: 0, k: 400, largest: true, sorted: true }));
    cases.add([crowded(dtype, [2, 0, 3], 5)], topK({ axis: 1, k: 0, largest: true, sorted: true }));
    await cases.agree(t);
  });
}

test('topK puts NaN first among the largest, the smaller index first among equals, and tells exact int64', async (t) => {
  const floats = tensor('float32', [6], [1, NaN, -0, 0, NaN, -1]);
  t.deepEqual(await agree(t, [floats], topK({ axis: 0, k: 4, largest: true, sorted: true })), [
    [NaN, NaN, 1, -0],
    [1n, 4n, 0n, 2n],
  ]);
  const smallest = await agree(t, [floats], topK({ axis: 0, k: 6, largest: false, sorted: true }));
  t.deepEqual(smallest[1], [5n, 2n, 3n, 0n, 1n, 4n]);
  const data = BigInt64Array.of(2n ** 62n, 2n ** 62n + 1n, -(2n ** 63n), 2n ** 63n - 1n);
  const whole = await agree(
    t,
    [{ dtype: 'int64', shape: [4], data }],
    topK({ axis: 0, k: 3, largest: true, sorted: true }),
  );
  t.deepEqual(whole[1], [3n, 1n, 0n]);
});

const scatter =
  (op: Omit<OpOf<'scatter'>, 'kind'>) =>
  (build: Build, values: readonly Value[]): Value[] => [build.op({ kind: 'scatter', ...op }, values)];
const reductions: readonly ScatterReduction[] = ['none', 'add', 'multiply', 'maximum', 'minimum'];

for (const dtype of dtypes) {
  test(`scatter of ${dtype}`, async (t) => {
    const cases = new Cases();
    for (const [at, reduction] of reductions.entries()) {
      const wide = indexTypes[at % 2]!;
      for (const axis of [0, 1, 2]) {
        // Axes shorter than those of the data, and longer along the axis that is indexed.
        const shape = [4, 5, 6].map((size, other) => (other === axis ? size + 2 : size - other));
        const data = crowded(dtype, [4, 5, 6], at);
        const size = [4, 5, 6][axis]!;
        const feeds = [data, integers(wide, shape, axis + 7, -size, size), crowded(dtype, shape, at + 50)];
        cases.add(feeds, scatter({ form: 'elements', axis, reduction }));
      }
      for (const depth of [0, 1, 2, 3]) {
        const data = crowded(dtype, [4, 4, 3], at);
        const slice = data.shape.slice(depth);
        const indices = integers(wide, [2, 5, depth], depth + 3, -3, 3);
        cases.add([data, indices, crowded(dtype, [2, 5, ...slice], at)], scatter({ form: 'nd', axis: 0, reduction }));
      }
    }
    const none = [crowded(dtype, [3, 4], 1), tensor('int64', [0, 4], []), tensor(dtype, [0, 4], [])];
    cases.add(none, scatter({ form: 'elements', axis: 0, reduction: 'none' }));
    await cases.agree(t);
  });
}

test('scatter keeps the last of several updates, and refuses indices outside by their position', async (t) => {
  const data = tensor('float32', [2, 3], [1, 2, 3, 4, 5, 6]);
  const elements = scatter({ form: 'elements', axis: 1, reduction: 'none' });
  const updates = tensor('float32', [1, 3], [7, 8, 9]);
  t.deepEqual(await agree(t, [data, tensor('int32', [1, 3], [2, -1, 0]), updates], elements), [[9, 2, 8, 4, 5, 6]]);
  for (const [form, index, position] of [
    ['elements', [0, 3, 9], 1],
    ['elements', [0, 0, -4], 2],
    ['nd', [0, 1, 1, 3], 3],
    ['nd', [0, 2, 2, 0], 2],
    ['nd', [0, 2, 2 ** 32, 0], 2],
  ] as const) {
    const dtype = form === 'nd' ? 'int64' : 'int32';
    const indices = tensor(dtype, form === 'nd' ? [2, 2] : [1, 3], index);
    const feeds = [data, indices, form === 'nd' ? tensor('float32', [2], [7, 8]) : updates];
    const graph = graphOf(feeds, scatter({ form, axis: 1, reduction: 'none' }));
    const message = `forward: the index at position ${position} is outside its table`;
    await t.throwsAsync(runCompiled(graph, feeds), { message });
    t.throws(() => runNaive(graph, feeds), { message: new RegExp(`position ${position} `) });
  }
});

/** Boxes of which many overlap; the corners in any order. */
function boxesOf(batch: number, count: number, seed: number): Tensor {
  const next = randomOf(seed);
  const data = new Float32Array(batch * count * 4);
  for (let at = 0; at < data.length; at += 4) {
    const [y, x, height, width] = [next() * 4, next() * 4, next() * 3 - 1, next() * 3 - 1];
    data.set([y, x, y + height, x + width], at);
  }
  return { dtype: 'float32', shape: [batch, count, 4], data };
}

for (const centerPointBox of [false, true]) {
  test(`nonMaxSuppression of ${centerPointBox ? 'centres' : 'corners'}`, async (t) => {
    const cases = new Cases();
    const feeds = [boxesOf(2, 40, 4), crowded('float32', [2, 3, 40], 9)];
    for (const [maxOutputBoxes, iouThreshold, scoreThreshold] of [
      [5, 0.3, -1],
      [100, 0.5, 0],
      [2 ** 31, 0, -Infinity],
      [3, 1, 0.9],
      [0, 0.5, 0],
      [4, 0.5, Infinity],
    ] as const) {
      const options = { centerPointBox, maxOutputBoxes, iouThreshold, scoreThreshold };
      const limits = [
        tensor('int64', [1], [maxOutputBoxes]),
        tensor('float32', [], [iouThreshold]),
        tensor('float32', [1], [scoreThreshold]),
      ];
      cases.add([...feeds, ...limits], (build, [boxes, values, most, overlap, threshold]) => [
        build.nonMaxSuppression(boxes!, values!, {
          centerPointBox,
          maxOutputBoxes: most!,
          iouThreshold: overlap!,
          scoreThreshold: threshold!,
        }),
      ]);
      cases.add(feeds, (build, [boxes, values]) => [build.nonMaxSuppression(boxes!, values!, options)]);
    }
    const counts = (await cases.agree(t)).map((rows) => rows.length / 3);
    t.deepEqual(counts.slice(-4), [0, 0, 0, 0]);
    t.true(counts[2]! > 20 && counts[2]! < 100 && counts[6]! > 0, `${counts.join(', ')} boxes`);
  });
}

for (const dtype of dtypes) {
  test(`nonZero, compress and unique of ${dtype}`, async (t) => {
    const condition = integers('bool', [4], 3, 0, 2);
    const cases = new Cases();
    for (const shape of [[3, 4, 5], [6], [], [2, 0, 3]]) {
      const whole = crowded(dtype, shape, 2);
      cases.add([whole], (build, [x]) => [build.nonZero(x!)]);
      for (const sorted of [true, false]) {
        cases.add([whole], (build, [x]) => build.unique(x!, null, sorted));
      }
      const flat = integers('bool', [Math.min(volume(shape), 11)], 5, 0, 2);
      cases.add([whole, flat], (build, [x, c]) => [build.compress(x!, c!, null)]);
    }
    for (const axis of [0, 1, 2]) {
      const x = crowded(dtype, [4, 6, 5], 2);
      cases.add([x, condition], (build, [value, c]) => [build.compress(value!, c!, axis)]);
      // Few different slices: repeats of 3 along the axis.
      const narrow = crowded(dtype, [2, 2, 2], 8);
      const shape = [2, 2, 2].map((size, other) => (other === axis ? 9 : size));
      const repeats = integers('int64', [9], 6, 0, 2);
      const { data } = narrow;
      const picked = allocate(dtype, volume(shape));
      for (let at = 0; at < picked.length; at++) {
        const index = [shape[1]! * shape[2]!, shape[2]!, 1].map(
          (stride, other) => Math.floor(at / stride) % shape[other]!,
        );
        index[axis] = Number(repeats.data[index[axis]!]);
        picked[at] = data[index[0]! * 4 + index[1]! * 2 + index[2]!] as never;
      }
      const repeated = { dtype, shape, data: picked };
      for (const sorted of [true, false]) {
        cases.add([repeated], (build, [value]) => build.unique(value!, axis, sorted));
      }
    }
    const outputs = await cases.agree(t);
    t.true(outputs.at(-1)!.length <= 2);
  });
}

test('unique tells first indices, inverse and counts, NaN once and last', async (t) => {
  const x = tensor('float32', [8], [2, NaN, 1, 1, -0, NaN, 2, 0]);
  t.deepEqual(await agree(t, [x], (build, [value]) => build.unique(value!, null, true)), [
    [-0, 1, 2, NaN],
    [4n, 2n, 0n, 1n],
    [2n, 3n, 1n, 1n, 0n, 3n, 2n, 0n],
    [2n, 2n, 2n, 2n],
  ]);
  const unsorted = await agree(t, [x], (build, [value]) => build.unique(value!, null, false));
  t.deepEqual(unsorted[1], [0n, 1n, 2n, 4n]);
});
