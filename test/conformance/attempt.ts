import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { evaluate } from '../../compiler/evaluate.js';
import { importOnnx, type OnnxModel } from '../../compiler/import/onnx/index.js';
import { compile, InternalError, NacreError } from '../../compiler/index.js';
import type { Tensor } from '../../compiler/tensor.js';
import { instantiateSync } from '../../runtime/index.js';
import { mutateFields } from './mutate-fields.js';
import { mutate, Random } from './mutate.js';
import { readTensorFile, type Case } from './pack.js';
import { difference } from './run.js';

/** What became of a file: refused by a typed error, run with the right answer, or a fault of nacre's. */
export interface Attempt {
  readonly kind: 'refused' | 'right' | 'fault';
  readonly detail: string;
}

/** Memory that a damaged model may ask for. */
const MEMORY = 2 ** 26;
/** Naive evaluation of larger models takes too long. */
const ELEMENTS = 2 ** 16;

/** Inputs of a case, by name, as far as its files tell them. */
async function feedsOf(folder: string, item: Case): Promise<Map<string, Tensor>> {
  const data = join(folder, item.case, 'test_data_set_0');
  const files = new Set(await readdir(data));
  const feeds = new Map<string, Tensor>();
  for (const [at, { name }] of item.inputs.entries()) {
    if (files.has(`input_${at}.pb`)) feeds.set(name, await readTensorFile(join(data, `input_${at}.pb`)));
  }
  return feeds;
}

/** Reads, compiles and runs a damaged copy of a case's model, and compares it with its naive evaluation. */
export async function attempt(folder: string, item: Case, seed: number): Promise<Attempt> {
  const file = await readFile(join(folder, item.case, 'model.onnx'));
  const random = new Random(seed);
  const bytes = random.below(4) === 0 ? mutate(file, random) : mutateFields(file, random);
  const feeds = await feedsOf(folder, item);
  try {
    const bind = Object.fromEntries(item.shapeInputs.map((name) => [name, feeds.get(name)!]));
    const model = importOnnx(bytes, { bind });
    return await run(model, feeds);
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    const typed = error instanceof NacreError && !(error instanceof InternalError);
    return { kind: typed ? 'refused' : 'fault', detail: typed ? error.message : text };
  }
}

async function run(model: OnnxModel, given: ReadonlyMap<string, Tensor>): Promise<Attempt> {
  const { binary } = await compile(model, { maxMemory: MEMORY });
  const feeds: Record<string, Tensor> = {};
  for (const { name } of model.inputs) {
    const tensor = given.get(name);
    if (tensor) feeds[name] = tensor;
  }
  const actual = instantiateSync(binary).forward(feeds);
  const graph = model.lower();
  const size = graph.forward
    .flatMap(({ outputs }) => outputs)
    .reduce((sum, { shape }) => {
      const known = shape.every((axis) => typeof axis === 'number');
      return sum + (known ? shape.reduce((product, axis) => product * axis, 1) : ELEMENTS);
    }, 0);
  if (size > ELEMENTS) return { kind: 'right', detail: 'not compared' };
  const expected = evaluate(graph, feeds).outputs;
  for (const [name, tensor] of Object.entries(expected)) {
    const text = difference(actual[name]!, tensor, 1e-3, 1e-5);
    if (text !== undefined) return { kind: 'fault', detail: `${name}: ${text}` };
  }
  return { kind: 'right', detail: 'compared' };
}
