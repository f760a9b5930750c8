import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import { writeSafetensors } from '../../compiler/import/safetensors.js';
import { readWeightsManifest } from '../../compiler/import/weights-manifest.js';
import { makePlayground, type Playground } from './playground.js';

let nacre: Playground['nacre'];
let playground: Playground;
test.before(async () => {
  playground = await makePlayground();
  ({ nacre } = playground);
});
test.after.always(() => playground.remove());

const folder = fileURLToPath(new URL('../../../test/conformance/keras/', import.meta.url));
const model = `${folder}recurrent.GRU.8`;

test('a model of Keras is a folder, a model.json or a topology', async (t) => {
  for (const [path, fills] of [
    ['', 'values'],
    ['/model.json', 'values'],
    ['/keras_model.json', 'glorotUniform'],
  ] as const) {
    const { code, stdout } = await nacre('summary', `${model}${path}`);
    t.is(code, 0);
    t.regex(stdout, new RegExp(`^layer_0 +gru tanh +\\(1, 3, 4\\), \\(1, 4\\) +120 .* weight ${fills}`, 'm'));
  }
});

test('weights stand by name in the file beside a topology', async (t) => {
  await copyFile(`${model}/keras_model.json`, join(playground.folder, 'gru.json'));
  const text = await readFile(`${model}/model.json`, 'utf8');
  const { weightsManifest } = JSON.parse(text) as { readonly weightsManifest: unknown };
  const weights = readWeightsManifest(weightsManifest, await readFile(`${model}/weights.bin`));
  const named = [...weights].map(([name, values]) => [name.replace('/', '/gru_cell/'), values] as const);
  const tensors = writeSafetensors(Object.fromEntries(named) as Parameters<typeof writeSafetensors>[0]);
  await writeFile(join(playground.folder, 'gru.safetensors'), tensors);
  const run = async (path: string): Promise<unknown> => {
    const { code, stdout } = await nacre('verify', path, '--json');
    t.is(code, 0);
    return JSON.parse(stdout);
  };
  t.regex((await nacre('summary', '@gru.json')).stdout, /weight values/);
  t.deepEqual(await run('@gru.json'), await run(model));
});

test('a model of Keras is verified against tfjs', async (t) => {
  const { code, stdout } = await nacre('verify', model, '--against', 'tfjs');
  t.is(code, 0);
  t.regex(stdout, /^baseline against tfjs 4\.22\.0, inputs from seed 0/);
  t.regex(stdout, /^layer_0 +float32 \(1, 3, 4\)/m);
});

test('inputs of models of Keras cannot be bound', async (t) => {
  const { code, stderr } = await nacre('summary', model, '--bind', 'x=1');
  t.deepEqual([code, stderr], [2, '--bind: inputs of layers-models cannot be bound\n']);
});
