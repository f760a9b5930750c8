import { setFlagsFromString } from 'node:v8';
import test from 'ava';
import fc from 'fast-check';
import { binary, element, scalar, type Build } from '../../compiler/build.js';
import { convolve } from '../../compiler/expand/convolve.js';
import { compile, conv2d, input, sequential, summary } from '../../compiler/index.js';
import type { KernelLayout, Padding, TensorGraph, Value } from '../../compiler/ir.js';
import { optimize } from '../../compiler/optimize/index.js';
import { ERROR_BUDGET } from '../../compiler/plan/convolution-algorithm.js';
import { plan } from '../../compiler/plan/index.js';
import type { Tensor } from '../../compiler/tensor.js';
import { bitsOf } from '../abi/host.js';
import { graphOf, modelOf, runNaive, tensorOf } from './run.js';

// Node 20 has relaxed SIMD behind a flag.
if (process.version.startsWith('v20.')) setFlagsFromString('--experimental-wasm-relaxed-simd');

interface Row {
  readonly channels: number;
  readonly filters: number;
  readonly padding: Padding;
  readonly layout: KernelLayout;
  readonly end: 'none' | 'bias' | 'relu' | 'residual';
  readonly groups?: number;
  readonly stride?: number;
  readonly dilation?: number;
  /** The kernels for maps of 112 × 112, by the error budget. */
  readonly kernels: readonly [at5: string, at6: string, at0: string];
}

const same: Padding = [[1, 1], [1, 1]]; // prettier-ignore
const valid: Padding = [[0, 0], [0, 0]]; // prettier-ignore
const uneven: Padding = [[2, 0], [0, 1]]; // prettier-ignore
const direct = ['conv2d', 'conv2d', 'conv2d'] as const;
const either = ['winograd4', 'winograd2', 'conv2d'] as const;
const larger = ['winograd4', 'conv2d', 'conv2d'] as const;

const rows: readonly Row[] = [
  { channels: 1, filters: 16, padding: same, layout: 'hwio', end: 'bias', kernels: direct },
  { channels: 3, filters: 8, padding: same, layout: 'oihw', end: 'relu', kernels: direct },
  { channels: 5, filters: 12, padding: valid, layout: 'hwio', end: 'none', kernels: larger },
  { channels: 12, filters: 16, padding: same, layout: 'oihw', end: 'bias', kernels: either },
  { channels: 16, filters: 5, padding: uneven, layout: 'hwio', end: 'relu', kernels: either },
  { channels: 16, filters: 33, padding: valid, layout: 'oihw', end: 'residual', kernels: either },
  { channels: 33, filters: 16, padding: same, layout: 'hwio', end: 'residual', kernels: either },
  { channels: 16, filters: 16, padding: same, layout: 'oihw', end: 'bias', groups: 2, kernels: direct },
  { channels: 16, filters: 16, padding: same, layout: 'hwio', end: 'bias', stride: 2, kernels: direct },
  { channels: 16, filters: 16, padding: [[2, 2], [2, 2]], layout: 'hwio', end: 'bias', dilation: 2, kernels: direct }, // prettier-ignore
];

const nameOf = ({ channels, filters, padding, end }: Row): string =>
  `${channels} → ${filters}, padded by ${JSON.stringify(padding)}, ${end}`;

const weightsOf = ({ channels, filters, layout, groups = 1 }: Row): Tensor => {
  const inner = channels / groups;
  return tensorOf('float32', layout === 'hwio' ? [3, 3, inner, filters] : [filters, inner, 3, 3], channels);
};

function convolved(build: Build, row: Row, x: Value, w: Value): Value {
  const { padding, layout: kernelLayout, groups = 1, stride = 1, dilation = 1 } = row;
  const steps = { strides: [stride, stride], dilation: [dilation, dilation] } as const;
  return convolve(build, x, w, { ...steps, padding, groups, kernelLayout });
}

/** One or, for a residual, two convolutions of the row. */
function applied(build: Build, row: Row, x: Value, w: Value, bias: Value): Value {
  const y = convolved(build, row, x, w);
  if (row.end === 'none') return y;
  const sum = build.binary('add', y, bias);
  if (row.end === 'bias') return sum;
  const whole = row.end === 'relu' ? sum : build.binary('add', sum, convolved(build, row, x, w));
  return build.elementwise(binary('maximum', element(0), scalar(0)), whole);
}

