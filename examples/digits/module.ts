import { readFileSync } from 'node:fs';
import { compile } from '../../compiler/index.js';
import { readSafetensors } from '../../compiler/import/safetensors.js';
import { folder } from './data.js';

/**
 * The trained network as one module, `image` (batch, 8, 8, 1) to `probabilities` (batch, 10).
 * @param weights a safetensors file; by default the one that `train.ts` writes
 */
export async function compileDigits(weights = new URL('weights.safetensors', folder)): Promise<Uint8Array> {
  const model = readFileSync(new URL('model.json', folder), 'utf8');
  return (await compile(model, { tensors: readSafetensors(readFileSync(weights)), weights: 'embed' })).binary;
}
