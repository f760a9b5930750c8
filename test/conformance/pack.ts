import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readMessage } from '../../compiler/import/onnx/wire.js';
import { readTensor } from '../../compiler/import/onnx/tensors.js';
import type { Tensor } from '../../compiler/tensor.js';

/** A case of the pack, as its index has it. */
export interface Case {
  readonly case: string;
  readonly tier: 'core' | 'extended' | 'quant' | 'integer/bool only';
  readonly mainOp: string;
  readonly ops: readonly string[];
  readonly opset: number;
  readonly nNodes?: number;
  readonly inputs: readonly { readonly name: string; readonly dtype: string; readonly shape: readonly number[] }[];
  readonly outputs: readonly { readonly name: string; readonly kind?: string; readonly dtype: string }[];
  readonly rtol: number;
  readonly atol: number;
  /** Names of the inputs that must be known when compiling. */
  readonly shapeInputs: readonly string[];
}

const noExternal = (): never => {
  throw new Error('a tensor of the pack is external');
};

/** A TensorProto from a file. */
export async function readTensorFile(path: string): Promise<Tensor> {
  const bytes = await readFile(path);
  let tensor: Tensor | undefined;
  // A file holds the message itself, which a message with one field 1 wraps.
  const head: number[] = [10];
  for (let size = bytes.length; ; size >>>= 7) {
    head.push(size > 127 ? (size & 127) | 128 : size);
    if (size <= 127) break;
  }
  readMessage(Uint8Array.from([...head, ...bytes]), path, {
    1: (field) => (tensor = readTensor(field, 'tensor', noExternal).read()),
  });
  return tensor!;
}

export async function readIndex(folder: string): Promise<readonly Case[]> {
  const index = JSON.parse(await readFile(join(folder, 'index.json'), 'utf8')) as { readonly cases: readonly Case[] };
  return index.cases;
}
