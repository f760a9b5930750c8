import test from 'ava';
import { compileSources } from '../../compiler/custom/compile.js';
import { loadCompiler } from '../../compiler/custom/asc.js';
import type { CustomSource } from '../../compiler/custom/scope.js';
import { DeclarationError, OptionError } from '../../compiler/errors.js';

const initializer = (source: string, options: CustomSource['options'] = {}): CustomSource => ({
  name: 'gamma',
  options,
  source,
  role: 'initializer',
});
const layer = (source: string, options: CustomSource['options'] = {}): CustomSource => ({
  ...initializer(source, options),
  name: 'swish',
  role: 'elementwise',
});

const STATE = 'keeps state in a global variable; every call must stand for itself';
const MEMORY =
  'uses memory, as arrays, strings, objects, functions as values and tables of Mathf do; a source has numbers only';
const sample = (body: string): string => `export function sample(): f32 { ${body} }`;

const faults: readonly (readonly [custom: CustomSource, ...messages: string[]])[] = [
  // At the source's own lines and columns.
  [
    initializer('export function sample(): f32 {\n  const y: f64 = 2;\n  return q + y;\n}'),
    "gamma: source 3:10: Cannot find name 'q'",
    "gamma: source 3:10: Conversion from type 'f64' to 'f32' requires an explicit cast",
  ],
  [
    initializer('export function sample(): f32 {\n  let y: f64 = 2;\n  if (y > 1) return y;\n  return bits();\n}'),
    "gamma: source 3:21: Conversion from type 'f64' to 'f32' requires an explicit cast",
    "gamma: source 4:10: Conversion from type 'u32' to 'f32' requires an explicit cast",
  ],
  [initializer('\nexport function sample(): f32 {\n\treturn 1 }}'), 'gamma: source 3:12: Expression expected'],
  [
    initializer("import { one } from './one';\nexport function sample(): f32 { return one(); }"),
    "gamma: source 1:21: File 'one.ts' not found",
  ],
  [
    layer('export function apply(x: f32): f32 {\n  return x + uniform(); }'),
    "swish: source 2:14: Cannot find name 'uniform'; it is in scope of initializers only",
  ],
  [
    layer('export function apply(x: f32): f32 { return x * f32(dim(0)); }'),
    "swish: source 1:53: Cannot find name 'dim'; it is in scope of initializers only",
  ],
  // What must be exported.
  [
    initializer('function sample(): f32 { return 1; }', { alpha: 1 }),
    'gamma: source exports neither sample nor fill; write export function sample(alpha: f32): f32',
  ],
  [
    initializer('export function sample(): f32 { return 1; }\nexport function fill(data: usize, count: i32): void {}'),
    'gamma: source exports both sample and fill; keep one',
  ],
  [
    layer('export function sample(x: f32): f32 { return x; }', { beta: 1 }),
    'swish: source exports no apply; write export function apply(x: f32, beta: f32): f32',
  ],
  [
    initializer('export const sample = 3;'),
    'gamma: source exports neither sample nor fill; write export function sample(): f32',
  ],
  [
    initializer('export function sample(alpha: f32): f32 { return alpha; }', { alpha: 1, beta: 2 }),
    'gamma: must export sample(alpha: f32, beta: f32): f32, got sample(f32): f32',
  ],
  [
    initializer('export function sample(alpha: f64): f64 { return alpha; }', { alpha: 1 }),
    'gamma: must export sample(alpha: f32): f32, got sample(f64): f64',
  ],
  [
    initializer('export function fill(data: usize, count: i64): void {}'),
    'gamma: must export fill(data: usize, count: i32): void, got fill(i32, i64): void',
  ],
  [
    initializer('export function fill(data: usize, count: i32): f32 { return 0; }'),
    'gamma: must export fill(data: usize, count: i32): void, got fill(i32, i32): f32',
  ],
  [
    layer('export function apply(beta: f32): f32 { return beta; }', { beta: 1 }),
    'swish: must export apply(x: f32, beta: f32): f32, inputs first, got apply(f32): f32',
  ],
  [
    layer('export function apply(x: f32, n: i32): f32 { return x; }', { n: 1 }),
    'swish: must export apply(x: f32, n: f32): f32, inputs first, got apply(f32, i32): f32',
  ],
  [
    layer('export function apply(x: f32, beta: f32 = 1): f32 { return x * beta; }', { beta: 1 }),
    "swish: a parameter of apply has a default value; give it in the entry's options instead",
  ],
  // What must not be used.
  [initializer(sample('return f32(Math.random());')), 'gamma: uses Math.random; draw with uniform()'],
  [
    initializer('declare function host(): f32;\nexport function sample(): f32 { return host(); }'),
    "gamma: imports 'host', which is not in scope",
  ],
  [
    layer(
      '@external("custom", "uniform") declare function draw(a: f32, b: f32): f32;\nexport function apply(x: f32): f32 { return draw(x, 1); }',
    ),
    "swish: imports 'uniform', which is not in scope",
  ],
  [
    layer(
      '@external("custom", "log") declare function log2(a: f64): f32;\nexport function apply(x: f32): f32 { return log2(x); }',
    ),
    "swish: imports 'log', which is not in scope",
  ],
  [initializer(sample('return new Float32Array(bits())[0];')), `gamma: ${MEMORY}`],
  [initializer(`const t: StaticArray<f32> = [1, 2, 3];\n${sample('return t[bits() % 3];')}`), `gamma: ${MEMORY}`],
  [initializer(sample("return f32('four'.length + bits().toString().length);")), `gamma: ${MEMORY}`],
  [initializer(sample('return load<f32>(bits());')), `gamma: ${MEMORY}`],
  [initializer(sample('store<f32>(bits(), 1); return 1;')), `gamma: ${MEMORY}`],
  [initializer(sample('return f32(memory.size());')), `gamma: ${MEMORY}`],
  [initializer(sample('return Mathf.log(uniform());')), `gamma: ${MEMORY}`],
  [initializer('export function fill(data: usize, count: i32): void { memory.grow(count); }'), `gamma: ${MEMORY}`],
  [initializer('export function fill(data: usize, count: i32): void { heap.alloc(count); }'), `gamma: ${MEMORY}`],
  [layer('export function apply(x: f32): f32 { return load<f32>(i32(x)); }'), `swish: ${MEMORY}`],
  [initializer(`let n: f32 = 0;\n${sample('n += uniform(); return n;')}`), `gamma: ${STATE}`],
  [
    initializer(`const n: f32 = uniform();\n${sample('return n + uniform();')}`),
    'gamma: runs code outside of its functions; move it into sample',
  ],
  [
    initializer(
      `type F = (x: f32) => f32;\nconst fs: F[] = [];\n${sample('const f: F = bits() > 9 ? (x) => x + 1 : (x) => x - 1; return f(uniform());')}`,
    ),
    `gamma: ${MEMORY}`,
  ],
  [
    initializer('export function fill(data: usize, count: i32): void { store<f32>(data, f32(index())); }'),
    'gamma: fill has no index(); it numbers its elements itself',
  ],
];

