import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { dimReader } from '../../compiler/cli/profile/formula.js';
import { printLayers } from '../../compiler/cli/profile/report.js';
import { loadBinaryen } from '../../compiler/emit/binaryen.js';
import { emitPeak } from '../../compiler/emit/peak.js';
import { makePlayground, mlp, type Playground } from './playground.js';

await loadBinaryen();

let playground: Playground;
test.before(async () => {
  playground = await makePlayground();
});
test.after.always(() => playground.remove());

const quick = ['--repeat', '1'];

async function profiled(...argv: string[]): Promise<string> {
  const { code, stdout, stderr } = await playground.nacre('profile', ...argv, ...quick);
  if (code !== 0) throw new Error(stderr);
  return stdout;
}

/** Tables without what a run measured, and without the order that it gave to layers and kernels. */
function withoutTimes(text: string): string {
  const sections = text.replace(/Node [\d.]+/, 'Node').split('\n\n');
  return sections
    .map((section, index) => {
      const rows = section.split('\n').map((line) => line.trim().split(/ {2,}/));
      if (index === 0) return rows.map((row) => row.slice(0, 5).join(' | '));
      if (index === 3) return rows.map((row) => row.join(' | ').replaceAll(/-?\d[\d,.]*(?= \||[ %]|$)/g, 'N'));
      const [head, ...groups] = rows.map((row) => row.slice(0, 2).join(' | '));
      return [head!, ...groups.sort()];
    })
    .map((lines) => lines.join('\n'))
    .join('\n\n');
}

test('profile prints steps, layers, kernels and calls', async (t) => {
  t.snapshot(withoutTimes(await profiled('@keras.json', '--dims', 'batch=2')), 'bound');
  t.snapshot(withoutTimes(await profiled('@linear.json')), 'open');
  t.snapshot(withoutTimes(await profiled('@identity.onnx')), 'nothing to multiply');
});

const number = { type: 'number' } as const;
const count = { type: 'integer', minimum: 0 } as const;
const share = { type: 'number', minimum: 0 } as const;
const shapes = { type: 'array', items: { type: 'array', items: count } } as const;

const closed = (properties: Readonly<Record<string, object>>): object => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
});

const figures = {
  ...{ time: share, share, multiplyAdds: count, operations: count, read: count, written: count },
  ...{ gflops: share, ofPeak: share, bandwidth: share },
};
const group = { type: 'array', items: closed({ name: { type: 'string' }, steps: count, ...figures }) };
const text = { type: 'string' } as const;

/** What `--json` prints. */
const schema = closed({
  ...{
    model: text,
    target: { enum: ['baseline', 'relaxed'] },
    seed: { type: 'string', pattern: '^\\d+$' },
    host: text,
  },
  sizes: { type: 'object', additionalProperties: count },
  steps: {
    type: 'array',
    items: closed({
      ...{ step: count, kernel: text, layers: { type: 'array', items: text, minItems: 1 }, reason: text },
      ...{ inputs: shapes, outputs: shapes, ...figures },
    }),
  },
  layers: group,
  kernels: group,
  total: closed(figures),
  times: closed({
    ...{ passes: count, pass: share, module: number, run: number, forward: number, prepare: share, peak: share },
  }),
});

interface Json {
  readonly seed: string;
  readonly sizes: Readonly<Record<string, number>>;
  readonly steps: readonly {
    readonly layers: readonly string[];
    readonly time: number;
    readonly multiplyAdds: number;
  }[];
  readonly total: { readonly multiplyAdds: number; readonly time: number };
}

const validate = new Ajv2020({ allErrors: true }).compile(schema);

async function json(...argv: string[]): Promise<Json> {
  const result = JSON.parse(await profiled(...argv, '--json')) as Json;
  if (!validate(result)) throw new Error(JSON.stringify(validate.errors));
  return result;
}

test('the result of --json follows its schema, whatever kind the model is', async (t) => {
  const keras = await json('@keras.json', '--seed', '5');
  t.deepEqual([keras.seed, keras.sizes, keras.total.multiplyAdds], ['5', { batch: 1 }, 418816]);
  t.is(
    keras.steps.reduce((sum, { time }) => sum + time, 0),
    keras.total.time,
  );
  t.deepEqual((await json('@keras.json', '--dims', 'batch=3')).total.multiplyAdds, 3 * 418816);
  t.is((await json('@keras.mjs')).steps.length, 6);
  t.deepEqual((await json('@identity.onnx')).total.multiplyAdds, 0);
  t.deepEqual((await json('@linear.json', '--input', 'x=@rows.json')).sizes, { batch: 2 });
  t.deepEqual((await json('@tokens.json', '--input', 'ids=@ids.npy')).sizes, { time: 3 });
});

