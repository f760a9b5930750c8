import test from 'ava';
import { compile } from '../../compiler/index.js';
import { instantiateSync } from '../../runtime/index.js';

type Layout = 'io' | 'oi';

/** A weight whose elements are asked for by what they connect, whatever its layout. */
interface Weight {
  readonly taps: readonly [height: number, width: number];
  readonly inputs: number;
  readonly outputs: number;
  readonly at: (tap: number, input: number, output: number) => number;
}

const HEIGHT = 4;
const WIDTH = 3;

/** What an initializer makes of a convolution's kernel, or of the weight of a dense layer where there are no taps. */
async function weightOf(layout: Layout, kind: unknown, inputs: number, outputs: number, isDense = false) {
  const layer = isDense
    ? { kind: 'dense', units: outputs }
    : { kind: 'conv2d', filters: outputs, kernelSize: [HEIGHT, WIDTH] };
  const source = {
    ...{ nacre: 1, defaults: { layout }, outputs: ['y'] },
    inputs: [{ name: 'x', shape: isDense ? [1, inputs] : [1, 5, 5, inputs] }],
    layers: [{ name: 'y', weight: kind, bias: false, ...layer }],
  };
  const net = instantiateSync((await compile(JSON.stringify(source), { seed: 3 })).binary);
  net.initialize();
  const { data } = net.variables.get('y.weight');
  const count = isDense ? 1 : HEIGHT * WIDTH;
  const weight: Weight = {
    ...{ taps: isDense ? [1, 1] : [HEIGHT, WIDTH], inputs, outputs },
    at: (tap, input, output) =>
      layout === 'io'
        ? data[(tap * inputs + input) * outputs + output]!
        : data[(output * inputs + input) * count + tap]!,
  };
  return weight;
}

const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

/** Whether the vectors are as long as the gain and stand at right angles to each other. */
const areOrthogonal = (vectors: readonly (readonly number[])[], gain: number): boolean =>
  vectors.every((a, i) =>
    vectors.every((b, j) => {
      const product = a.reduce((sum, x, k) => sum + x * b[k]!, 0);
      return Math.abs(product - (i === j ? gain ** 2 : 0)) < 1e-5;
    }),
  );

/** All that leads to an output, one vector each; or from each place of an input. */
const outputsOf = ({ taps: [height, width], inputs, outputs, at }: Weight): number[][] =>
  range(outputs).map((o) => range(height * width).flatMap((tap) => range(inputs).map((i) => at(tap, i, o))));
const inputsOf = ({ taps: [height, width], inputs, outputs, at }: Weight): number[][] =>
  range(height * width).flatMap((tap) => range(inputs).map((i) => range(outputs).map((o) => at(tap, i, o))));

for (const layout of ['io', 'oi'] as const) {
  test(`${layout}: an orthogonal kernel has orthogonal filters`, async (t) => {
    t.true(areOrthogonal(outputsOf(await weightOf(layout, { kind: 'orthogonal', gain: 2 }, 2, 5)), 2));
    t.true(areOrthogonal(outputsOf(await weightOf(layout, 'orthogonal', 7, 3, true)), 1));
    t.true(areOrthogonal(inputsOf(await weightOf(layout, 'orthogonal', 3, 7, true)), 1));
    t.true(areOrthogonal(inputsOf(await weightOf(layout, 'orthogonal', 1, 15)), 1));
  });

  test(`${layout}: a delta-orthogonal kernel is orthogonal in its central tap alone`, async (t) => {
    const weight = await weightOf(layout, { kind: 'deltaOrthogonal', gain: 0.5 }, 3, 5);
    const centre = 1 * WIDTH + 1;
    const rows = inputsOf(weight);
    t.true(areOrthogonal(rows.slice(centre * 3, centre * 3 + 3), 0.5));
    t.true(rows.every((row, i) => Math.floor(i / 3) === centre || row.every((value) => value === 0)));
  });

  test(`${layout}: dirac passes channels on, group by group`, async (t) => {
    const centre = 2 * WIDTH + 1;
    for (const [groups, ones] of [
      [1, [[0, 0], [1, 1], [2, 2]]], // prettier-ignore
      [2, [[0, 0], [1, 1], [2, 2], [0, 3], [1, 4], [2, 5]]], // prettier-ignore
      [3, [[0, 0], [1, 1], [0, 2], [1, 3], [0, 4], [1, 5]]], // prettier-ignore
    ] as const) {
      const weight = await weightOf(layout, { kind: 'dirac', groups }, 3, 6);
      inputsOf(weight).forEach((row, place) => {
        const isOne = (output: number): boolean => ones.some(([i, o]) => place === centre * 3 + i && o === output);
        t.deepEqual(row, range(6).map((output) => Number(isOne(output)))); // prettier-ignore
      });
    }
  });

  test(`${layout}: bilinear weights fall off from the middle of a kernel, the same for all channels`, async (t) => {
    const { at } = await weightOf(layout, 'bilinear', 2, 3);
    // Of a kernel three wide: f = 2, c = (2·2 − 1 − 0) / 4.
    const along = (i: number): number => 1 - Math.abs(i / 2 - 0.75);
    for (const tap of range(HEIGHT * WIDTH)) {
      const expected = Math.fround(along(tap % WIDTH) * along(Math.floor(tap / WIDTH)));
      for (const i of range(2)) for (const o of range(3)) t.is(at(tap, i, o), expected);
    }
  });

  test(`${layout}: a sparse matrix has as many zeros in each of its columns`, async (t) => {
    const weight = await weightOf(layout, { kind: 'sparse', sparsity: 0.35 }, 10, 8, true);
    const columns = layout === 'io' ? outputsOf(weight) : inputsOf(weight);
    const zeros = columns.map((column) => column.filter((value) => value === 0).length);
    t.deepEqual(new Set(zeros), new Set([layout === 'io' ? 4 : 3]));
    t.true(new Set(columns.map((column) => column.findIndex((value) => value === 0))).size > 1);
  });

  test(`${layout}: the identity, and fans`, async (t) => {
    const { at } = await weightOf(layout, { kind: 'identity', gain: 3 }, 4, 6, true);
    for (const i of range(4)) for (const o of range(6)) t.is(at(0, i, o), i === o ? 3 : 0);
    for (const [mode, fan] of [
      ['fanIn', 60],
      ['fanOut', 12 * 25],
      ['fanAvg', (60 + 12 * 25) / 2],
    ] as const) {
      const weight = await weightOf(layout, { kind: 'varianceScaling', mode, distribution: 'uniform' }, 5, 25);
      const largest = Math.max(...outputsOf(weight).flat().map(Math.abs));
      t.true(largest <= Math.sqrt(3 / fan) && largest > 0.99 * Math.sqrt(3 / fan), `${mode}: ${largest}`);
    }
  });
}
