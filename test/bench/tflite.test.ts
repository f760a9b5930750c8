import test from 'ava';
import { difference } from '../../bench/compare.js';
import { translate } from '../../bench/tflite/translate.js';
import { Unsupported } from '../../bench/unsupported.js';
import { input, maxPooling2d, sequential } from '../../compiler/index.js';
import { networks, runGraph } from './networks.js';
import { runTflite } from './tflite.js';

const around: [number, number][] = [[1, 1], [1, 1]]; // prettier-ignore
const pool = () => sequential([input([1, 6, 6, 2]), maxPooling2d({ poolSize: 3, strides: 2, padding: around })]);

const isRecurrent = (name: string): boolean => name === 'lstm' || name === 'gru';

const translated = Object.entries(networks).filter(([name]) => !isRecurrent(name));

for (const [name, graph] of [...translated, ['padded pool of any numbers', pool] as const]) {
  test(`${name}: operators of TensorFlow Lite compute the same`, async (t) => {
    const { network, output } = await runGraph(graph());
    const { graph: tflite, inputs } = translate(network);
    t.true(difference(runTflite(tflite, Object.values(inputs)), output) < 1e-5);
  });
}

test('recurrent layers are refused for what they are', async (t) => {
  for (const [name, graph] of Object.entries(networks).filter(([network]) => isRecurrent(network))) {
    const { network } = await runGraph(graph());
    t.throws(
      () => translate(network),
      { instanceOf: Unsupported, message: /LiteRT\.js has no recurrent layers$/ },
      name,
    );
  }
});
