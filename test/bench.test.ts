import test from 'ava';
import { barOf } from '../bench/bars.js';
import { difference } from '../bench/compare.js';
import { models } from '../bench/models/index.js';
import { translate } from '../bench/onnx/translate.js';
import { peakBinary, type PeakExports } from '../bench/peak.js';
import { report } from '../bench/report.js';
import { ratiosOf } from '../bench/results.js';
import { build } from '../compiler/index.js';
import { importOnnx } from '../compiler/import/onnx/index.js';
import { compute, networks, runGraph } from './bench/networks.js';

for (const [name, graph] of Object.entries(networks)) {
  test(`${name}: as an ONNX file it computes the same`, async (t) => {
    const { network, output } = await runGraph(graph());
    const { bytes, inputs } = translate(network);
    const model = await build(importOnnx(bytes));
    t.true(difference(compute(model, inputs), output) < 1e-5);
    t.true(output.some((value) => value !== output[0]));
  });
}

test('a difference is a share of the largest value, and no more than rounding', (t) => {
  t.is(difference(Float32Array.of(-200, 1), Float32Array.of(-200, 1.0078125)), 0.0078125 / 200);
  t.throws(() => difference(Float32Array.of(1, 1.01), Float32Array.of(1, 1)), { message: /^differs from nacre by/ });
  t.throws(() => difference(Float32Array.of(NaN, 1), Float32Array.of(1, 1)), { message: /^differs from nacre by/ });
  t.throws(() => difference(Float32Array.of(1), Float32Array.of(1, 1)), { message: 'gives 1 values, nacre 2' });
});

test('every model has a bar, lower where products are not fused', (t) => {
  for (const { name } of models) {
    const [fused, plain] = [barOf(name, 'relaxed')!, barOf(name, 'baseline')!];
    t.true(plain.wasm < fused.wasm, name);
    t.is(plain.native, undefined);
  }
});

test('the ratio is that to the fastest rival of its kind', (t) => {
  const timing = (time: number) => ({ time, samples: 1, memory: 0, difference: 0 });
  const timings = { nacre: timing(2), onnxruntime: timing(9), tfjs: timing(6), native: timing(1) };
  const sides = (['nacre', 'onnxruntime', 'tfjs', 'jax', 'native'] as const).map((name) => ({
    ...{ name, isNative: name === 'native' },
  }));
  t.deepEqual(ratiosOf('lenet-b1', 'relaxed', timings, sides), {
    wasm: { rival: 'tfjs', times: 3, bar: 2.8, isMet: true },
    native: { rival: 'native', times: 0.5, bar: 1.4, isMet: false },
  });
  t.deepEqual(ratiosOf('another', 'baseline', timings, sides.slice(0, 2)), { wasm: { rival: 'onnxruntime', times: 4.5 } }); // prettier-ignore
});

test('the report says which bars are met, and why a side stands as –', (t) => {
  const timing = (time: number) => ({ time, samples: 24, memory: 5e7, difference: 1e-6 });
  const timings = { nacre: timing(0.02), onnxruntime: timing(0.06), native: timing(0.02) };
  const sides = (['nacre', 'onnxruntime', 'jax', 'native'] as const).map((name) => ({
    ...{ name, title: `side ${name}`, version: '1.0.0', isNative: name === 'native' },
  }));
  const model = {
    ...{
      name: 'lenet-b1',
      operations: 4e5,
      parameters: 61_706,
      timings,
      peak: 40,
      failures: { jax: 'no such operator' },
    },
    ...{ compile: { first: 200, warm: 20 }, module: 250_000, code: { raw: 30_000, gzip: 16_000 } },
    ...{ memory: { predicted: 300_000, used: 320_000 }, refused: {} },
    ratios: ratiosOf('lenet-b1', 'relaxed', timings, sides),
  };
  const text = report({
    machine: { cpu: 'a processor', cores: 2, date: '2026-01-01', load: 0 },
    ...{ quick: false, sides },
    engines: [{ engine: { node: '/node', version: '24.0.0', target: 'relaxed' }, models: [model], failures: [] }],
  });
  const row = (start: string): string[] =>
    (text.split('\n').find((line) => line.startsWith(start)) ?? '').split('|').map((cell) => cell.trim());
  t.deepEqual(row('| lenet-b1').slice(1, -1), [
    ...['lenet-b1', '0.400', '0.0200', '**0.0600**', '–', '0.0200', '3.00 (2.8 met)', '1.00 (1.4 short)', '20.0', '50'],
    '1.0e-6',
  ]);
  t.true(text.includes('- side jax on lenet-b1: no such operator'));
  t.true(text.includes('1.07 (1.1 met)'));
  t.true(text.includes('16.0 (15.0 short)'));
});

/** The operation f32x4.relaxed_madd in a binary. */
const fusedIn = (binary: Uint8Array): number => Buffer.from(binary).toString('latin1').split('\xfd\x85\x02').length - 1;

test('the SIMD peak of a target runs its chains of multiplications and additions', (t) => {
  const plain = peakBinary('baseline');
  const { flops } = new WebAssembly.Instance(new WebAssembly.Module(plain)).exports as unknown as PeakExports;
  t.is(fusedIn(plain), 0);
  t.is(fusedIn(peakBinary('relaxed')), flops() / 8);
});
