import { readFileSync, writeFileSync } from 'node:fs';
import { compile, loaderSource, type CompiledModule, type LoaderOptions } from '../../compiler/index.js';
import { readSafetensors } from '../../compiler/import/safetensors.js';
import { folder } from './data.js';

/**
 * The trained network as one module, `image` (batch, 8, 8, 1) to `probabilities` (batch, 10).
 * @param weights a safetensors file; by default the one that `train.ts` writes
 */
export async function compileDigits(weights = new URL('weights.safetensors', folder)): Promise<CompiledModule> {
  const model = readFileSync(new URL('model.json', folder), 'utf8');
  return compile(model, { tensors: readSafetensors(readFileSync(weights)), weights: 'embed' });
}

/**
 * Writes `digits.wasm` and its loader `digits.js` into a folder, as `nacre compile -o digits.wasm --runtime forward` does.
 * @param platform what `--for` names, if anything
 * @returns the module
 */
export async function writeDigits(target: URL, platform?: LoaderOptions['for']): Promise<Uint8Array> {
  const compiled = await compileDigits();
  const { js } = await loaderSource(compiled, {
    wasm: './digits.wasm',
    runtime: 'forward',
    ...(platform !== undefined && { for: platform }),
  });
  writeFileSync(new URL('digits.wasm', target), compiled.binary);
  writeFileSync(new URL('digits.js', target), js);
  return compiled.binary;
}
