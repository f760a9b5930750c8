import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Target } from '../../compiler/emit/library.js';
import { importKeras } from '../../compiler/import/keras/index.js';
import { compile } from '../../compiler/index.js';
import { arrayOf, type DType, type Tensor } from '../../compiler/tensor.js';
import { instantiateSync } from '../../runtime/index.js';
import { difference } from './run.js';

/** A case of the pack, as its index has it. */
export interface KerasCase {
  readonly case: string;
  readonly layers: readonly string[];
  readonly atol: number;
  /** How often the model is called with the same inputs; the last output counts. */
  readonly calls?: number;
}

export interface KerasOutcome {
  readonly case: string;
  /** Undefined for a pass. */
  readonly reason: string | undefined;
}

interface Values {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

/** What a case is called with and what it gives. */
export interface Recorded {
  readonly inputs: readonly Values[];
  readonly expected: Values;
}

export async function readKerasIndex(folder: string): Promise<readonly KerasCase[]> {
  const index = JSON.parse(await readFile(join(folder, 'index.json'), 'utf8')) as {
    readonly cases: readonly KerasCase[];
  };
  return index.cases;
}

export const readRecorded = async (folder: string, item: KerasCase): Promise<Recorded> =>
  JSON.parse(await readFile(join(folder, item.case, 'io.json'), 'utf8')) as Recorded;

export const tensorOf = (dtype: DType, { shape, data }: Values): Tensor => ({
  dtype,
  shape,
  data: arrayOf(dtype, data),
});

/** Imports, compiles and runs a case, and compares its output. */
export async function runKerasCase(folder: string, item: KerasCase, target: Target): Promise<KerasOutcome> {
  try {
    return { case: item.case, reason: await reasonOf(folder, item, target) };
  } catch (error) {
    return { case: item.case, reason: error instanceof Error ? `${error.name}: ${error.message}` : String(error) };
  }
}

async function reasonOf(folder: string, item: KerasCase, target: Target): Promise<string | undefined> {
  const read = (name: string): Promise<Uint8Array> => readFile(join(folder, item.case, name));
  const model = importKeras(new TextDecoder().decode(await read('model.json')), await read('weights.bin'));
  const { inputs, expected } = await readRecorded(folder, item);
  const { binary } = await compile(model, { target });
  const net = instantiateSync(binary);
  const feeds = model.declaration.inputs.map(({ name, dtype }, at) => [name, tensorOf(dtype, inputs[at]!)] as const);
  const [output] = model.declaration.outputs;
  let actual = net.forward(Object.fromEntries(feeds))[output!.name]!;
  for (let call = 1; call < (item.calls ?? 1); call++) {
    actual = net.forward(Object.fromEntries(feeds))[output!.name]!;
  }
  return difference(actual, tensorOf('float32', expected), 0, item.atol);
}
