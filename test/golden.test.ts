import test from 'ava';
import { parseDeclaration } from '../compiler/declaration.js';
import { evaluate } from '../compiler/evaluate.js';
import { compile } from '../compiler/index.js';
import { initializerKinds } from '../compiler/initializers/resolve.js';
import { lower } from '../compiler/lower/index.js';
import { bitsOf, Host } from './abi/host.js';
import { everyInitializer, initializedModels } from './abi/initialized-models.js';
import { parametersOf } from './hosts/digest.js';
import { goldenParameters } from './hosts/golden.js';
import type { Hashes } from './hosts/host.js';
import { relaxed } from './random/kernels.js';

/** Those of the hashes that are of a group of models. */
const goldenOf = (group: string): Hashes =>
  Object.fromEntries(
    Object.entries(goldenParameters).filter(
      ([name]) =>
        (Object.keys(initializedModels).find((known) => known && name.startsWith(`${known} `)) ?? '') === group,
    ),
  );

for (const [group, model] of Object.entries(initializedModels)) {
  const source = JSON.stringify(model);
  const called = group || 'philox';

  test(`a seed stands for the same parameters for ever, on the baseline target: ${called}`, async (t) => {
    const { binary } = await compile(source);
    t.deepEqual(parametersOf(binary, group), goldenOf(group));
  });

  (relaxed ? test : test.skip)(`a seed stands for the same parameters on the relaxed target: ${called}`, async (t) => {
    const { binary } = await compile(source, { target: 'relaxed' });
    t.deepEqual(parametersOf(binary, group), goldenOf(group));
  });

  if (group === 'own') continue;
  test(`the golden parameters are those of the naive evaluator: ${called}`, async (t) => {
    const host = new Host((await compile(source)).binary);
    host.call('initialize', 0, 0, 0);
    const parameters = host.parameters();
    const inputs = model.inputs.map(({ name, shape }) => {
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
}

test('the golden parameters cover every initializer', (t) => {
  const declared = new Set(
    everyInitializer.layers.flatMap(({ weight, bias }) =>
      [weight, bias].flatMap((source) => (source ? [(source as { kind?: string }).kind ?? source] : [])),
    ),
  );
  t.deepEqual([...declared].sort(), [...initializerKinds].sort());
});
