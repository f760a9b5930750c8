import test from 'ava';
import { makePlayground, type Playground } from './cli/playground.js';

let playground: Playground;
test.before(async () => {
  playground = await makePlayground();
});
test.after.always(() => playground.remove());

/** Exit code, command line, and how what it says on stderr begins. */
const faults: readonly (readonly [code: number, argv: readonly string[], stderr: string])[] = [
  [2, [], 'nacre: a command is missing; see nacre --help'],
  [2, ['frob'], "nacre: unknown command 'frob'; see nacre --help"],
  [2, ['sumary'], "nacre: unknown command 'sumary'; did you mean 'summary'?"],
  [2, ['summary'], 'summary: MODEL is missing; see nacre summary --help'],
  [2, ['summary', 'a.json', 'b.json'], "summary: unexpected argument 'b.json'; see nacre summary --help"],
  [2, ['summary', '--jsn'], "summary: unknown option '--jsn'; did you mean '--json'?; see nacre summary --help"],
  [2, ['summary', '--json=yes'], 'summary: --json takes no value; see nacre summary --help'],
  [2, ['compile', '@keras.json'], 'compile: -o FILE is missing; see nacre compile --help'],
  [2, ['compile', '@keras.json', '-o'], 'compile: -o needs FILE; see nacre compile --help'],
  [2, ['compile', '@keras.json', '-o', '--json'], 'compile: -o needs FILE; see nacre compile --help'],
  [2, ['compile', 'a', '--seed', '1', '--seed=2'], 'compile: --seed is given twice; see nacre compile --help'],
  [
    2,
    ['compile', '@keras.json', '-o', '@n.wasm', '--error-budget', '-1'],
    "--error-budget: must be a number of at least 0, got '-1'",
  ],
  [
    2,
    ['compile', '@keras.json', '-o', '@n.wasm', '--seed', '-1'],
    "--seed: must be a whole number from 0 to 2^64 - 1, got '-1'",
  ],
  [
    2,
    ['compile', '@keras.json', '-o', '@n.wasm', '--seed', '18446744073709551616'],
    "--seed: must be a whole number from 0 to 2^64 - 1, got '18446744073709551616'",
  ],
  [
    2,
    ['compile', '@keras.json', '-o', '@n.wasm', '--dims', 'batch'],
    "--dims: must be NAME=SIZE, NAME<=SIZE or NAME>=SIZE, joined by commas, got 'batch'",
  ],
  [
    2,
    ['compile', '@keras.json', '-o', '@n.wasm', '--dims', 'batch=1,'],
    "--dims: must be NAME=SIZE, NAME<=SIZE or NAME>=SIZE, joined by commas, got ''",
  ],
  [
    2,
    ['compile', '@keras.json', '-o', '@n.wasm', '--dims', 'batch=x'],
    "--dims: must be NAME=SIZE, NAME<=SIZE or NAME>=SIZE, joined by commas, got 'batch=x'",
  ],
  [2, ['compile', '@keras.json', '-o', '@n.wasm', '--dims', 'batch=1,batch<=4'], '--dims: batch is given twice'],
  [
    2,
    ['compile', '@keras.json', '-o', '@n.wasm', '--dims', 'batches=1'],
    "dims: the model has no dim 'batches'; did you mean 'batch'?",
  ],
  [
    2,
    ['compile', '@keras.json', '-o', '@n.wasm', '--target', 'fast'],
    "compile.target: must be 'baseline' or 'relaxed', got 'fast'",
  ],
  [
    2,
    ['compile', '@keras.json', '-o', '@n.wasm', '--weights', 'seeds'],
    "compile.weights: must be 'seed', 'embed' or 'external', got 'seeds'",
  ],
  [
    2,
    ['compile', '@keras.json', '-o', '@n.wasm', '--max-memory', '1GB'],
    "--max-memory: must be a whole number of at least 1, got '1GB'",
  ],
  [
    2,
    ['compile', '@keras.json', '--stop-after', 'plans'],
    "--stop-after: must be declaration, lower, optimize, plan, got 'plans'; did you mean 'plan'?",
  ],
  [2, ['compile', '@nowhere.json', '-o', '@n.wasm'], '@/nowhere.json: cannot be read: no such file or folder'],
  [2, ['compile', '@taken.wasm', '-o', '@n.wasm'], '@/taken.wasm: cannot be read: it is a folder'],
  [2, ['summary', '@model.keras'], '@/model.keras: cannot be read: no such file or folder'],
  [1, ['summary', '@bad.h5'], '@/bad.h5: is no file of Keras: neither a zip archive nor HDF5'],
  [
    2,
    ['compile', '@model.bin', '-o', '@n.wasm'],
    '@/model.bin: is no model; the name must end in .json, .js, .mjs, .ts, .onnx, .keras, .h5 or .wasm',
  ],
  [2, ['compile', '@empty.wasm', '-o', '@n.wasm'], '@/empty.wasm: is compiled already'],
  [2, ['compile', '@keras.json', '-o', '@none/n.wasm'], '@/none/n.wasm: cannot be written: no such file or folder'],
  [2, ['compile', '@keras.json', '-o', '@taken.wasm'], '@/taken.wasm: cannot be written: it is a folder'],
  [
    2,
    ['compile', '@keras.json', '-o', '@n.wasm', '--wat', '@none/n.wat'],
    '@/none/n.wat: cannot be written: no such file or folder',
  ],
  [1, ['compile', '@broken.json', '-o', '@n.wasm'], 'declaration: is not valid JSON: '],
  [1, ['compile', '@wrong.json', '-o', '@n.wasm'], "layers[0]: unknown kind 'Dense'; did you mean 'dense'?\n"],
  [1, ['compile', '@throws.mjs', '-o', '@n.wasm'], '@/throws.mjs: cannot be loaded: TypeError: no such layer'],
  [
    1,
    ['compile', '@number.mjs', '-o', '@n.wasm'],
    '@/number.mjs: its default export must be a graph or a declaration, got 42',
  ],
  [
    1,
    ['compile', '@keras.json', '-o', '@n.wasm', '--dims', 'batch=4294967295'],
    'model: needs 184992831474016 bytes of memory, above maxMemory 1073741824',
  ],
  [1, ['summary', '@bad.wasm'], '@/bad.wasm: is no WebAssembly module'],
  [1, ['summary', '@empty.wasm'], '@/empty.wasm: was not compiled by nacre, or is cut off'],
  [1, ['summary', '@bad.onnx'], '@/bad.onnx: is damaged at byte '],
  [1, ['run', '@empty.wasm'], '@/empty.wasm: the module is damaged or not of nacre; load it again\n'],
  [1, ['run', '@bad.wasm'], '@/bad.wasm: the module is damaged or refused; load it again ('],
  [2, ['run', '@linear.json'], '--input: x is missing; this model takes x'],
  [2, ['run', '@linear.json', '--input', 'x'], "--input: must be NAME=FILE, got 'x'"],
  [2, ['run', '@linear.json', '--input', 'v=@rows.json'], "--input: the model has no input 'v'; this model has x"],
  [2, ['run', '@linear.json', '--input', 'x=@rows.json', '--input', 'x=@rows.npy'], '--input: x is given twice'],
  [
    2,
    ['run', '@linear.json', '--input', 'x=@rows.json', '--output', 'q=@q.npy'],
    "--output: the model has no output 'q'; this model has y, z",
  ],
  [
    2,
    ['run', '@linear.json', '--input', 'x=@rows.json', '--output', 'y=@q.txt'],
    '--output: @/q.txt must end in .npy or .json',
  ],
  [
    2,
    ['run', '@linear.json', '--input', 'x=@rows.json', '--repeat', '0'],
    "--repeat: must be a whole number of at least 1, got '0'",
  ],
  [
    2,
    ['run', '@linear.json', '--input', 'x=@model.bin'],
    '@/model.bin: is no input; the name must end in .npy or .json',
  ],
  [2, ['run', '@linear.json', '--input', 'x=@broken.json'], '@/broken.json: is not valid JSON: '],
  [2, ['run', '@linear.json', '--input', 'x=@bad.npy'], '@/bad.npy: is no .npy file'],
  [1, ['run', '@linear.json', '--input', 'x=@twenty.json'], 'x: axis 1 must be 2, got 20'],
  [
    1,
    ['run', '@linear.json', '--input', 'x=@rows.json', '--seed', '3'],
    "initialize: the module carries values, not recipes; compile with weights: 'seed'",
  ],
  [1, ['verify', '@empty.wasm'], '@/empty.wasm: the module is damaged or not of nacre; load it again'],
  [
    2,
    ['compile', '@linear.json', '--stop-after', 'plan', '--self-test', '@rows.npy'],
    '--self-test: excludes --stop-after',
  ],
  [
    2,
    ['compile', '@linear.json', '-o', '@n.wasm', '--self-test', 'v=@rows.npy'],
    "--self-test: the model has no input 'v'; this model has x",
  ],
  [
    2,
    ['compile', '@linear.json', '-o', '@n.wasm', '--self-test', '@none.npy'],
    '@/none.npy: cannot be read: no such file',
  ],
  [
    2,
    ['compile', '@linear.json', '-o', '@n.wasm', '--self-test', '@twenty.json'],
    'compile.selfTest: x: axis 1 must be 2, got 20',
  ],
  [
    2,
    ['compile', '@linear.json', '-o', '@n.wasm', '--weights', 'external', '--self-test', '@rows.npy'],
    "compile.selfTest: the weights would be in a file; compile with weights: 'embed'",
  ],
  [2, ['verify', '@linear.json', '--layers'], '--layers: only values of ONNX models can be compared'],
  [2, ['verify', '@linear.json', '--against', 'onnx'], "--against: must be onnxruntime or tfjs, got 'onnx'"],
  [
    2,
    ['verify', '@linear.json', '--against', 'onnxruntime'],
    '--against: onnxruntime runs ONNX models only; leave --against out for the naive evaluation',
  ],
  [
    2,
    ['verify', '@linear.json', '--against', 'tfjs'],
    '--against: tfjs runs its own models only; leave --against out for the naive evaluation',
  ],
  [
    2,
    ['verify', '@identity.onnx', '--against', 'onnxruntime'],
    '--against: onnxruntime-node is not installed; npm install onnxruntime-node',
  ],
  [2, ['verify', '@linear.json', '--tolerance', '-1'], "--tolerance: must be a number of at least 0, got '-1'"],
  [
    2,
    ['verify', '@linear.json', '--tolerance', '1', '--atol', '1'],
    '--tolerance: excludes --rtol and --atol; give one or the other',
  ],
];

for (const [code, argv, stderr] of faults) {
  test(`nacre ${argv.join(' ')}`, async (t) => {
    const result = await playground.nacre(...argv);
    t.is(result.code, code, result.stderr);
    t.is(result.stdout, '');
    t.true(result.stderr.startsWith(stderr), result.stderr);
    t.regex(result.stderr, /[^.]\n$/);
    t.notRegex(result.stderr, /^ +at |internal/m);
  });
}

test('a fault that is not the model’s is internal, with a stack', async (t) => {
  const { code, stderr } = await playground.nacre('summary', '@trap.mjs');
  t.is(code, 3);
  t.regex(stderr, /^internal: RangeError: trap\n +at /);
});