/** All rows, each over maps of open sizes that are 112 × 112 when kernels are chosen. */
const graphOfAll = (): TensorGraph => {
  const graph = graphOf(
    rows.map(({ channels }) => ({ shape: ['n', 'h', 'w', channels] })),
    (build, values, weights) =>
      rows.map((row, i) => applied(build, row, values[i]!, weights[2 * i]!, weights[2 * i + 1]!)),
    rows.flatMap((row) => [{ tensor: weightsOf(row) }, { tensor: tensorOf('float32', [row.filters], 3) }]),
  );
  const symbols = graph.symbols.map((symbol) => ({ ...symbol, typical: symbol.name === 'n' ? 1 : 112 }));
  return { ...graph, symbols };
};

const mapsOf = (batch: number, height: number, width: number): Tensor[] =>
  rows.map(({ channels }, i) => tensorOf('float32', [batch, height, width, channels], i + 1));

type Run = (inputs: readonly Tensor[]) => Readonly<Record<string, { readonly data: ArrayLike<number | bigint> }>>;

async function compiled(graph: TensorGraph, target: 'baseline' | 'relaxed', errorBudget: number): Promise<Run> {
  const model = await modelOf(graph, target, new Map(), { errorBudget });
  return (inputs) => model.forward(Object.fromEntries(inputs.map((input, i) => [`x${i}`, input])));
}

const floats = ({ data }: { readonly data: ArrayLike<number | bigint> }): Float32Array => data as Float32Array;

/** The relative L2 distance of values from others. */
function distance(got: Float32Array, expected: Float32Array): number {
  return Math.hypot(...got.map((value, i) => value - expected[i]!)) / (Math.hypot(...expected) || 1);
}

const budgets = [ERROR_BUDGET, 1e-6, 0] as const;

test('what a budget allows is chosen for the sizes that are typical', (t) => {
  budgets.forEach((budget, at) => {
    const planned = plan(optimize(graphOfAll()), [], { errorBudget: budget });
    const kernels = planned.forward.flatMap((step) =>
      step.kind === 'call' && step.kernel !== 'pad2d' ? [step.kernel] : [],
    );
    const expected = rows.flatMap((row) => [row.kernels[at]!, ...(row.end === 'residual' ? [row.kernels[at]!] : [])]);
    t.deepEqual(kernels, expected, String(budget));
    planned.convolutions.forEach(({ error }) => {
      t.true((error ?? 0) <= budget);
    });
    // Two convolutions with the same weights share what is prepared of them.
    const prepared = rows.filter(({ kernels }) => kernels[at]!.startsWith('winograd'));
    t.is(planned.prepare.length, prepared.length);
  });
});

const sizes = [1, 2, 3, 4, 5, 6, 7, 8, 9];

for (const target of ['baseline', 'relaxed'] as const) {
  test(`open maps of any size are within the budget on ${target}`, async (t) => {
    const graph = graphOfAll();
    for (const budget of budgets) {
      const run = await compiled(graph, target, budget);
      for (const [index, height] of sizes.entries()) {
        const width = 1 + ((index * 4 + 2) % 9);
        // A map of one row or column has no place for a window that is not padded.
        if (Math.min(height, width) < 3) continue;
        const inputs = mapsOf(1 + (index % 2), height, width);
        const [got, naive] = [run(inputs), runNaive(graph, inputs)];
        rows.forEach((row, i) => {
          const error = distance(floats(got[`y${i}`]!), floats(naive[`y${i}`]!));
          t.true(error <= Math.max(budget, 1e-6), `${nameOf(row)}, ${height}×${width} at ${budget}: ${error}`);
        });
      }
    }
  });
}

test('targets agree within the budget', async (t) => {
  const graph = graphOfAll();
  const inputs = mapsOf(1, 14, 11);
  const [baseline, relaxed] = [
    await compiled(graph, 'baseline', ERROR_BUDGET),
    await compiled(graph, 'relaxed', ERROR_BUDGET),
  ].map((run) => run(inputs));
  rows.forEach((row, i) => {
    const error = distance(floats(relaxed![`y${i}`]!), floats(baseline![`y${i}`]!));
    t.true(error <= ERROR_BUDGET, `${nameOf(row)}: ${error}`);
  });
});

