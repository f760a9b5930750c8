import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import type { Graph } from '../../compiler/index.js';
import { importKeras, type NamedWeights } from '../../compiler/import/keras/index.js';
import { readWeightsManifest } from '../../compiler/import/weights-manifest.js';
import { readKerasIndex, runKerasCase } from './keras-run.js';

const folder = fileURLToPath(new URL('../../../test/conformance/keras', import.meta.url));
/** Files of Keras 2 have the layers in another order. */
const sorted = ({ declaration }: Graph) => ({
  ...declaration,
  layers: [...declaration.layers].sort((a, b) => (a.name < b.name ? -1 : 1)),
});

const cases = await readKerasIndex(folder);

for (const item of cases) {
  test(item.case, async (t) => {
    const { reason } = await runKerasCase(folder, item, 'baseline');
    t.is(reason, undefined);
  });

  test(`${item.case} as Keras 2 writes it`, async (t) => {
    const read = (name: string): Promise<Buffer> => readFile(join(folder, item.case, name));
    const text = (await read('model.json')).toString();
    const bytes = await read('weights.bin');
    const { weightsManifest } = JSON.parse(text) as { readonly weightsManifest: unknown };
    const named = Object.fromEntries(readWeightsManifest(weightsManifest, bytes)) as NamedWeights;
    const [tfjs, keras] = [importKeras(text, bytes), importKeras((await read('keras_model.json')).toString(), named)];
    t.deepEqual(sorted(keras), sorted(tfjs));
    t.deepEqual(keras.tensors, tfjs.tensors);
  });
}
