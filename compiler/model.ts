import { instantiate, type Model, type SessionOptions } from '../runtime/index.js';
import { compile, type CompileOptions } from './compile.js';
import type { ModelSource } from './pipeline.js';

export interface BuildOptions extends CompileOptions, SessionOptions {}

/**
 * Compiles a model and instantiates it, with every initializer at hand unless the options say otherwise.
 *
 * @throws what `compile` does
 */
export async function build(model: ModelSource, { onWarning, ...options }: BuildOptions = {}): Promise<Model> {
  const module = await compile(model, { initializers: 'all', ...options });
  return instantiate(module, onWarning ? { onWarning } : {});
}