test('a compiled module is profiled at any sizes, where it was compiled for that', async (t) => {
  await playground.nacre('compile', '@keras.json', '-o', '@steps.wasm', '--profile', '--weights', 'external');
  const profile = await json('@steps.wasm', '--dims', 'batch=4');
  t.deepEqual([profile.sizes, profile.total.multiplyAdds], [{ batch: 4 }, 4 * 418816]);
  t.deepEqual((await json('@steps.wasm')).sizes, { batch: 1 });
  await playground.nacre('compile', '@keras.json', '-o', '@plain.wasm');
  const plain = await readFile(join(playground.folder, 'plain.wasm'));
  t.false(plain.includes('"steps"'));
});

const faults: readonly (readonly [code: number, argv: readonly string[], stderr: string])[] = [
  [2, ['@none.json'], '@/none.json: cannot be read: no such file or folder'],
  [2, ['@keras.json', '--repeat', '0'], "--repeat: must be a whole number of at least 1, got '0'"],
  [2, ['@keras.json', '--dims', 'rows=1'], "dims: the model has no dim 'rows'"],
  [2, ['@keras.json', '--target', 'fast'], "compile.target: must be 'baseline' or 'relaxed', got 'fast'"],
  [2, ['@keras.json', '--input', 'z=@rows.json'], "--input: the model has no input 'z'; this model has x"],
  [1, ['@wrong.json'], "layers[0]: unknown kind 'Dense'; did you mean 'dense'?"],
  [1, ['@tokens.json', '--input', 'ids=@five.json'], 'forward: the index at position 1 is outside its table'],
  [2, ['@open.wasm'], '@/open.wasm: was compiled without --profile; compile it again, or give its source'],
  [2, ['@timed.wasm', '--target', 'baseline'], '--target: a compiled module has one already'],
  [2, ['@timed.wasm', '--dims', 'batch<=4'], '--dims: a compiled module keeps batch open, and takes one size each'],
  [2, ['@timed.wasm', '--dims', 'rows=4'], '--dims: a compiled module keeps batch open, and takes one size each'],
  [2, ['@bound.wasm', '--dims', 'batch=4'], '--dims: a compiled module has no open sizes'],
];

test('faults', async (t) => {
  const { nacre, folder } = playground;
  await writeFile(join(folder, 'five.json'), '[0, 5]');
  await nacre('compile', '@keras.json', '-o', '@open.wasm');
  await nacre('compile', '@keras.json', '-o', '@timed.wasm', '--profile');
  await nacre('compile', '@keras.json', '-o', '@bound.wasm', '--profile', '--dims', 'batch=1');
  for (const [code, argv, expected] of faults) {
    const found = await nacre('profile', ...argv, ...(argv.includes('--repeat') ? [] : quick));
    t.is(found.code, code, argv.join(' '));
    t.is(found.stdout, '');
    t.true(found.stderr.startsWith(expected), found.stderr);
  }
});

test('sizes of manifests are read', (t) => {
  const value = dimReader(new Map(Object.entries({ batch: 3, 'x[1]': 5, 'x[1].y': 7, floor: 2, max: 4 })));
  const found = [
    ...[12, 'batch', '2*batch + 1', '-batch*x[1] + 20', 'batch*batch - 2*x[1].y + 10', 'floor*max'],
    ...[
      'floor((x[1] + 1)/(2))',
      '4*floor((batch*x[1])/(batch - 1))',
      'max(batch, x[1] - 4)',
      'max(-1, floor((1)/(2)))',
    ],
  ].map(value);
  t.deepEqual(found, [12, 3, 7, 5, 5, 8, 3, 28, 3, 0]);
  for (const wrong of ['', 'other', '2*', 'max(1)', '2 3']) t.throws(() => value(wrong), { message: /is no size/ });
});

test('names of layers are shortened at their heads', (t) => {
  const long = `${'a/'.repeat(30)}conv`;
  t.is(printLayers(['conv', 'norm', 'relu']), 'conv + norm + relu');
  t.is(printLayers([long]), `…${long.slice(-39)}`);
  t.is(printLayers([long, 'norm', 'relu']), `…${long.slice(-39)} + 2`);
});

for (const target of ['baseline', 'relaxed'] as const) {
  const binary = emitPeak(target === 'relaxed') as BufferSource;
  (WebAssembly.validate(binary) ? test : test.skip)(`the peak loop multiplies and adds: ${target}`, (t) => {
    const module = new WebAssembly.Module(binary);
    const { peak } = new WebAssembly.Instance(module).exports as Readonly<
      Record<string, (steps: number, x: number, y: number) => number>
    >;
    t.deepEqual(WebAssembly.Module.imports(module), []);
    // Seven sums begin with x, six with y, and each step takes a to a x + y.
    t.is(peak!(0, 2, 3), 7 * 2 + 6 * 3);
    t.is(peak!(1, 2, 3), 7 * 7 + 6 * 9);
    t.is(peak!(2, 2, 3), 7 * 17 + 6 * 21);
  });
}

test('the models of the examples can be profiled', async (t) => {
  const { steps } = await json(mlp);
  t.deepEqual(
    steps.map(({ layers }) => layers),
    [['hidden'], ['y']],
  );
});
