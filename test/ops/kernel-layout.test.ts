import { setFlagsFromString } from 'node:v8';
import test from 'ava';
import type { Build } from '../../compiler/build.js';
import { convolve } from '../../compiler/expand/convolve.js';
import { multiplyAdds } from '../../compiler/ops/index.js';
import type { KernelLayout, Padding, Pair, TensorGraph, Value } from '../../compiler/ir.js';
import { optimize } from '../../compiler/optimize/index.js';
import { plan } from '../../compiler/plan/index.js';
import { printTensorGraph } from '../../compiler/print.js';
import { volume, type Tensor } from '../../compiler/tensor.js';
import { bitsOf } from '../abi/host.js';
import { referenceOf } from '../layers/evaluation.js';
import { convolve as convolveReference, permuted } from '../layers/reference.js';
import { difference } from '../layers/values.js';
import { graphOf, modelOf, tensorOf, runNaive, type Declared } from './run.js';

// Node 20 has relaxed SIMD behind a flag.
if (process.version.startsWith('v20.')) setFlagsFromString('--experimental-wasm-relaxed-simd');

interface Row {
  readonly channels: number;
  readonly filters: number;
  readonly kernel: Pair;
  readonly groups: number;
  readonly strides?: Pair;
  readonly dilation?: Pair;
  readonly padding?: Padding;
  /** Of the kernel that reads the weights. */
  readonly step: 'conv2d' | 'depthwise2d' | 'gemm';
}

const rows: readonly Row[] = [
  { channels: 3, filters: 5, kernel: [2, 3], groups: 1, padding: [[1, 0], [0, 2]], step: 'conv2d' }, // prettier-ignore
  { channels: 9, filters: 17, kernel: [3, 3], groups: 1, strides: [2, 1], step: 'conv2d' },
  { channels: 1, filters: 4, kernel: [1, 4], groups: 1, step: 'conv2d' },
  { channels: 6, filters: 10, kernel: [2, 2], groups: 2, dilation: [1, 2], step: 'conv2d' },
  { channels: 4, filters: 11, kernel: [1, 1], groups: 1, step: 'gemm' },
  { channels: 4, filters: 6, kernel: [1, 1], groups: 2, step: 'conv2d' },
  { channels: 5, filters: 5, kernel: [3, 3], groups: 5, padding: [[1, 1], [1, 1]], step: 'depthwise2d' }, // prettier-ignore
  { channels: 12, filters: 12, kernel: [3, 3], groups: 12, step: 'depthwise2d' },
  { channels: 3, filters: 9, kernel: [2, 3], groups: 3, strides: [1, 2], step: 'depthwise2d' },
  { channels: 8, filters: 8, kernel: [1, 1], groups: 8, step: 'depthwise2d' },
];

const nameOf = ({ channels, filters, kernel, groups }: Row): string =>
  `${channels} → ${filters} in ${groups}, ${kernel.join('×')}`;

const MAP = [2, 6, 7] as const;
const inputOf = ({ channels }: Row): Tensor => tensorOf('float32', [...MAP, channels], channels);
const outputsFirst = ({ channels, filters, kernel, groups }: Row): Tensor<'float32'> =>
  tensorOf('float32', [filters, channels / groups, ...kernel], filters) as Tensor<'float32'>;

/** The same weights, outputs last. */
function outputsLast(row: Row): Tensor<'float32'> {
  const { shape, data } = permuted(referenceOf(outputsFirst(row)), [2, 3, 1, 0]);
  return { dtype: 'float32', shape, data: Float32Array.from(data) };
}

const applied = (build: Build, row: Row, x: Value, w: Value, kernelLayout?: KernelLayout): Value => {
  const { strides = [1, 1], dilation = [1, 1], groups } = row;
  const padding = row.padding ?? [[0, 0], [0, 0]]; // prettier-ignore
  return convolve(build, x, w, { strides, dilation, padding, groups, ...(kernelLayout && { kernelLayout }) });
};

