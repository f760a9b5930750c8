import { readFileSync } from 'node:fs';
import test, { type ExecutionContext } from 'ava';
import { compile, type CompileOptions } from '../compiler/index.js';
import { initializerCodes, Status } from '../runtime/manifest.js';
import { bitsOf, Host, ramp, status } from './abi/host.js';
import { convolutional, everyActivation, joined, latched, lookup, mlp, type Model, stateful } from './abi/models.js';
import { IMPORT, limitMemory, sectionsOf } from './abi/sections.js';

const binaryOf = async (model: Model, options: CompileOptions = {}): Promise<Uint8Array> =>
  (await compile(JSON.stringify(model), options)).binary;
const hostOf = async (model: Model, options?: CompileOptions): Promise<Host> =>
  new Host(await binaryOf(model, options));

const volume = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

/** Settles sizes, feeds values and runs; the bits of the outputs. */
function run(t: ExecutionContext, host: Host, shapes: readonly (readonly number[])[], seed = 0): Uint32Array {
  const code = host.infer(...shapes);
  t.is(code, status.ok, host.failure(code));
  host.write(...shapes.map((shape, i) => ramp(volume(shape) + i + seed).subarray(i + seed)));
  t.is(host.call('initialize', 0, 0, 0), status.ok);
  t.is(host.call('forward'), status.ok);
  return host.read();
}

/** That a refused call left sizes, inputs and outputs as they were, and that the module still computes. */
function stillAnswers(t: ExecutionContext, host: Host, expected: Uint32Array, shapes: readonly number[][]): void {
  t.deepEqual(
    host.manifest.inputs.map((port) => host.dims(port)),
    shapes,
    'the sizes in the table',
  );
  t.deepEqual(host.read(), expected, 'the outputs as they stand');
  for (const port of host.manifest.outputs) host.view(port).fill(0);
  t.is(host.call('forward'), status.ok);
  t.deepEqual(host.read(), expected, 'the outputs computed again from the inputs as they stand');
}

const exported = [
  ...['abiVersion', 'failed', 'forward', 'infer', 'initialize', 'initializeParameter', 'memory', 'prepare'],
  ...['readParameter', 'sampleParameter', 'table', 'writeParameter'],
];

