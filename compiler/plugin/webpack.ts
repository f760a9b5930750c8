/** `nacre/webpack`: models as imports of webpack. Its types are its own, so that no bundler's have to be there. */
import { unplugin } from './core.js';
import type { NacreOptions } from './options.js';

export type { ModelOptions, NacreOptions, Platform } from './options.js';

/** A plugin for the `plugins` of webpack. */
export interface WebpackPlugin {
  apply(compiler: object): void;
}

/**
 * The plugin: `import load from './model.onnx?nacre'` compiles the model while building.
 *
 * @param options what holds for every model, unless its import says otherwise
 * @throws OptionError for an option that does not exist or has a value that it does not take
 */
export default function nacre(options: NacreOptions = {}): WebpackPlugin {
  return unplugin.webpack(options) as WebpackPlugin;
}
