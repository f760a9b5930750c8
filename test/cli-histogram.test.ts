import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { build, type GraphSource } from '../compiler/index.js';
import { histograms, histogramSvg, report } from '../compiler/report/index.js';
import { makePlayground, type Playground } from './cli/playground.js';
import { convolution } from './seed-graphs.js';

let playground: Playground;
test.before(async () => {
  playground = await makePlayground();
  await Promise.all(
    Object.entries(models).map(([name, model]) =>
      writeFile(join(playground.folder, `${name}.json`), JSON.stringify(model)),
    ),
  );
});
test.after.always(() => playground.remove());

const dense = (shape: unknown[]): GraphSource =>
  ({
    nacre: 1,
    inputs: [{ name: 'x', shape }],
    layers: [
      { name: 'hidden', kind: 'dense', units: 3, weight: 'uniform', bias: 'ones' },
      { name: 'y', kind: 'dense', units: 2 },
    ],
    outputs: ['y'],
  }) as GraphSource;

const models: Readonly<Record<string, GraphSource>> = {
  small: dense(['batch', 2]),
  open: dense(['batch', null]),
  latched: dense(['batch', { latched: 'time' }, 2]),
  bare: { nacre: 1, inputs: [{ name: 'x', shape: [1] }], layers: [{ name: 'y', kind: 'relu' }], outputs: ['y'] },
};

test('histogram prints plots of text', async (t) => {
  const { code, stdout, stderr } = await playground.nacre('histogram', '@small.json', '--bins', '2');
  t.deepEqual([code, stderr], [0, '']);
  t.regex(
    stdout,
    /^seed 0 \(default\)\n\nhidden\.weight {2}\(2, 3\) {2}uniform\(-0\.05, 0\.05\)\n6 values {2}min -0\.0/,
  );
  t.regex(
    stdout,
    /\n\nhidden\.bias {2}\(3\) {2}ones\n3 values {2}min 1 {2}max 1 {2}mean 1 {2}std 0\n {2}1 {2}3 {2}█{40}\n\n/,
  );
  t.is(stdout.match(/ … /g)!.length, 4);
});

test('histogram prints JSON, the same of a declaration and of its module', async (t) => {
  const net = await build(convolution.source, { seed: 5 });
  net.initialize();
  const expected = histograms(net, { bins: 7 }).map((variable) => ({ ...variable }));
  await playground.nacre('compile', '@keras.json', '-o', '@seeded.wasm', '--seed', '5');
  await playground.nacre('compile', '@keras.json', '-o', '@default.wasm');
  for (const argv of [['@keras.json', '--seed', '5'], ['@seeded.wasm'], ['@default.wasm', '--seed=5']]) {
    const { code, stdout, stderr } = await playground.nacre('histogram', ...argv, '--bins', '7', '--json');
    t.deepEqual([code, stderr], [0, '']);
    t.deepEqual(JSON.parse(stdout), { seed: '5', variables: expected });
  }
});

test('histogram writes an SVG and a page', async (t) => {
  const net = await build(convolution.source);
  net.initialize();
  const files = ['--svg', '@k.svg', '--html', '@k.html'];
  const { code, stdout } = await playground.nacre('histogram', '@keras.json', ...files, '--bins', '4');
  t.is(code, 0);
  const sizes = stdout.replaceAll(playground.folder, '@').replaceAll(/[\d,]+ bytes/g, 'N bytes');
  t.is(sizes, 'seed 0 (default)\n@/k.svg   N bytes, 4 histograms\n@/k.html  N bytes, 4 histograms\n');
  const read = (name: string): Promise<string> => readFile(join(playground.folder, name), 'utf8');
  t.is(await read('k.svg'), await histogramSvg(net, { bins: 4 }));
  t.is(await read('k.html'), await report(net, { bins: 4 }));
  const json = await playground.nacre('histogram', '@keras.json', ...files, '--theme', 'dark', '--json');
  t.deepEqual(
    (JSON.parse(json.stdout) as { files: string[] }).files,
    ['k.svg', 'k.html'].map((name) => join(playground.folder, name)),
  );
  t.is(await read('k.svg'), await histogramSvg(net, { theme: 'dark' }));
});

