import { compare } from '../../compiler/cli/verify/compare.js';
import { withOutputs, type Runtime, type RuntimeTensor } from '../../compiler/cli/verify/onnxruntime.js';
import { runModule } from '../../compiler/cli/verify/verify.js';
import { compilePipeline, type CompiledModule } from '../../compiler/compile.js';
import type { Target } from '../../compiler/emit/library.js';
import { importOnnx } from '../../compiler/import/onnx/index.js';
import { Pipeline } from '../../compiler/pipeline.js';
import { deriveKey, fnv1a64, uniform } from '../../compiler/random.js';
import { volume, type Tensor } from '../../compiler/tensor.js';
import type { Image } from '../../examples/face/image.js';
import { instantiateSync } from '../../runtime/index.js';
import type { TestedModel } from './models.js';

const TOLERANCE = 1e-4;
const SEEDS = [1n, 2n];
const RUNS = 9;
/** Milliseconds. */
const WARM_UP = 300;

/** An output for inputs of one shape. */
export interface OutputRow {
  readonly name: string;
  readonly shape: readonly number[];
  /** The largest difference over the largest magnitude, over all inputs, by target. */
  readonly relative: Readonly<Record<string, number>>;
  readonly deviates: boolean;
}

export interface ModelReport {
  readonly outputs: readonly OutputRow[];
  /** Transposes that are computed at each call. */
  readonly transposes: number;
  readonly bytes: number;
  /** Milliseconds. */
  readonly compileTime: number;
  /** Milliseconds of a call on inputs of the first shape, by target, and of onnxruntime on one thread. */
  readonly forwardTimes: Readonly<Record<string, number>>;
}

async function medianTime(run: () => unknown): Promise<number> {
  // Engines compile again what they run often.
  for (const until = performance.now() + WARM_UP; performance.now() < until;) await run();
  const times: number[] = [];
  for (let i = 0; i < RUNS; i++) {
    const start = performance.now();
    await run();
    times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b)[RUNS >> 1]!;
}

/** The photo as the model sees it, then random inputs. */
function inputsOf({ prepare, range, name }: TestedModel, photo: Image, shape: readonly number[]): Tensor[] {
  const drawn = SEEDS.map((seed) => {
    const key = deriveKey(seed, fnv1a64(name));
    return Float32Array.from({ length: volume(shape) }, (_, at) => uniform(key, at, ...range));
  });
  return [prepare(photo, shape), ...drawn].map((data) => ({ dtype: 'float32', shape, data }));
}

/** Compiles a model for every target and compares it with onnxruntime on every input. */
export async function runModel(
  model: TestedModel,
  bytes: Uint8Array,
  photo: Image,
  runtime: Runtime,
  targets: readonly Target[],
): Promise<ModelReport> {
  const { between = [], informative = [] } = model;
  const pipeline = new Pipeline(importOnnx(bytes, { outputs: between }));
  const modules = new Map<Target, CompiledModule>();
  const start = performance.now();
  for (const target of targets) modules.set(target, await compilePipeline(pipeline, { target }));
  const compileTime = (performance.now() - start) / targets.length;
  const { inputs, outputs } = modules.get(targets[0]!)!.manifest;
  const input = inputs[0]!.name;

  const options = { executionProviders: ['cpu'], logSeverityLevel: 3, intraOpNumThreads: 1 };
  const session = await runtime.InferenceSession.create(withOutputs(bytes, between), options);
  const feed = ({ dtype, data, shape }: Tensor): Record<string, RuntimeTensor> => ({
    [input]: new runtime.Tensor(dtype, data, shape),
  });

  const rows = new Map<string, OutputRow>();
  for (const shape of model.shapes) {
    for (const tensor of inputsOf(model, photo, shape)) {
      const expected = await session.run(
        feed(tensor),
        outputs.map(({ name }) => name),
      );
      for (const [target, module] of modules) {
        for (const [name, actual] of runModule(module, new Map([[input, tensor]]))) {
          const { type, dims, data } = expected[name]!;
          const result = compare(name, actual, { dtype: type, shape: dims, data }, { scaled: TOLERANCE });
          const key = `${name} ${shape.join()}`;
          const before = rows.get(key);
          const isRequired = !informative.includes(name);
          rows.set(key, {
            name,
            shape: result.shape,
            relative: { ...before?.relative, [target]: Math.max(before?.relative[target] ?? 0, result.relative) },
            deviates: (before?.deviates ?? false) || (isRequired && result.deviates),
          });
        }
      }
    }
  }

  const [first] = inputsOf(model, photo, model.shapes[0]!);
  const forwardTimes: Record<string, number> = {};
  for (const [target, module] of modules) {
    const net = instantiateSync(module);
    net.forward({ [input]: first! });
    forwardTimes[target] = await medianTime(() => net.run());
  }
  forwardTimes['onnxruntime'] = await medianTime(() => session.run(feed(first!), session.outputNames));
  await session.release();
  const transposes = pipeline.optimize().forward.filter(({ op }) => op.kind === 'transpose').length;
  const { length } = modules.get(targets[0]!)!.binary;
  return { outputs: [...rows.values()], transposes, bytes: length, compileTime, forwardTimes };
}