test('an image of a batch gives the same bits as the image alone', async (t) => {
  const run = await compiled(graphOfAll(), 'baseline', ERROR_BUDGET);
  const whole = mapsOf(3, 9, 7);
  const together = run(whole);
  for (const image of [0, 1, 2]) {
    const part = (data: Float32Array): Float32Array =>
      data.slice((image * data.length) / 3, ((image + 1) * data.length) / 3);
    const alone = run(
      whole.map(({ dtype, shape, data }) => {
        return { dtype, shape: [1, ...shape.slice(1)], data: part(floats({ data })) };
      }),
    );
    rows.forEach((row, i) => {
      const expected = bitsOf(part(floats(together[`y${i}`]!)));
      t.deepEqual(bitsOf(floats(alone[`y${i}`]!)), expected, nameOf(row));
    });
  }
});

test('maps of known sizes take the tiles that they have', async (t) => {
  const shapes = [[1, 13, 17, 32, 24], [2, 30, 29, 16, 16], [5, 11, 12, 24, 40]] as const; // prettier-ignore
  for (const [batch, height, width, channels, filters] of shapes) {
    const row: Row = { channels, filters, padding: same, layout: 'oihw', end: 'none', kernels: either };
    const graph = graphOf(
      [{ shape: [batch, height, width, channels] }],
      (build, [x], [w]) => [convolved(build, row, x!, w!)],
      [{ tensor: weightsOf(row) }],
    );
    const x = tensorOf('float32', [batch, height, width, channels]);
    t.is(plan(optimize(graph)).convolutions[0]!.algorithm, 'winograd F(4x4, 3x3)');
    const [got, naive] = [(await compiled(graph, 'baseline', ERROR_BUDGET))([x]), runNaive(graph, [x])];
    const error = distance(floats(got['y0']!), floats(naive['y0']!));
    t.true(error <= ERROR_BUDGET, `${height}×${width}: ${error}`);
  }
});

const shape = fc.record({
  batch: fc.integer({ min: 1, max: 2 }),
  height: fc.integer({ min: 20, max: 40 }),
  width: fc.integer({ min: 20, max: 40 }),
  channels: fc.integer({ min: 10, max: 24 }),
  filters: fc.integer({ min: 10, max: 24 }),
  layout: fc.constantFrom('hwio', 'oihw'),
});

test('without a budget a convolution is the direct one, bit for bit', async (t) => {
  const drawn = fc.sample(shape, { numRuns: 10, seed: 1 });
  for (const { batch, height, width, layout, ...rest } of drawn) {
    const row: Row = { ...rest, layout, padding: same, end: 'none', kernels: direct };
    const input = { shape: [batch, height, width, row.channels] };
    const weights = weightsOf(row);
    const body = (build: Build, [x, w]: readonly Value[], [own]: readonly Value[]): Value[] => [
      convolved(build, row, x!, w ?? own!),
    ];
    const x = tensorOf('float32', input.shape);
    const budgeted = graphOf([input], body, [{ tensor: weights }]);
    const without = (await compiled(budgeted, 'baseline', 0))([x]);
    // Weights that change between calls are never transformed.
    const summed = (await compiled(graphOf([input, weights], body), 'baseline', ERROR_BUDGET))([x, weights]);
    const transformed = (await compiled(budgeted, 'baseline', ERROR_BUDGET))([x]);
    t.deepEqual(bitsOf(floats(without['y0']!)), bitsOf(floats(summed['y0']!)), `${height}×${width}`);
    t.notDeepEqual(bitsOf(floats(transformed['y0']!)), bitsOf(floats(summed['y0']!)), `${height}×${width}`);
  }
});

test('where transformed weights would take more than maxMemory, they stay as they are', async (t) => {
  const net = sequential([input([1, 14, 14, 256]), conv2d({ filters: 256, kernelSize: 3, padding: 'same' })]);
  const { notes } = await compile(net);
  t.deepEqual(notes, []);
  const small = await compile(net, { maxMemory: 2 ** 23 });
  t.deepEqual(small.notes, ['convolutions are computed directly: transformed weights would take more than maxMemory']);
  t.is(small.manifest.memory.parameters, 4 * 256 * (9 * 256 + 1));
  t.true(summary(net).includes('winograd'));
  t.false(summary(net, { maxMemory: 2 ** 23 }).includes('winograd'));
});