/** All rows, over inputs of known or open maps, and variables. */
function graphOfAll(isOpen: boolean, kernelLayout: KernelLayout | 'transposed'): TensorGraph {
  const inputs = rows.map(({ channels }): Declared => ({ shape: [...(isOpen ? ['n', 'h', 'w'] : MAP), channels] }));
  const weights = rows.map((row) => ({ tensor: kernelLayout === 'hwio' ? outputsLast(row) : outputsFirst(row) }));
  const body = (build: Build, values: readonly Value[], own: readonly Value[]): Value[] =>
    rows.map((row, i) => {
      if (kernelLayout !== 'transposed') return applied(build, row, values[i]!, own[i]!, kernelLayout);
      const w = build.op({ kind: 'transpose', permutation: [2, 3, 1, 0] }, [own[i]!]);
      return applied(build, row, values[i]!, w);
    });
  return graphOf(inputs, body, weights);
}

const feeds = Object.fromEntries(rows.map((row, i) => [`x${i}`, inputOf(row)]));
const words = (tensor: { readonly data: ArrayLike<number | bigint> }): Uint32Array =>
  bitsOf(tensor.data as Float32Array);

test('kernels outputs first compute what the definition says', (t) => {
  const naive = runNaive(graphOfAll(false, 'oihw'), Object.values(feeds));
  rows.forEach((row, i) => {
    const options = { ...row, padding: row.padding as never };
    const expected = convolveReference(referenceOf(inputOf(row)), referenceOf(outputsLast(row)), options);
    t.is(difference(referenceOf(naive[`y${i}`]!), expected, 1e-4), undefined, nameOf(row));
  });
});

for (const [target, isOpen] of [
  ['baseline', false],
  ['baseline', true],
  ['relaxed', false],
] as const) {
  // prettier-ignore
  test(`kernels of either layout give the same bits on ${target}, maps ${isOpen ? 'open' : 'known'}`, async (t) => {
    const last = (await modelOf(graphOfAll(isOpen, 'hwio'), target)).forward(feeds);
    for (const layout of ['oihw', 'transposed'] as const) {
      const graph = graphOfAll(isOpen, layout);
      const got = (await modelOf(graph, target)).forward(feeds);
      const naive = runNaive(graph, Object.values(feeds));
      rows.forEach((row, i) => {
        t.deepEqual(words(got[`y${i}`]!), words(last[`y${i}`]!), `${nameOf(row)} ${layout}`);
        t.is(
          difference(referenceOf(got[`y${i}`] as Tensor), referenceOf(naive[`y${i}`]!), 1e-4),
          undefined,
          nameOf(row),
        );
      });
    }
  });
}

test('kernels that are inputs are packed in the call', async (t) => {
  const inputs = rows.flatMap((row): Declared[] => [inputOf(row), outputsFirst(row)]);
  const graph = graphOf(inputs, (build, values) =>
    rows.map((row, i) => applied(build, row, values[2 * i]!, values[2 * i + 1]!, 'oihw')),
  );
  const values = rows.flatMap((row) => [inputOf(row), outputsFirst(row)]);
  const got = (await modelOf(graph)).forward(Object.fromEntries(values.map((value, i) => [`x${i}`, value])));
  const naive = runNaive(graph, values);
  rows.forEach((row, i) => {
    t.is(difference(referenceOf(got[`y${i}`] as Tensor), referenceOf(naive[`y${i}`]!), 1e-4), undefined, nameOf(row));
  });
});

test('one packed copy of a kernel is all there is, read and written bit for bit', async (t) => {
  for (const layout of ['oihw', 'transposed'] as const) {
    const graph = graphOfAll(false, layout);
    const planned = plan(optimize(graph));
    t.deepEqual(planned.prepare, [], layout);
    const steps = planned.forward.flatMap((step) =>
      step.kind === 'call' && step.kernel !== 'pad2d' ? [step.kernel] : [],
    );
    t.deepEqual(steps, rows.map(({ step }) => step)); // prettier-ignore
    const panels = rows.map(({ channels, filters, groups, kernel, step }) => {
      const [count, columns] = step === 'depthwise2d' ? [1, filters] : [groups, filters / groups];
      const inner = step === 'depthwise2d' ? 1 : channels / groups;
      return 4 * count * Math.ceil(columns / 8) * 8 * inner * volume(kernel);
    });
    const bytes = panels.reduce((sum, next) => sum + next);
    t.is(planned.memory.parameterBytes, bytes);
    const model = await modelOf(graph);
    t.is(model.manifest.memory.parameters, bytes);
    rows.forEach((row, i) => {
      const tensor = outputsFirst(row);
      t.deepEqual(model.variables.get(`w${i}`).data, tensor.data, nameOf(row));
      const patterns = new Float32Array(
        bitsOf(tensor.data).map((word, at) => (at % 3 ? word : 0x7f800001 + at)).buffer,
      );
      model.variables.set(`w${i}`, { ...tensor, data: patterns });
      t.deepEqual(bitsOf(model.variables.get(`w${i}`).data), bitsOf(patterns), nameOf(row));
    });
  }
});

