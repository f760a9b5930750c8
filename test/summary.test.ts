import test from 'ava';
import type { GraphSource } from '../compiler/declaration.js';
import {
  batchNormalization,
  build,
  compile,
  conv1d,
  conv2d,
  dense,
  flatten,
  input,
  layerNormalization,
  maxPooling1d,
  permute,
  relu,
  sequential,
  summary,
} from '../compiler/index.js';
import { printModuleSummary, summarize } from '../compiler/summary.js';
import { byteSize, thousands } from '../compiler/text.js';
import { seedGraphs } from './seed-graphs.js';

const keras = sequential([
  input(['batch', 128, 64]),
  conv1d({ filters: 16, kernelSize: 3, weight: 'random_uniform', bias: 'zeros', activation: 'relu' }),
  maxPooling1d({ poolSize: 4 }),
  flatten(),
  dense({ units: 64, weight: 'he_uniform', bias: 'ones', activation: 'relu' }),
]);

const kerasTable = `layer            kind          output            params  multiply-adds  initializers
x                input         (batch, 128, 64)       0              0
conv1d_1         conv1d relu   (batch, 126, 16)   3,088  387,072*batch  weight uniform(-0.05, 0.05)
                                                                        bias zeros
max_pooling1d_1  maxPooling1d  (batch, 31, 16)        0              0
flatten_1        flatten       (batch, 496)           0              0
dense_1          dense relu    (batch, 64)       31,808   31,744*batch  weight heUniform
                                                                        bias ones
total 34,896 parameters in 4 variables, 136.3 KiB, seed 0
trainable 34,896, not trainable 0
multiply-adds 418,816*batch
memory at batch 1: parameters 136.3 KiB, activations 42.1 KiB; 42.1 KiB for each further row`;

test('a summary is a table of layers', (t) => {
  t.is(summary(keras), kerasTable);
});

test('a longer graph has longer totals', (t) => {
  const longer = keras.pipe(
    dense({ units: 64, weight: { kind: 'normal', mean: 0, std: 0.05 }, bias: 0.4, activation: 'relu' }),
    dense({ units: 8, weight: 'glorot_uniform' }),
    dense({ units: 64 }),
  );
  const text = summary(longer, { seed: 7 });
  t.regex(text, /^total 40,152 parameters in 10 variables, 156\.8 KiB, seed 7\ntrainable 40,152, not trainable 0$/m);
  t.regex(text, /^dense_2 .* 4,160 +4,096\*batch {2}weight normal\(0, 0\.05\)\n +bias constant\(0\.4\)$/m);
  t.regex(text, /^multiply-adds 423,936\*batch$/m);
});

test('a shared variable counts once, where it is used first', (t) => {
  const { source } = seedGraphs.find(({ name }) => name === 'one weight, two biases')!;
  t.is(
    summary(source),
    `layer   kind        output       params  multiply-adds  initializers
x       input       (batch, 10)       0              0
relu_1  dense relu  (batch, 10)     110      100*batch  weight = shared-weight ones, bias zeros
relu_2  dense relu  (batch, 10)      10      100*batch  weight = shared-weight, bias zeros
total 120 parameters in 3 variables, 480 bytes, seed 0
trainable 120, not trainable 0
multiply-adds 200*batch
memory at batch 1: parameters 736 bytes, activations 144 bytes; 120 bytes for each further row`,
  );
});

test('open sizes stay in the counts', (t) => {
  const { total, layers } = summarize(seedGraphs.find(({ name }) => name.startsWith('unknown input'))!.source);
  t.is(layers[3]!.parameters, 0);
  t.regex(
    summary(seedGraphs[3]!.source),
    /^total 8\*x\[1\] \+ 170 parameters in 6 variables, 32\*x\[1\] \+ 680 bytes,/m,
  );
  t.is(total.variables, 6);
});

test('dims bind open sizes', (t) => {
  t.regex(summary(seedGraphs[3]!.source, { dims: { 'x[1]': 20 } }), /^total 330 parameters in 6 variables, 1\.3 KiB,/m);
});

test('what is not trainable is told apart', (t) => {
  const model = sequential([input([1, 4]), batchNormalization(), dense({ units: 1 })]);
  t.regex(summary(model), /^total 21 parameters in 6 variables, 84 bytes, seed 0\ntrainable 13, not trainable 8$/m);
});

test('transposes that remain are named', (t) => {
  const conv = (kernelSize: number) => conv2d({ filters: 4, kernelSize, dataFormat: 'channelsFirst' });
  const model = sequential([input([1, 3, 8, 8]), conv(3), relu(), conv(1)]);
  const line = 'layout 2 transposes remain: x → conv2d_1 (1, 3, 8, 8), conv2d_2 → y (1, 6, 6, 4)';
  t.is(summary(model).split('\n').at(-1), line);
  const last = model.pipe(permute({ dims: [2, 3, 1] }));
  t.is(summary(last).split('\n').at(-1), 'layout 1 transpose remains: x → conv2d_1 (1, 3, 8, 8)');
  const many = sequential([input([2, 3, 4]), permute({ dims: [2, 1] }), layerNormalization(), permute({ dims: [2, 1] }), layerNormalization(), permute({ dims: [2, 1] }), layerNormalization(), permute({ dims: [2, 1] })]); // prettier-ignore
  t.regex(summary(many), /^layout 4 transposes remain: x → layer_normalization_1 \(2, 3, 4\), .*, …$/m);
});

