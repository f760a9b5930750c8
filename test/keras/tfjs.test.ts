import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import test from 'ava';
import { compile, type Graph } from '../../compiler/index.js';
import { fromTfjs, importKeras, loadKeras } from '../../compiler/import/keras/index.js';
import { instantiateSync } from '../../runtime/index.js';
import { modelCases, type ModelCase } from './models.js';

test.before(() => tf.setBackend('cpu'));

/** Weights that are not what initializers give, so that each counts. */
function fill(model: LayersModel): void {
  model.setWeights(
    model.weights.map(({ name, shape }, index) => {
      const least = name.includes('variance') ? 0.2 : -0.8;
      return tf.randomUniform(shape as number[], least, 1, 'float32', index + 1);
    }),
  );
}

const drawInputs = ({ inputs, below }: ModelCase): tf.Tensor[] =>
  inputs.map((shape, index) => {
    const x = tf.randomUniform([...shape], below === undefined ? -1 : 0, below ?? 1, 'float32', 100 + index);
    return below === undefined ? x : tf.floor(x);
  });

interface Saved {
  readonly json: { readonly modelTopology: object; readonly weightsManifest: readonly object[] };
  readonly bytes: Uint8Array;
}

async function save(model: LayersModel): Promise<Saved> {
  let saved: tf.io.ModelArtifacts = {};
  await model.save(
    tf.io.withSaveHandler((artifacts) => {
      saved = artifacts;
      return Promise.resolve({ modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' as const } });
    }),
  );
  const weightsManifest = [{ paths: ['weights.bin'], weights: saved.weightSpecs! }];
  return {
    json: { modelTopology: saved.modelTopology as object, weightsManifest },
    bytes: new Uint8Array(saved.weightData as ArrayBuffer),
  };
}

/** The largest difference of outputs, over what they may be. */
async function differenceOf(
  graph: Graph,
  inputs: readonly tf.Tensor[],
  expected: readonly tf.Tensor[],
): Promise<number> {
  const net = instantiateSync((await compile(graph)).binary);
  const feeds = graph.declaration.inputs.map(({ name, dtype }, index) => {
    const { shape } = inputs[index]!;
    const values = inputs[index]!.dataSync();
    return [name, { shape, data: dtype === 'int32' ? Int32Array.from(values) : Float32Array.from(values) }] as const;
  });
  const outputs = net.forward(Object.fromEntries(feeds));
  const worst = graph.declaration.outputs.map(({ name }, index) => {
    const [actual, wanted] = [outputs[name]!, expected[index]!];
    if (actual.shape.join() !== wanted.shape.join()) return Infinity;
    const values = wanted.dataSync();
    return Math.max(
      ...Array.from(values, (value, at) => Math.abs(value - Number(actual.data[at])) / (1 + Math.abs(value))),
    );
  });
  return worst.length === expected.length ? Math.max(...worst) : Infinity;
}

for (const [name, item] of Object.entries(modelCases)) {
  test(name, async (t) => {
    const model = item.make();
    fill(model);
    const inputs = drawInputs(item);
    const given = model.predict(inputs.length === 1 ? inputs[0]! : inputs);
    const expected = Array.isArray(given) ? given : [given];
    const { json, bytes } = await save(model);
    const live = fromTfjs(model);
    t.true((await differenceOf(live, inputs, expected)) < 1e-5, 'live');
    const text = JSON.stringify(json);
    for (const graph of [
      importKeras(json, bytes),
      importKeras(text, { 'weights.bin': bytes }),
      await loadKeras(text, (path) => Promise.resolve(path === 'weights.bin' ? bytes : new Uint8Array())),
    ]) {
      t.deepEqual(graph.declaration, live.declaration);
      t.deepEqual(graph.tensors, live.tensors);
    }
  });
}
