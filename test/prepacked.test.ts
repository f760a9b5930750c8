import test from 'ava';
import { compile, conv2d, dense, input, lstm, sequential, type Graph } from '../compiler/index.js';
import { Pipeline } from '../compiler/pipeline.js';
import { prepackingOf } from '../compiler/plan/prepacked.js';
import { instantiateSync, type Model } from '../runtime/index.js';
import { ramp } from './abi/host.js';

/** Models, and the variables whose values travel packed. */
const models: readonly [title: string, model: () => Graph, packed: readonly string[]][] = [
  ['columns in whole panels', () => sequential([input([3, 20]), dense({ units: 24 })]), ['dense_1.weight']],
  ['padding below the limit', () => sequential([input([3, 20]), dense({ units: 399 })]), ['dense_1.weight']],
  ['padding above the limit', () => sequential([input([3, 20]), dense({ units: 10 })]), []],
  [
    'outputs first',
    () => sequential([input([3, 20]), dense({ units: 24 })], { defaults: { layout: 'oi' } }),
    ['dense_1.weight'],
  ],
  [
    'taps and groups',
    () => sequential([input([1, 8, 8, 8]), conv2d({ filters: 32, kernelSize: 3, groups: 2 })]),
    ['conv2d_1.weight'],
  ],
  [
    'a recurrent layer',
    () => sequential([input([2, 5, 8]), lstm({ units: 8 })]),
    ['lstm_1.weight', 'lstm_1.recurrentWeight'],
  ],
];

const isSame = (a: Float32Array, b: Float32Array): boolean =>
  Buffer.compare(
    Buffer.from(a.buffer, a.byteOffset, a.byteLength),
    Buffer.from(b.buffer, b.byteOffset, b.byteLength),
  ) === 0;

for (const [title, model, packed] of models) {
  test(`embedded values give what seeded ones do: ${title}`, async (t) => {
    const graph = model();
    const [seeded, net] = [await compile(graph, { seed: 3 }), await compile(graph, { seed: 3, weights: 'embed' })].map(
      ({ binary }) => instantiateSync(binary),
    ) as [Model, Model];
    const { name, shape } = seeded.manifest.inputs[0]!;
    const count = (shape as number[]).reduce((product, size) => product * size, 1);
    const inputs = { [name]: ramp(count) };
    t.deepEqual(net.forward(inputs), seeded.forward(inputs));
    for (const { name: variable } of seeded.variables.list()) {
      const [own, other] = [net, seeded].map(({ variables }) => variables.get(variable).data);
      t.true(isSame(own!, other!), variable);
      const count = Math.min(1500, own!.length - 3);
      t.deepEqual(net.variables.sample(variable, 3, count), own!.slice(3, 3 + count));
    }
  });

  test(`values travel packed where padding costs little: ${title}`, (t) => {
    const tensors = Object.fromEntries(
      new Pipeline(model()).plan().variables.map(({ variable, shape }) => {
        const data = ramp((shape as number[]).reduce((product, size) => product * size, 1));
        return [variable.name, { data, shape: shape as number[] }];
      }),
    );
    const declaration = JSON.parse(JSON.stringify(model().declaration)) as { layers: Record<string, unknown>[] };
    for (const name of Object.keys(tensors)) {
      const [layer, parameter] = name.split('.') as [string, string];
      declaration.layers.find((entry) => entry['name'] === layer)![parameter] = { tensor: name };
    }
    const { variables } = new Pipeline(declaration as never, { tensors }).plan();
    t.deepEqual(
      variables.filter((planned) => prepackingOf(planned) !== null).map(({ variable }) => variable.name),
      packed,
    );
  });
}

test('written values give way to the embedded ones, bit by bit', async (t) => {
  const data = ramp(20 * 24);
  new Uint32Array(data.buffer).set([0x7fc12345, 0xff800001, 0x80000000]);
  const weight = { data, shape: [20, 24] };
  const { binary } = await compile(sequential([input([3, 20]), dense({ units: 24, weight })]));
  const net = instantiateSync(binary);
  net.initialize();
  t.true(isSame(net.variables.get('dense_1.weight').data, data));
  net.variables.set('dense_1.weight', new Float32Array(20 * 24));
  net.initialize({ force: true });
  t.true(isSame(net.variables.get('dense_1.weight').data, data));
});