test('docs/abi.md names the exports, the statuses and the codes that there are', (t) => {
  const text = readFileSync(new URL('../../docs/abi.md', import.meta.url), 'utf8');
  const rows = (pattern: RegExp): string[][] => [...text.matchAll(pattern)].map(([, ...parts]) => parts);
  t.deepEqual(
    rows(/^\| `(\w+)` +\| (?:`\(|memory )/gm)
      .flat()
      .sort(),
    [...exported, 'assertSelfTest', 'decodeParameter', 'reset', 'selfTest', 'step'].sort(),
  );
  const statuses = rows(/^\| (−?\d+) +\| `(\w+)`/gm).map(([code, name]) => [name, Number(code!.replace('−', '-'))]);
  t.deepEqual(Object.fromEntries(statuses), { ...Status });
  const { own, ownSeed, custom, varianceScaling, ...plain } = initializerCodes;
  const families = rows(/^\| (\d+) +\|.*\| `(\w+)` +\|$/gm).map(([code, name]) => [name, Number(code)]);
  t.deepEqual(Object.fromEntries(families), plain);
  for (const row of [`| ${own} `, `| ${varianceScaling} + 4 · m + d `, `| ${custom} + i `, `\n${ownSeed} is added`]) {
    t.true(text.includes(row), row);
  }
});

for (const [name, model, options] of [
  ['with a free dim', mlp, {}],
  ['with a latched dim', latched, {}],
  ['with no open dim', convolutional, { dims: { batch: 1 } }],
  ['without variables', joined, {}],
  ['with embedded weights', mlp, { weights: 'embed' }],
  ['with external weights', mlp, { weights: 'external' }],
  ['with states', stateful, {}],
] as const) {
  test(`a module ${name} has no imports, and exports what ABI version 1 names`, async (t) => {
    const host = await hostOf(model, options);
    const besides = [...(host.manifest.weights ? ['decodeParameter'] : []), ...(model === stateful ? ['reset'] : [])];
    t.deepEqual([...Object.keys(host.functions), 'memory'].sort(), [...exported, ...besides].sort());
    t.is(host.call('abiVersion'), 1);
    t.is(host.call('table'), host.manifest.table);
    for (const target of ['baseline', 'relaxed'] as const) {
      const sections = sectionsOf(await binaryOf(model, { ...options, target }));
      t.false(
        sections.some(({ id }) => id === IMPORT),
        target,
      );
    }
  });
}

for (const [name, model, shape] of [
  ['dense layers', mlp, [10]],
  ['convolutions', convolutional, [9, 9, 3]],
  ['activations', everyActivation, [34]],
] as const) {
  test(`${name}: one instance computes any batch bit for bit as a module of that size`, async (t) => {
    const host = await hostOf(model);
    const alone = new Map<number, Uint32Array>();
    for (const batch of [1, 300, 1, 7]) {
      const before = host.pages;
      const got = run(t, host, [[batch, ...shape]]);
      t.true(host.pages >= before, 'memory never shrinks');
      if (!alone.has(batch)) {
        const fixed = await hostOf(model, { dims: { batch } });
        t.deepEqual(fixed.manifest.symbols, []);
        alone.set(batch, run(t, fixed, [[batch, ...shape]]));
      }
      t.deepEqual(got, alone.get(batch), `batch ${batch}`);
      for (const { table } of [...host.manifest.inputs, ...host.manifest.outputs]) t.is(host.word(table) % 16, 0);
    }
  });
}

test('a latched dim is what the first input says; another size is refused and the old ones stand', async (t) => {
  const host = await hostOf(latched);
  t.is(host.call('initialize', 0, 0, 0), status.notInferred);
  t.is(host.call('readParameter', 0), status.notInferred);
  t.is(host.call('writeParameter', 0), status.notInferred);
  t.is(host.call('initializeParameter', 0, 255, 0, 0, 0, 0), status.notInferred);
  const first = run(t, host, [[2, 20]]);
  t.is(host.parameter(0).words.length, 20 * 6);
  const code = host.infer([3, 21]);
  t.is(code, status.shape);
  const check = host.call('failed');
  t.is(host.manifest.checks[check]![0], 'x');
  t.is(host.failure(code), 'x: axis 1 was fixed at 20 by the first input, got 21; instantiate again for another size');
  stillAnswers(t, host, first, [[2, 20]]);
  t.not(run(t, host, [[5, 20]]).length, first.length);
  const fixed = await hostOf({ ...latched, inputs: [{ name: 'x', shape: [2, 20] }] });
  t.deepEqual(first, run(t, fixed, [[2, 20]]), 'the bits of a module whose size was known');
});

test('a refused first input latches nothing', async (t) => {
  const host = await hostOf(latched, { dims: { batch: { max: 4 } } });
  t.is(host.failure(host.infer([5, 21])), 'x: batch 5 is above its limit 4');
  t.is(host.call('forward'), status.notInferred);
  t.is(run(t, host, [[4, 20]]).length, 24);
});

test('a module without open dims works at once, and refuses other sizes', async (t) => {
  const host = await hostOf(mlp, { dims: { batch: 2 } });
  t.deepEqual(host.dims(host.manifest.inputs[0]!), [2, 10]);
  host.write(ramp(20));
  t.is(host.call('forward'), status.uninitialized);
  t.is(host.call('failed'), 0);
  t.is(host.call('initialize', 0, 0, 0), status.ok);
  t.is(host.call('forward'), status.ok);
  const expected = host.read();
  const pages = host.pages;
  t.is(host.infer([2, 10]), status.ok);
  for (const [shape, text] of [
    [[3, 10], 'x: axis 0 must be 2, got 3'],
    [[2, 11], 'x: axis 1 must be 10, got 11'],
    [[2, 0xffffffff], 'x: axis 1 must be 10, got 4294967295'],
  ] as const) {
    t.is(host.failure(host.infer(shape)), text);
    stillAnswers(t, host, expected, [[2, 10]]);
  }
  t.is(host.pages, pages);
});

test('equal names are equal sizes, and sizes that follow from others are checked', async (t) => {
  const host = await hostOf(joined);
  const shapes = [
    [2, 3],
    [2, 3],
    [2, 6],
  ];
  const expected = run(t, host, shapes);
  for (const [others, text] of [
    [[[2, 3], [1, 3], [2, 6]], 'b: axis 0 must be 2, as axis 0 of a, got 1'], // prettier-ignore
    [[[2, 3], [2, 4], [2, 6]], 'b: axis 1 must be 3, as axis 1 of a, got 4'], // prettier-ignore
    [[[2, 3], [2, 3], [2, 7]], 'c: axis 1 must be 6, got 7'], // prettier-ignore
    [[[0, 3], [0, 3], [0, 6]], 'a: batch 0 is below its least 1'], // prettier-ignore
  ] as const) {
    t.is(host.failure(host.infer(...others)), text);
    stillAnswers(t, host, expected, shapes);
  }
  const [a, b, c] = [ramp(8), ramp(8).map((value) => -value), ramp(16)];
  t.is(host.infer([2, 4], [2, 4], [2, 8]), status.ok);
  host.write(a, b, c);
  t.is(host.call('forward'), status.ok);
  const rows = [0, 4].flatMap((row) => [...a.subarray(row, row + 4), ...b.subarray(row, row + 4)]);
  t.deepEqual(host.read(), bitsOf(Float32Array.from(rows, (value, i) => value + c[i]!)));
});

test('limits of dims hold', async (t) => {
  const host = await hostOf(mlp, { dims: { batch: { min: 2, max: 64 } } });
  t.like(host.manifest.symbols[0], { name: 'batch', kind: 'free', input: 'x', axis: 0, min: 2, max: 64 });
  for (const batch of [2, 64]) t.is(run(t, host, [[batch, 10]]).length, batch * 7);
  const expected = run(t, host, [[3, 10]]);
  const pages = host.pages;
  for (const [batch, text] of [
    [0, 'x: batch 0 is below its least 2'],
    [1, 'x: batch 1 is below its least 2'],
    [65, 'x: batch 65 is above its limit 64'],
    [0xffffffff, 'x: batch 4294967295 is above its limit 64'],
  ] as const) {
    t.is(host.failure(host.infer([batch, 10])), text);
    stillAnswers(t, host, expected, [[3, 10]]);
  }
  t.is(host.pages, pages);
});

test('sizes that need more than maxMemory are refused before memory grows', async (t) => {
  const maxMemory = 3 * 65536 + 1000;
  const host = await hostOf(convolutional, { maxMemory });
  const expected = run(t, host, [[2, 9, 9, 3]]);
  t.is(host.manifest.memory.max, 3 * 65536, 'whole pages');
  const pages = host.pages;
  for (const batch of [100, 100_000, 0x7fffffff, 0x80000000, 0xffffffff]) {
    t.is(host.infer([batch, 9, 9, 3]), status.memoryLimit);
    t.is(host.word(4), 3 * 65536);
    t.true(host.word(8) > 3 * 65536);
    t.is(host.pages, pages);
    stillAnswers(t, host, expected, [[2, 9, 9, 3]]);
  }
  let most = 2;
  while (host.infer([most, 9, 9, 3]) === status.ok) most++;
  t.is(host.pages, 3, 'the last size that fits');
  t.is(run(t, host, [[most - 1, 9, 9, 3]]).length, (most - 1) * 5);
});

test('what needs more than maxMemory whatever the input is refused when compiling', async (t) => {
  const maxMemory = 65536;
  const wide = { ...mlp, layers: [{ name: 'y', kind: 'dense', units: 2000 }] };
  for (const [model, options] of [
    [convolutional, { dims: { batch: 9 } }],
    [wide, {}],
  ] as const) {
    const error = await t.throwsAsync(compile(JSON.stringify(model), { ...options, maxMemory }));
    t.regex(error.message, /^model: needs \d+ bytes of memory, above maxMemory 65536$/);
  }
});

test('sizes whose products pass 2^53 are refused, whatever they wrap to', async (t) => {
  const inputs = [{ name: 'x', shape: ['batch', 'height', 'width', 4] }];
  const small = [1, 9, 8, 4];
  const [batch, huge] = [0x1000000, 0xffffffff];
  const windows = { ...convolutional, inputs, layers: convolutional.layers.slice(0, 3), outputs: ['groups'] };
  const elements = { ...convolutional, inputs, layers: [{ name: 'y', kind: 'relu' }], outputs: ['y'] };
  for (const model of [windows, elements]) {
    const host = await hostOf(model);
    const expected = run(t, host, [small]);
    const pages = host.pages;
    for (const shape of [
      [huge, huge, huge, 4],
      [huge, 9, huge, 4],
      [batch, 0x1000000, 0x1000, 4],
      [batch, 0x1000000, 0x10000, 4],
      [0x40000000, 0x40000000, 9, 4],
      [1, 0x10000000, 9, 4],
    ]) {
      t.is(host.infer(shape), status.memoryLimit, shape.join(' × '));
      t.is(host.pages, pages);
      stillAnswers(t, host, expected, [small]);
    }
  }
});

test('memory that the host refuses leaves the module as it was', async (t) => {
  const host = new Host(limitMemory(await binaryOf(convolutional), 3));
  const expected = run(t, host, [[2, 9, 9, 3]]);
  const pages = host.pages;
  t.is(host.infer([1000, 9, 9, 3]), status.memoryRefused);
  t.true(host.word(8) > 3 * 65536, 'the bytes that it asked for');
  t.is(host.pages, pages);
  stillAnswers(t, host, expected, [[2, 9, 9, 3]]);
  t.is(run(t, host, [[3, 9, 9, 3]]).length, 15);
});

test('forward and prepare say what is missing', async (t) => {
  const host = await hostOf(mlp);
  for (const name of ['forward', 'prepare']) t.is(host.call(name), status.notInferred);
  t.is(host.infer([1, 10]), status.ok);
  for (const name of ['forward', 'prepare']) {
    t.is(host.call(name), status.uninitialized);
    t.is(host.call('failed'), 0);
  }
  t.is(host.setParameter(0, bitsOf(ramp(130))), status.ok);
  t.is(host.call('forward'), status.uninitialized);
  t.is(host.call('failed'), 1, 'the first variable that is not initialized');
  t.is(host.call('initialize', 0, 0, 0), status.ok);
  for (const name of ['prepare', 'forward', 'prepare', 'forward']) t.is(host.call(name), status.ok);
});

test('an index outside its table fails the forward, and the next one works', async (t) => {
  const host = await hostOf(lookup);
  t.is(host.infer([2, 3]), status.ok);
  t.is(host.call('initialize', 0, 0, 0), status.ok);
  const words = Int32Array.of(0, 19, 5, 7, 2, 3);
  const answer = (): Uint32Array => {
    host.write(words);
    t.is(host.call('forward'), status.ok);
    return host.read();
  };
  const expected = answer();
  for (const [position, index] of [
    [0, -1],
    [4, 20],
    [5, 0x7fffffff],
  ] as const) {
    host.write(words.with(position, index));
    t.is(host.call('forward'), status.index);
    t.is(host.call('failed'), position);
    t.deepEqual(answer(), expected);
  }
});
