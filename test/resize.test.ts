import test from 'ava';
import type { GraphSource } from '../compiler/declaration.js';
import { compile } from '../compiler/index.js';
import { instantiateSync } from '../runtime/index.js';
import { randomFrom } from './layers/values.js';

const UNITS = 40;
const source: GraphSource = {
  nacre: 1,
  inputs: [{ name: 'x', shape: ['batch', 'length', 7] }],
  layers: [
    { name: 'inner', kind: 'dense', from: 'x', units: UNITS, activation: 'tanh' },
    { name: 'y', kind: 'globalMaxPooling1d', from: 'inner' },
    { name: 'z', kind: 'softmax', from: 'inner' },
  ],
  outputs: ['y', 'z'],
};

/** Sizes that grow memory, shrink, and move what stands where. */
const calls = [
  [2, 3],
  [5, 3],
  [40, 90],
  [2, 3],
  [1, 200],
  [50, 91],
] as const;

const valuesFor = (batch: number, length: number): Float32Array => {
  const random = randomFrom(batch * 1000 + length);
  return Float32Array.from({ length: batch * length * 7 }, () => 2 * random() - 1);
};

test('one model computes any sizes as a new one does, and memory grows on the way', async (t) => {
  const { binary } = await compile(source);
  const model = instantiateSync(binary);
  const bytes = new Set<number>();
  const results: [got: unknown, expected: unknown][] = [];
  for (const [batch, length] of calls) {
    const x = { data: valuesFor(batch, length), shape: [batch, length, 7] };
    const got = model.forward({ x });
    t.deepEqual(got['z']!.shape, [batch, length, UNITS]);
    results.push([got, instantiateSync(binary).forward({ x })]);
    bytes.add((model.outputs['y'] as Float32Array).buffer.byteLength);
  }
  // Results are copies: no later call may have touched them.
  for (const [got, expected] of results) t.deepEqual(got, expected);
  t.true(bytes.size >= 3, `memory of ${[...bytes].join(', ')} bytes`);
});

test('views of inputs and outputs are those of the sizes in force', async (t) => {
  const { binary } = await compile(source);
  const model = instantiateSync(binary);
  for (const [batch, length] of calls) {
    const data = valuesFor(batch, length);
    model.resize({ x: [batch, length, 7] });
    t.deepEqual(model.shapes, {
      inputs: { x: [batch, length, 7] },
      outputs: { y: [batch, UNITS], z: [batch, length, UNITS] },
    });
    (model.inputs['x'] as Float32Array).set(data);
    model.run();
    const expected = instantiateSync(binary).forward({ x: { data, shape: [batch, length, 7] } });
    t.deepEqual(model.outputs['y'], expected['y']!.data);
    t.deepEqual(model.outputs['z'], expected['z']!.data);
    t.deepEqual(model.inputs['x'], data);
  }
});
