/** `nacre/vite`: models as imports of Vite. Its types are its own, so that no bundler's have to be there. */
import { unplugin } from './core.js';
import type { NacreOptions } from './options.js';

export type { ModelOptions, NacreOptions, Platform } from './options.js';

/** A plugin for the `plugins` of Vite's configuration. */
export interface VitePlugin {
  readonly name: string;
  readonly enforce?: 'pre';
}

/**
 * The plugin: `import load from './model.onnx?nacre'` compiles the model while building.
 *
 * @param options what holds for every model, unless its import says otherwise
 * @throws OptionError for an option that does not exist or has a value that it does not take
 */
export default function nacre(options: NacreOptions = {}): VitePlugin {
  return unplugin.vite(options) as VitePlugin;
}