test('given values are looked at as they are, in their safetensors and in the module', async (t) => {
  await playground.nacre('compile', '@linear.json', '-o', '@linear.wasm');
  for (const model of ['@linear.json', '@linear.wasm']) {
    const { code, stdout, stderr } = await playground.nacre('histogram', model);
    t.deepEqual([code, stderr], [0, '']);
    t.regex(
      stdout,
      /^weights of the module\n\ny\.weight {2}\(2, 2\) {2}values\n4 values {2}min 0 {2}max 2 {2}mean 1 {2}std 1\n/,
    );
  }
});

test('sizes that variables wait for are given by --dims', async (t) => {
  await playground.nacre('compile', '@open.json', '-o', '@open.wasm');
  await playground.nacre('compile', '@latched.json', '-o', '@latched.wasm');
  const [settled, known] = [await build(dense(['batch', 5])), await build(models['small']!)];
  settled.initialize();
  known.initialize();
  for (const [model, dims, net] of [
    ['@open.json', 'x[1]=5', settled],
    ['@open.wasm', 'x[1]=5', settled],
    ['@open.wasm', 'x[1]=5,batch=3', settled],
    ['@latched.wasm', 'time=4', known],
    ['@latched.json', 'time=4,batch<=9', known],
    ['@small.json', 'batch=2', known],
  ] as const) {
    const { code, stdout, stderr } = await playground.nacre('histogram', model, '--dims', dims, '--json');
    t.deepEqual([code, stderr], [0, ''], model);
    t.deepEqual(JSON.parse(stdout), { seed: '0', variables: histograms(net).map((variable) => ({ ...variable })) });
  }
});

const faults: readonly (readonly [code: number, argv: readonly string[], stderr: string])[] = [
  [
    2,
    ['@small.json', '--bin', '3'],
    "histogram: unknown option '--bin'; did you mean '--bins'?; see nacre histogram --help",
  ],
  [2, ['@small.json', '--bins', '0'], "--bins: must be a whole number of at least 1, got '0'"],
  [2, ['@small.json', '--bins', '2.5'], "--bins: must be a whole number of at least 1, got '2.5'"],
  [2, ['@small.json', '--bins', '10001'], 'histogram.bins: must be a whole number from 1 to 10000, got 10001'],
  [2, ['@small.json', '--theme', 'dim'], "--theme: must be auto, light or dark, got 'dim'"],
  [2, ['@small.json', '--seed', 'x'], "--seed: must be a whole number from 0 to 2^64 - 1, got 'x'"],
  [2, ['@small.json', '--svg', '@none/f.svg'], '@/none/f.svg: cannot be written: no such file or folder'],
  [2, ['@small.json', '--dims', 'time=4'], "dims: the model has no dim 'time'"],
  [2, ['@open.json'], 'hidden.weight: its shape (?, 3) waits for axis 1 of input x; give the size: --dims "x[1]=N"'],
  [2, ['@waiting.wasm'], 'hidden.weight: its shape (?, 3) waits for axis 1 of input x; give the size: --dims "x[1]=N"'],
  [2, ['@waiting.wasm', '--dims', 'y=3'], "dims: the model has no dim 'y'"],
  [2, ['@waiting.wasm', '--dims', 'x[1]<=3'], 'dims: x[1] must be a size; limits are compiled in'],
  [2, ['@latched.json'], 'hidden.weight: it waits for axis 1 of input x; give the size: --dims "time=N"'],
  [1, ['@bare.json'], 'histogram: the model has no variables'],
  [
    1,
    ['@linear.json', '--seed', '3'],
    "initialize: the module carries values, not recipes; compile with weights: 'seed'",
  ],
  [1, ['@bad.wasm'], '@/bad.wasm: the module is damaged or refused; load it again ('],
];

test('faults have messages and exit codes, and write nothing', async (t) => {
  await playground.nacre('compile', '@open.json', '-o', '@waiting.wasm');
  for (const [code, argv, message] of faults) {
    const result = await playground.nacre('histogram', ...argv, '--html', '@fault.html');
    t.is(result.code, code, result.stderr);
    t.is(result.stdout, '');
    t.true(result.stderr.startsWith(message), result.stderr);
    await t.throwsAsync(stat(join(playground.folder, 'fault.html')), { code: 'ENOENT' }, argv.join(' '));
  }
});
