import fc from 'fast-check';
import test from 'ava';
import { compile } from '../../compiler/index.js';
import { describeShape } from '../../compiler/facts.js';
import { scratchOf, type FamilyName } from '../../compiler/plan/families.js';
import { GENERATOR_BYTES } from '../../compiler/plan/index.js';
import { substitute, symbol, type Dim } from '../../compiler/dim.js';
import { instantiateSync, ShapeError } from '../../runtime/index.js';
import { Host, status } from '../abi/host.js';
import { kernels } from '../random/kernels.js';

const size = fc.integer({ min: 1, max: 700 });

/** What the planner reserves for a variable, its sizes known and as symbols that are known later. */
function reserved(family: FamilyName, shape: readonly number[]): readonly Dim[] {
  const names = shape.map((_, axis) => `s${axis}`);
  const sizes = new Map(names.map((name, axis) => [name, shape[axis]!]));
  const open = scratchOf([family], describeShape(names.map(symbol), 'hwio'));
  return [scratchOf([family], describeShape(shape, 'hwio')), substitute(open, sizes)];
}

test('the memory of a generator is what its kernel takes', (t) => {
  t.is(GENERATOR_BYTES, kernels.torchState());
});

test('the scratch memory of an initializer is what its kernel takes', (t) => {
  const holds = (rows: number, columns: number): void => {
    const matrix = kernels.orthogonalScratch(rows, columns);
    t.deepEqual(reserved('orthogonal', [rows, columns]), [matrix, matrix]);
    const sparse = kernels.sparseScratch(rows, columns);
    t.deepEqual(reserved('sparse', [rows, columns]), [sparse, sparse]);
    const tap = kernels.deltaOrthogonalScratch(rows, columns);
    t.deepEqual(reserved('deltaOrthogonal', [3, 1, rows, columns]), [tap, tap]);
  };
  fc.assert(fc.property(size, size, holds), { numRuns: 300, seed: 5 });
  t.deepEqual(reserved('orthogonal', [7]), [0, 0]);
});

const modelOf = (features: number | null, weight: unknown, units = 64): string =>
  JSON.stringify({
    ...{ nacre: 1, rng: 'torch', inputs: [{ name: 'x', shape: ['batch', features] }], outputs: ['y'] },
    layers: [{ name: 'y', kind: 'dense', units, weight }],
  });

const KIB = 1024;

test('scratch memory counts against the limit: sizes known', async (t) => {
  const limit = { maxMemory: 192 * KIB };
  await t.notThrowsAsync(compile(modelOf(500, 'normal', 32), limit));
  await t.throwsAsync(compile(modelOf(500, 'orthogonal', 32), limit), { instanceOf: ShapeError, code: 'memory' });
  await t.throwsAsync(compile(modelOf(500, 'normal', 32), { ...limit, initializers: ['orthogonal'] }), {
    message: /^model: needs \d+ bytes of memory, above maxMemory 196608$/,
  });
});

test('scratch memory counts against the limit: sizes that wait', async (t) => {
  const { binary } = await compile(modelOf(null, 'orthogonal', 32), { maxMemory: 192 * KIB });
  const host = new Host(binary);
  t.is(host.infer([1, 500]), status.memoryLimit);
  t.is(host.word(4), 192 * KIB);
  t.true(host.word(8) > 192 * KIB);
  t.is(host.infer([1, 100]), status.ok);
  t.is(host.call('initialize', 0, 0, 0), status.ok);
  t.true(host.pages <= 3);
  const net = instantiateSync(binary);
  t.throws(() => net.resize({ x: [1, 500] }), { instanceOf: ShapeError, code: 'memory' });
  net.resize({ x: [1, 100] });
  net.run();
});

for (const weight of ['orthogonal', { kind: 'sparse', sparsity: 0.5 }, 'normal'] as const) {
  test(`memory is enough before any input, and is not what inputs need: ${JSON.stringify(weight)}`, async (t) => {
    for (const units of [2, 61, 127, 128, 200]) {
      const source = modelOf(units, weight, 2 * units).replace('"torch"', weight === 'normal' ? '"torch"' : '"philox"');
      const host = new Host((await compile(source)).binary);
      const { pages } = host;
      t.is(host.call('initialize', 1, 2, 0), status.ok);
      const before = host.parameters();
      t.is(host.infer([3000, units]), status.ok);
      t.true(host.pages > pages);
      t.is(host.call('forward'), status.ok);
      t.deepEqual(host.parameters(), before);
      t.is(host.call('initialize', 1, 2, 1), status.ok);
      t.deepEqual(host.parameters(), before, 'scratch stands elsewhere now');
    }
  });
}
