import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { evaluate } from '../../compiler/evaluate.js';
import { importKeras } from '../../compiler/import/keras/index.js';
import { compile, InternalError, NacreError, type Graph } from '../../compiler/index.js';
import { lower } from '../../compiler/lower/index.js';
import { volume, type Tensor } from '../../compiler/tensor.js';
import { instantiateSync } from '../../runtime/index.js';
import type { Attempt } from './attempt.js';
import { readRecorded, tensorOf, type KerasCase, type Recorded } from './keras-run.js';
import { mutateJson } from './mutate-json.js';
import { mutate, Random } from './mutate.js';
import { difference } from './run.js';

/** Memory that a damaged model may ask for. */
const MEMORY = 2 ** 26;
/** Naive evaluation of larger models takes too long. */
const ELEMENTS = 2 ** 16;

/** Reads, compiles and runs a damaged copy of a case's model, and compares it with its naive evaluation. */
export async function attemptKeras(folder: string, item: KerasCase, seed: number): Promise<Attempt> {
  const random = new Random(seed);
  let text = await readFile(join(folder, item.case, 'model.json'), 'utf8');
  let bytes: Uint8Array = await readFile(join(folder, item.case, 'weights.bin'));
  const choice = random.below(8);
  if (choice === 0) text = new TextDecoder().decode(mutate(new TextEncoder().encode(text), random));
  else if (choice === 1) bytes = mutate(bytes, random);
  else text = mutateJson(text, random);
  try {
    return await run(importKeras(text, random.below(8) === 0 ? undefined : bytes), await readRecorded(folder, item));
  } catch (error) {
    const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
    const typed = error instanceof NacreError && !(error instanceof InternalError);
    return { kind: typed ? 'refused' : 'fault', detail: typed ? error.message : detail };
  }
}

async function run(model: Graph, { inputs }: Recorded): Promise<Attempt> {
  const { binary } = await compile(model, { maxMemory: MEMORY, seed: 1n });
  const feeds: Record<string, Tensor> = {};
  model.declaration.inputs.forEach(({ name, dtype }, at) => {
    if (inputs[at]) feeds[name] = tensorOf(dtype, inputs[at]);
  });
  const net = instantiateSync(binary);
  const actual = net.forward(feeds);
  const graph = lower(model.declaration, { tensors: model.tensors });
  const sizes = graph.forward.flatMap(({ outputs }) => outputs).map(({ shape }) => shape);
  const total = sizes.reduce((sum, shape) => {
    return sum + (shape.every((size) => typeof size === 'number') ? volume(shape) : ELEMENTS / 64);
  }, 0);
  if (total > ELEMENTS) return { kind: 'right', detail: 'not compared' };
  const expected = evaluate(graph, feeds, { seed: 1n }).outputs;
  for (const [name, tensor] of Object.entries(expected)) {
    const text = difference(actual[name]!, tensor, 1e-3, 1e-4);
    if (text !== undefined) return { kind: 'fault', detail: `${name}: ${text}` };
  }
  return { kind: 'right', detail: 'compared' };
}