test('multiply-adds do not depend on the layout', (t) => {
  const counts = (['hwio', 'oihw'] as const).map(
    (layout) =>
    graphOfAll(false, layout).forward.map((node) => multiplyAdds(node)).filter((count) => count !== 0), // prettier-ignore
  );
  t.deepEqual(counts[1], counts[0]);
});

test('a layout is printed', (t) => {
  const text = printTensorGraph(graphOfAll(false, 'oihw'));
  t.regex(text, /convolution %\d+ %\d+ \{strides 1x1, dilation 1x1, padding 1:0 0:2, oihw, groups 1\}/);
  t.regex(text, /depthwise %\d+ %\d+ \{strides 1x1, dilation 1x1, padding 1:1 1:1, oihw\}/);
});

test('a kernel transposed to outputs first is read outputs last', (t) => {
  const row = rows[0]!;
  const graph = graphOf([inputOf(row)], (build, [x], [w]) => {
    const turned = build.op({ kind: 'transpose', permutation: [3, 2, 0, 1] }, [w!]);
    return [applied(build, row, x!, turned, 'oihw')];
  }, [{ tensor: outputsLast(row) }]); // prettier-ignore
  const { forward, prepare } = optimize(graph);
  t.deepEqual([...prepare, ...forward].map(({ op }) => op.kind), ['convolution']); // prettier-ignore
  t.like(forward[0]!.op, { kernelLayout: 'hwio' });
});

test('a transpose that no layout has is left', (t) => {
  const row = rows[1]!;
  const shape = [3, 3, row.channels, row.filters];
  const graph = graphOf([inputOf(row)], (build, [x], [w]) => {
    const turned = build.op({ kind: 'transpose', permutation: [1, 0, 2, 3] }, [w!]);
    return [applied(build, row, x!, turned)];
  }, [{ tensor: tensorOf('float32', shape) }]); // prettier-ignore
  t.deepEqual(optimize(graph).prepare.map(({ op }) => op.kind), ['transpose']); // prettier-ignore
});

test('kernels that do not fit are refused', (t) => {
  const faults: readonly (readonly [groups: number, w: readonly number[], message: string])[] = [
    [1, [4, 3, 1, 1], 'graph: expects 3 channels, got 6'],
    [3, [4, 2, 1, 1], 'graph: 4 filters do not divide into 3 groups'],
    [3, [6, 1, 1, 1], 'graph: expects 3 channels, got 6'],
  ];
  for (const [groups, shape, message] of faults) {
    const row = { ...rows[0]!, groups };
    t.throws(() => graphOf([{ shape: [1, 4, 4, 6] }, { shape }], (build, [x, w]) => [applied(build, row, x!, w!, 'oihw')]), { message }); // prettier-ignore
  }
  const window = { strides: [1, 1], dilation: [1, 1], padding: [[0, 0], [0, 0]] } as const; // prettier-ignore
  const refused = (shape: readonly number[], message: string): void => {
    const op = { kind: 'depthwise', ...window, kernelLayout: 'oihw' } as const;
    t.throws(() => graphOf([{ shape: [1, 4, 4, 3] }, { shape }], (build, values) => [build.op(op, values)]), {
      message,
    });
  };
  refused([6, 2, 1, 1], 'graph: expects 1 channel a group, got 2');
  refused([7, 1, 1, 1], 'graph: its filters do not divide into groups of its channels');
});
