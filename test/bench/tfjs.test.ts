import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import test from 'ava';
import { difference } from '../../bench/compare.js';
import { translate } from '../../bench/tfjs/translate.js';
import { networks, runGraph } from './networks.js';

for (const [name, graph] of Object.entries(networks)) {
  test(`${name}: operations of tfjs compute the same`, async (t) => {
    const { network, output } = await runGraph(graph());
    const compute = await translate(network);
    const inputs = Object.entries(network.inputs).map(([input, { data, shape }]) => ({ input, data, shape }));
    const given = () => inputs.map(({ input, data, shape }) => [input, tf.tensor(data, [...shape])] as const);
    const y = tf.tidy(() => compute(Object.fromEntries(given())));
    t.true(difference((await y.data()) as Float32Array, output) < 1e-5);
  });
}
