import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { compile } from '../../compiler/index.js';
import { importOnnx } from '../../compiler/import/onnx/index.js';
import type { Target } from '../../compiler/emit/library.js';
import { instantiateSync } from '../../runtime/index.js';
import type { Tensor } from '../../compiler/tensor.js';
import { readTensorFile, type Case } from './pack.js';

export interface Outcome {
  readonly case: string;
  readonly tier: Case['tier'];
  /** Undefined for a pass. */
  readonly reason: string | undefined;
}

const indexOf = (file: string): number => Number(/\d+/.exec(file)![0]);

/** Why two tensors differ beyond |a − e| ≤ atol + rtol · |e|; undefined if they do not. NaN equals NaN. */
export function difference(
  actual: { readonly data: ArrayLike<number | bigint>; readonly shape: readonly number[] },
  expected: Tensor,
  rtol: number,
  atol: number,
): string | undefined {
  if (actual.shape.join() !== expected.shape.join()) {
    return `shape (${actual.shape.join(', ')}), expected (${expected.shape.join(', ')})`;
  }
  if (actual.data.constructor !== expected.data.constructor) {
    return `${actual.data.constructor.name}, expected ${expected.data.constructor.name}`;
  }
  let worst = 0;
  let text: string | undefined;
  let count = 0;
  for (let at = 0; at < expected.data.length; at++) {
    const [a, e] = [Number(actual.data[at]!), Number(expected.data[at]!)];
    if (Object.is(a, e) || a === e) continue;
    const excess = Math.abs(a - e) - (atol + rtol * Math.abs(e));
    if (excess <= 0) continue;
    count++;
    if (text !== undefined && !(excess > worst)) continue;
    worst = excess;
    text = `element ${at} is ${a}, expected ${e}`;
  }
  return text && `${text} (${count} of ${expected.data.length} differ)`;
}

/** Compiles a case for a target, runs it and compares every output. */
export async function runCase(folder: string, item: Case, target: Target): Promise<Outcome> {
  const outcome = { case: item.case, tier: item.tier };
  try {
    return { ...outcome, reason: await reasonOf(folder, item, target) };
  } catch (error) {
    const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return { ...outcome, reason: text };
  }
}

async function reasonOf(folder: string, item: Case, target: Target): Promise<string | undefined> {
  const base = join(folder, item.case);
  const data = join(base, 'test_data_set_0');
  const files = (await readdir(data)).sort((a, b) => indexOf(a) - indexOf(b));
  const read = (kind: string): Promise<Tensor[]> =>
    Promise.all(files.filter((file) => file.startsWith(kind)).map((file) => readTensorFile(join(data, file))));
  const [given, expected] = [await read('input_'), await read('output_')];
  const feeds = new Map(item.inputs.map(({ name }, at) => [name, given[at]!]));
  const bind = Object.fromEntries(item.shapeInputs.map((name) => [name, feeds.get(name)!]));
  const model = importOnnx(await readFile(join(base, 'model.onnx')), { bind });
  const { binary } = await compile(model, { target });
  const net = instantiateSync(binary);
  for (const name of item.shapeInputs) feeds.delete(name);
  const outputs = net.forward(Object.fromEntries(feeds));
  for (const [at, { name }] of item.outputs.entries()) {
    const actual = outputs[name];
    if (!actual) return `output ${name} is missing`;
    const text = difference(actual, expected[at]!, item.rtol, item.atol);
    if (text !== undefined) return `${name}: ${text}`;
  }
  return undefined;
}
