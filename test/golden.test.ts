import test from 'ava';
import { parseDeclaration } from '../compiler/declaration.js';
import { evaluate } from '../compiler/evaluate.js';
import { compile } from '../compiler/index.js';
import { initializerKinds } from '../compiler/initializers/resolve.js';
import { lower } from '../compiler/lower/index.js';
import { bitsOf, Host } from './abi/host.js';
import { everyInitializer } from './abi/models.js';
import { parametersOf } from './hosts/digest.js';
import { goldenParameters } from './hosts/golden.js';

const source = JSON.stringify(everyInitializer);
const relaxedProbe = compile(source, { target: 'relaxed' });

test('a seed stands for the same parameters for ever, on the baseline target', async (t) => {
  const { binary } = await compile(source);
  t.deepEqual(await parametersOf(binary), goldenParameters);
});

test('a seed stands for the same parameters on the relaxed target', async (t) => {
  const { binary } = await relaxedProbe;
  if (!WebAssembly.validate(binary as Uint8Array<ArrayBuffer>)) {
    t.log('this engine has no relaxed SIMD');
    t.pass();
    return;
  }
  t.deepEqual(await parametersOf(binary), goldenParameters);
});

test('the golden parameters cover every initializer', (t) => {
  const declared = new Set(everyInitializer.layers.map(({ weight }) => (weight as { kind?: string }).kind ?? weight));
  t.deepEqual([...declared].sort(), [...initializerKinds].sort());
});

test('the golden parameters are those of the naive evaluator', async (t) => {
  const host = new Host((await compile(source)).binary);
  host.call('initialize', 0, 0, 0);
  const parameters = host.parameters();
  const inputs = everyInitializer.inputs.map(({ name, shape }) => {
    const sizes = (shape as readonly (number | string)[]).map((size) => (typeof size === 'number' ? size : 1));
    const data = new Float32Array(sizes.reduce((product, size) => product * size));
    return [name, { dtype: 'float32', shape: sizes, data }] as const;
  });
  const { variables } = evaluate(lower(parseDeclaration(source)), Object.fromEntries(inputs));
  host.manifest.variables.forEach(({ name, initializer }, index) => {
    const expected = bitsOf(variables[name]!.data as Float32Array);
    t.true(
      expected.length === parameters[index]!.length && expected.every((word, i) => word === parameters[index]![i]),
      `${name}, ${initializer}`,
    );
  });
});
