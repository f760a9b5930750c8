import test from 'ava';
import * as nacre from '../compiler/index.js';

const { compile, dense, fromDeclaration, input, sequential, variable } = nacre;

const weight = variable({ name: 'shared-weight', shape: [10, 10], initializer: 'ones' });
const shared = sequential([
  input(['batch', 10]),
  dense({ units: 10, activation: 'relu', weight }),
  dense({ units: 10, activation: 'relu', weight }),
  dense({ units: 2, weight: new Float32Array(20).map((_, i) => i / 8) }),
]);
const open = sequential([dense({ units: 8, activation: 'gelu' }), dense({ units: 3, bias: [1, 2, 3] })]);

for (const [title, model] of Object.entries({ shared, open })) {
  test(`builder → JSON → builder gives the same bytes: ${title}`, async (t) => {
    const { binary } = await compile(model);
    const json = JSON.stringify(model.declaration);
    const again = fromDeclaration(json, model.tensors);
    t.deepEqual((await compile(json, { tensors: model.tensors })).binary, binary);
    t.deepEqual((await compile(again)).binary, binary);
    t.deepEqual((await compile(model)).binary, binary);
  });

  test(`no imports, and nothing but functions and memory out: ${title}`, async (t) => {
    const module = new WebAssembly.Module((await compile(model)).binary as BufferSource);
    t.deepEqual(WebAssembly.Module.imports(module), []);
    t.deepEqual([...new Set(WebAssembly.Module.exports(module).map(({ kind }) => kind))].sort(), [
      'function',
      'memory',
    ]);
  });
}

test('another seed, other bytes; other options, other sizes', async (t) => {
  const bytes = async (options: nacre.CompileOptions): Promise<number> => (await compile(open, options)).binary.length;
  const { binary } = await compile(open);
  t.notDeepEqual((await compile(open, { seed: 1 })).binary, binary);
  t.true((await bytes({ initializers: 'all' })) > binary.length);
  t.true((await bytes({ dims: { batch: 1, 'x[1]': 4 } })) < binary.length);
});