for (const [custom, ...messages] of faults) {
  test(`${custom.role}: ${JSON.stringify(custom.source)}`, async (t) => {
    const error = await t.throwsAsync(compileSources([{ ...custom, pointer: '/functions/3' }]), {
      instanceOf: DeclarationError,
    });
    t.is(error.message, messages.join('\n'));
    t.deepEqual(
      error.issues.map(({ pointer, subject, code }) => [pointer, subject, code]),
      messages.map(() => ['/functions/3/source', custom.name, 'source']),
    );
  });
}

test('a source that the compiler cannot digest is a fault of the source', async (t) => {
  const deep = layer(`export function apply(x: f32): f32 { return ${'('.repeat(1e5)}x${')'.repeat(1e5)}; }`);
  const error = await t.throwsAsync(compileSources([deep]), { instanceOf: DeclarationError });
  t.regex(error.message, /^swish: source: the AssemblyScript compiler failed: /);
});

test('faults of all sources are reported at once', async (t) => {
  const sources = [layer('export function apply(x: f32): f32 { return y; }'), initializer('')];
  const error = await t.throwsAsync(compileSources(sources), { instanceOf: DeclarationError });
  t.deepEqual(
    error.issues.map(({ subject }) => subject),
    ['swish', 'gamma'],
  );
});

test('warnings are told', async (t) => {
  const source = 'export function apply(x: f32): f32 {\n  return x; }\nexport class Unused {}';
  const { warnings, functions } = await compileSources([layer(source)]);
  t.deepEqual(warnings, ['swish: source 3:14: Only variables, functions and enums become WebAssembly module exports']);
  t.true(functions.has('swish'));
});

test('without the AssemblyScript compiler an error says how to get it', async (t) => {
  const load = (subject: string) => loadCompiler(subject, () => Promise.reject(new Error('cannot find package')));
  const error = await t.throwsAsync(compileSources([layer('')], load), { instanceOf: OptionError });
  t.is(error.message, 'swish: needs the AssemblyScript compiler; npm install assemblyscript');
  await t.notThrowsAsync(compileSources([], load));
});

const totals: readonly (readonly [source: string, total: boolean])[] = [
  ['export function apply(x: f32): f32 { return x > 0 ? exp(x) : sin(x) / x; }', true],
  ['export function apply(x: f32): f32 { return f32(i32(x) % 4) + f32(i64(x) / 3); }', true],
  ['export function apply(x: f32): f32 { return f32(i32(x) % i32(x * x)); }', false],
  ['export function apply(x: f32): f32 { return f32(i64(x) / i64(x * x)); }', false],
  ['export function apply(x: f32): f32 { return f32(i32(x) / -1); }', false],
  ['export function apply(x: f32): f32 { while (x > 1) x *= 0.5; return x; }', false],
  ['export function apply(x: f32): f32 { if (x > 1) throw new Error("large"); return x; }', false],
  ['export function apply(x: f32): f32 { return x < 1 ? x : apply(x / 2) + apply(x / 3); }', false],
  [
    // 2³⁰ calls without a loop.
    `${Array.from({ length: 30 }, (_, i) => `function f${i}(x: f32): f32 { return f${i + 1}(x + 1) * f${i + 1}(sin(x)); }`).join('\n')}
     function f30(x: f32): f32 { return x; }\nexport function apply(x: f32): f32 { return f0(x); }`,
    false,
  ],
];
for (const [source, total] of totals) {
  test(`${total ? 'returns always' : 'may not return'}: ${source.slice(0, 80)}`, async (t) => {
    const { functions } = await compileSources([layer(source)]);
    t.is(functions.get('swish')!.total, total);
  });
}
