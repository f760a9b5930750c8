// Models that are compiled here and in a browser, where both must come to the same bytes and the same errors. What makes them is
// bundled too, so that a browser needs no files.
import type { CompileOptions } from '../../compiler/index.js';
import { importGraphModel } from '../../compiler/import/tfjs/index.js';
import { importKeras, openKeras } from '../../compiler/import/keras/index.js';
import { importOnnx } from '../../compiler/import/onnx/index.js';
import type { ModelSource } from '../../compiler/pipeline.js';
import type { WorkerModel } from '../../compiler/worker/index.js';
import { functional2, input2, layer2 } from '../keras/files.js';
import { onnxModel } from '../onnx/write.js';
import { graphModel } from '../tfjs/write.js';

export interface BrowserCase {
  readonly name: string;
  readonly model: WorkerModel;
  readonly options?: Pick<CompileOptions, 'weights' | 'storage' | 'seed' | 'dims'>;
  /** Shapes of the inputs it is run on; none where it does not compile. */
  readonly inputs?: Readonly<Record<string, readonly number[]>>;
}

const ramp = (count: number): Float32Array => Float32Array.from({ length: count }, (_, i) => ((i * 37) % 101) / 50 - 1);

const declaration = {
  nacre: 1,
  inputs: [{ name: 'x', shape: ['batch', 10] }],
  layers: [
    { name: 'hidden', kind: 'dense', units: 30, activation: 'gelu', weight: 'heUniform' },
    { name: 'norm', kind: 'layerNormalization' },
    { name: 'out', kind: 'dense', units: 4, activation: 'softmax', weight: { kind: 'orthogonal' } },
  ],
  outputs: [{ name: 'y', from: 'out' }],
} as const;

const tensor = (...shape: number[]) => ({
  dtype: 'float32' as const,
  shape,
  data: ramp(shape.reduce((product, size) => product * size, 1)),
});

const onnx = onnxModel({
  opset: 17,
  inputs: [{ name: 'image', dtype: 'float32', shape: ['batch', 3, 8, 8] }],
  initializers: { w: tensor(6, 3, 3, 3), b: tensor(6), v: tensor(6, 5) },
  nodes: [
    {
      op: 'Conv',
      inputs: ['image', 'w', 'b'],
      outputs: ['c'],
      attributes: { kernel_shape: { ints: [3, 3] }, pads: { ints: [1, 1, 1, 1] } },
    },
    { op: 'Relu', inputs: ['c'], outputs: ['r'] },
    { op: 'GlobalAveragePool', inputs: ['r'], outputs: ['g'] },
    { op: 'Flatten', inputs: ['g'], outputs: ['f'] },
    { op: 'MatMul', inputs: ['f', 'v'], outputs: ['scores'] },
  ],
  outputs: [{ name: 'scores', dtype: 'float32', shape: ['batch', 5] }],
});

const keras = {
  model: {
    format: 'layers-model',
    modelTopology: {
      model_config: functional2(
        [
          input2('image', 6, 6, 2),
          layer2('Conv2D', { name: 'conv', filters: 3, kernel_size: [3, 3], activation: 'relu' }, [
            ['image', 0, 0, {}],
          ]),
          layer2('Flatten', { name: 'flat' }, [['conv', 0, 0, {}]]),
          layer2('Dense', { name: 'head', units: 4, activation: 'softmax' }, [['flat', 0, 0, {}]]),
        ],
        ['image'],
        [['head', 0, 0]],
      ),
    },
    weightsManifest: [
      {
        paths: ['weights.bin'],
        weights: [
          { name: 'conv/kernel', shape: [3, 3, 2, 3], dtype: 'float32' },
          { name: 'conv/bias', shape: [3], dtype: 'float32' },
          { name: 'head/kernel', shape: [48, 4], dtype: 'float32' },
          { name: 'head/bias', shape: [4], dtype: 'float32' },
        ],
      },
    ],
  },
  weights: ramp(54 + 3 + 192 + 4).buffer as ArrayBuffer,
};

const graph = graphModel({
  inputs: [{ name: 'x', shape: [-1, 4] }],
  constants: { w: tensor(4, 3) },
  nodes: [
    { name: 'product', op: 'MatMul', inputs: ['x', 'w'], attributes: { transpose_a: false, transpose_b: false } },
    { name: 'y', op: 'Relu', inputs: ['product'] },
  ],
  outputs: { y: 'y:0' },
});

export const cases: readonly BrowserCase[] = [
  { name: 'a declaration', model: declaration, inputs: { x: [5, 10] } },
  { name: 'a declaration as text', model: JSON.stringify(declaration), options: { seed: 7 }, inputs: { x: [1, 10] } },
  {
    name: 'embedded values',
    model: declaration,
    options: { weights: 'embed', storage: 'f16' },
    inputs: { x: [2, 10] },
  },
  { name: 'ONNX', model: { format: 'onnx', bytes: onnx }, inputs: { image: [2, 3, 8, 8] } },
  { name: 'Keras layers', model: { format: 'keras', ...keras }, inputs: { image: [2, 6, 6, 2] } },
  {
    name: 'a graph-model of tfjs',
    model: { format: 'tfjs', model: graph.json, weights: { 'weights.bin': graph.weights } },
    inputs: { x: [3, 4] },
  },
  {
    name: 'kernels of the extended library',
    model: {
      nacre: 1,
      inputs: [{ name: 'x', shape: [1, 12, 12, 32] }],
      layers: [{ name: 'conv', kind: 'conv2d', filters: 32, kernelSize: 3, padding: 'same' }],
      outputs: [{ name: 'y', from: 'conv' }],
    },
    inputs: { x: [1, 12, 12, 32] },
  },
  {
    name: 'a declaration with faults',
    model: {
      ...declaration,
      layers: [{ name: 'hidden', kind: 'Dense', kernelInitializer: 'zeros' }, { kind: 'conv2d' }],
    } as never,
  },
  { name: 'text that declares nothing', model: '[1]' },
  { name: 'bytes that are no model', model: { format: 'onnx', bytes: onnx.subarray(0, 40) } },
  { name: 'weights that are too short', model: { format: 'keras', ...keras, weights: new ArrayBuffer(40) } },
  {
    name: 'sizes that do not fit',
    model: { ...declaration, layers: [{ name: 'out', kind: 'dense', units: 4, weight: [[1, 2]] }] } as never,
  },
  {
    name: 'a source where no compiler of AssemblyScript is at hand',
    model: {
      ...declaration,
      initializers: [{ name: 'mine', options: {}, source: 'export function sample(): f32 { return 1; }' }],
      layers: [{ name: 'out', kind: 'dense', units: 4, weight: { kind: 'mine' } }],
    } as never,
    options: { seed: 1 },
  },
  {
    name: 'HDF5 where no h5wasm is at hand',
    model: { format: 'kerasFile', bytes: Uint8Array.of(0x89, 0x48, 0x44, 0x46, 13, 10, 26, 10) },
  },
];

/** A model as `compile` takes it. */
export async function sourceOf(model: WorkerModel, h5wasm?: () => Promise<unknown>): Promise<ModelSource> {
  if (typeof model !== 'object' || !('format' in model)) return model;
  if (model.format === 'onnx') return importOnnx(model.bytes, model.options);
  if (model.format === 'keras') return importKeras(model.model, model.weights, model.options);
  if (model.format === 'kerasFile') return openKeras(model.bytes, h5wasm ? { h5wasm } : {});
  return importGraphModel(model.model, model.weights, model.options);
}