test('how convolutions are computed is told where one is transformed', (t) => {
  const net = sequential([
    input([1, 56, 56, 3]),
    conv2d({ filters: 64, kernelSize: 5, padding: 'same' }),
    conv2d({ filters: 64, kernelSize: 3, padding: 'same' }),
    conv2d({ filters: 32, kernelSize: 1 }),
    conv2d({ filters: 64, kernelSize: 3 }),
  ]);
  const lines = (errorBudget: number): string[] =>
    summary(net, { errorBudget })
      .split('\n')
      .filter((line) => line.startsWith('convolution '));
  t.deepEqual(lines(1e-5), [
    'convolution direct: conv2d_1',
    'convolution winograd F(4x4, 3x3), relative error up to 1.6e-6: conv2d_2, conv2d_4',
    'convolution matrix product: conv2d_3',
  ]);
  t.regex(lines(1e-6)[1]!, /^convolution winograd F\(2x2, 3x3\), relative error up to 4\.9e-7: conv2d_2, conv2d_4$/);
  t.deepEqual(lines(0), []);
  const { convolutions } = summarize(net, { errorBudget: 0 });
  t.deepEqual(
    convolutions.map(({ layer, algorithm, error }) => [layer, algorithm, error]),
    ['direct', 'direct', 'matrix product', 'direct'].map((algorithm, i) => [`conv2d_${i + 1}`, algorithm, null]),
  );
});

test('layers without a name are warned of where the source tells', (t) => {
  const source: GraphSource = {
    nacre: 1,
    inputs: [{ name: 'x', shape: [1, 4] }],
    layers: [{ kind: 'dense', units: 2 }, { kind: 'relu' }, { name: 'y', kind: 'dense', units: 1 }],
    outputs: ['y'],
  };
  const warning =
    '2 layers without a name are named by kind and count: a layer put before them renames them, which changes their seeds';
  t.is(summary(source).split('\n').at(-1), warning);
  t.is(summary(JSON.stringify(source)), summary(source));
  t.false(summary(keras).includes('without a name'));
});

test('a module tells its variables', async (t) => {
  const { manifest } = await compile(seedGraphs[1]!.source, { seed: 5 });
  t.is(
    printModuleSummary(manifest),
    `name           kind      shape        params  initializer  shared by
x              input     (batch, 10)
shared-weight  variable  (10, 10)        100  ones         relu_1.weight, relu_2.weight
relu_1.bias    variable  (10)             10  zeros
relu_2.bias    variable  (10)             10  zeros
y              output    (batch, 10)
total 120 parameters in 3 variables, 480 bytes, seed 5
trainable 120, not trainable 0
memory parameters 736 bytes, activations 48*floor((40*batch + 15)/(16)) bytes`,
  );
  const open = await compile(seedGraphs[3]!.source);
  t.regex(printModuleSummary(open.manifest), /^total 8\*x\[1\] \+ 170 parameters in 6 variables,/m);
});

test('build compiles with every initializer and instantiates', async (t) => {
  const warnings: string[] = [];
  const net = await build(keras, { seed: 3, onWarning: (text) => warnings.push(text) });
  t.is(net.seed, 3n);
  t.deepEqual(net.forward({ x: new Float32Array(128 * 64) }).y.shape, [1, 64]);
  const name = 'dense_1.weight';
  const { data } = net.variables.get(name);
  for (const initializer of ['normal', 'glorotUniform', 'he_normal', 'truncatedNormal', 'ones']) {
    net.initialize({ initializer, only: name, force: true });
    t.notDeepEqual(net.variables.get(name).data, data, initializer);
  }
  net.initialize({ initializer: 'heUniform', only: name, force: true });
  t.deepEqual(net.variables.get(name).data, data);
  t.is(warnings.length, 0);
  net.initialize();
  t.is(warnings.length, 1);
});

const figures: readonly (readonly [text: string, expected: string])[] = [
  [thousands(0), '0'],
  [thousands(999), '999'],
  [thousands(1000), '1,000'],
  [thousands(1234567), '1,234,567'],
  [byteSize(1023), '1023 bytes'],
  [byteSize(1024), '1.0 KiB'],
  [byteSize(1024 * 1024 - 1), '1.0 MiB'],
  [byteSize(1023.9 * 1024), '1023.9 KiB'],
  [byteSize(2 ** 32), '4.0 GiB'],
];

for (const [text, expected] of figures) test(`figure ${expected}`, (t) => t.is(text, expected));
