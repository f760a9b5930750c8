import { instantiate, type Model, type SessionOptions } from '../runtime/external.js';
import { compile, type CompileOptions, type SignatureOf } from './compile.js';
import type { ModelSource } from './pipeline.js';

export interface BuildOptions extends CompileOptions, SessionOptions {}

/**
 * Compiles a model and instantiates it, with every initializer at hand unless the options say otherwise.
 *
 * @throws what `compile` does
 */
export async function build<const M extends ModelSource>(
  model: M,
  { onWarning, ...options }: BuildOptions = {},
): Promise<Model<SignatureOf<M>>> {
  const module = await compile(model, { initializers: 'all', ...options });
  return instantiate(module, onWarning ? { onWarning } : {});
}
