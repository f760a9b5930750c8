/** `nacre/rollup`: models as imports of Rollup. */
import { unplugin } from './core.js';

export type { ModelOptions, NacreOptions, Platform } from './options.js';

/**
 * The plugin: `import load from './model.onnx?nacre'` compiles the model while building.
 *
 * @param options what holds for every model, unless its import says otherwise
 * @throws OptionError for an option that does not exist or has a value that it does not take
 */
const nacre = unplugin.rollup;
export default nacre;
