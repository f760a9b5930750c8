import { readFileSync } from 'node:fs';
import { compile, type CompileOptions } from '../../compiler/index.js';
import { readSafetensors } from '../../compiler/import/safetensors.js';
import { folder } from './data.js';

/** The trained network as one module, `image` (batch, 8, 8, 1) to `probabilities` (batch, 10). */
export async function compileDigits(options: Pick<CompileOptions, 'storage'> = {}): Promise<Uint8Array> {
  const model = readFileSync(new URL('model.json', folder), 'utf8');
  const tensors = readSafetensors(readFileSync(new URL('weights.safetensors', folder)));
  return (await compile(model, { tensors, weights: 'embed', ...options })).binary;
}
