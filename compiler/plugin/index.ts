/** `nacre/plugin`: the plugin for every bundler that unplugin knows, by their names. */
export { unplugin } from './core.js';
export type { ModelOptions, NacreOptions, Platform } from './options.js';
