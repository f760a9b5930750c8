import test from 'ava';
import { OptionError } from '../../compiler/errors.js';
import {
  asksForModel,
  checkOptions,
  parseQuery,
  settingsOf,
  splitQuery,
  type ModelOptions,
  type NacreOptions,
} from '../../compiler/plugin/options.js';

const queries: readonly (readonly [query: string, options: ModelOptions])[] = [
  ['?nacre', {}],
  ['?nacre=', {}],
  ['?seed=7&nacre', { seed: 7n }],
  ['?nacre&seed=18446744073709551615&target=both', { seed: 2n ** 64n - 1n, target: 'both' }],
  ['?nacre&dims=batch=1,time<=512', { dims: { batch: 1, time: { max: 512 } } }],
  ['?nacre&dims=batch=1&dims=time%3C=512', { dims: { batch: 1, time: { max: 512 } } }],
  ['?nacre&bind=sr=16000&bind=shape=[1,2]&bind=k=k.npy', { bind: { sr: 16000, shape: [1, 2], k: 'k.npy' } }],
  ['?nacre&inline', { inline: true }],
  ['?nacre&inline=false&runtime=forward', { inline: false, runtime: 'forward' }],
  ['?nacre&weights=external&storage=int8', { weights: 'external', storage: 'int8' }],
  ['?nacre&tensors=torch.safetensors&tensorLayout=oi', { tensors: 'torch.safetensors', tensorLayout: 'oi' }],
  ['?nacre&initializers=normal,uniform', { initializers: ['normal', 'uniform'] }],
  ['?nacre&initializers=all&parameters=frozen&rng=torch', { initializers: 'all', parameters: 'frozen', rng: 'torch' }],
  ['?nacre&maxMemory=1048576&errorBudget=0', { maxMemory: 1048576, errorBudget: 0 }],
];

for (const [query, options] of queries) {
  test(`query ${query}`, (t) => t.deepEqual(parseQuery(query, 'm.onnx'), options));
}

const names =
  'target, weights, storage, tensors, tensorLayout, seed, rng, parameters, dims, bind, initializers, maxMemory, ' +
  'errorBudget, inline, runtime';

const refused: readonly (readonly [query: string, message: string])[] = [
  ['?nacre&sed=7', `m.onnx: unknown option 'sed' (there are ${names}); did you mean 'seed'?`],
  ['?nacre&colour=red', `m.onnx: unknown option 'colour' (there are ${names})`],
  ['?nacre=1', `m.onnx: unknown option 'nacre' (there are ${names})`],
  ['?nacre&seed=-1', "m.onnx: seed: must be a whole number from 0 to 2^64 - 1, got '-1'"],
  ['?nacre&seed=1&seed=2', 'm.onnx: seed: is given twice'],
  [
    '?nacre&target=relax',
    "m.onnx: target: must be 'baseline', 'relaxed' or 'both', got 'relax'; did you mean 'relaxed'?",
  ],
  ['?nacre&runtime=none', "m.onnx: runtime: must be 'full' or 'forward', got 'none'"],
  ['?nacre&inline=yes', "m.onnx: inline: must be true or false, got 'yes'"],
  ['?nacre&tensors', 'm.onnx: tensors: needs a value'],
  ['?nacre&dims=batch', "m.onnx: dims: must be NAME=SIZE, NAME<=SIZE or NAME>=SIZE, joined by commas, got 'batch'"],
  ['?nacre&dims=batch=1&dims=batch=2', 'm.onnx: dims: batch is given twice'],
  ['?nacre&bind=sr', "m.onnx: bind: must be NAME=VALUE, got 'sr'"],
  ['?nacre&bind=sr=fast', "m.onnx: bind: 'fast' is no number, nested list or .npy or .json file"],
  ['?nacre&maxMemory=1.5', "m.onnx: maxMemory: must be a whole number of at least 1, got '1.5'"],
  ['?nacre&dims=batch=100%', "m.onnx: 'batch=100%' is no text of a URL; write % as %25"],
];

for (const [query, message] of refused) {
  test(`query ${query} is refused`, (t) => {
    t.throws(() => parseQuery(query, 'm.onnx'), { instanceOf: OptionError, message });
  });
}

const wrong: readonly (readonly [options: object, message: RegExp])[] = [
  [{ sed: 7 }, /^nacre: unknown option 'sed' \(.*\); did you mean 'seed'\?$/],
  [{ weights: 'none' }, /^nacre: weights: must be 'seed', 'embed' or 'external', got 'none'$/],
  [{ inline: 1 }, /^nacre: inline: must be true or false, got 1$/],
  [{ tensors: '' }, /^nacre: tensors: must be a path, got ''$/],
  [{ include: '*.onnx' }, /^nacre: include: must be a RegExp or a list of them, got '\*\.onnx'$/],
  [{ platform: 'deno' }, /^nacre: platform: must be 'browser', 'node', 'cloudflare' or 'any', got 'deno'$/],
  [{ cache: true }, /^nacre: cache: must be a folder or false, got true$/],
  [{ types: 'models.ts' }, /^nacre: types: must be true, false or a file in \.d\.ts, got 'models\.ts'$/],
];

for (const [options, message] of wrong) {
  test(`options ${JSON.stringify(options)} are refused`, (t) => {
    t.throws(() => checkOptions(options as NacreOptions), { instanceOf: OptionError, message });
  });
}

test('which queries ask for a model', (t) => {
  const asking = ['?nacre', '?nacre&seed=1', '?seed=1&nacre', '?nacre='];
  const others = ['', '?url', '?nacres', '?nacre-model', '?seed=nacre', '?nacre=2'];
  t.deepEqual([...asking, ...others].filter(asksForModel), asking);
});

test('an import is cut at its first question mark', (t) => {
  t.deepEqual(splitQuery('./a?b?c'), ['./a', '?b?c']);
  t.deepEqual(splitQuery('./a'), ['./a', '']);
});

test('what an import says comes before what the plugin was called with', (t) => {
  const settings = settingsOf({ seed: 1, target: 'both', cache: false, include: /x/ }, { seed: 2n, inline: true });
  t.deepEqual(settings, { inline: true, seed: 2n, target: 'both' });
  t.deepEqual(Object.keys(settings), ['inline', 'seed', 'target']);
});
