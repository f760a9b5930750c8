import test from 'ava';
import { compile, custom, dense, input, layerNormalization, sequential } from '../../compiler/index.js';

test('a module is the same before and after a source was compiled', async (t) => {
  const plain = sequential([input(['batch', 10]), dense({ units: 30, activation: 'gelu' }), layerNormalization()]);
  const before = await compile(plain);
  const mine = custom('mine', {}, 'export function sample(): f32 { return normal() * 2; }');
  await compile(sequential([input([1, 2]), dense({ units: 1, weight: mine() })]));
  t.deepEqual((await compile(plain)).binary, before.binary);
});
