/**
 * The runtimes that loaders carry, as JavaScript expressions whose values have their exports. `npm run build` bundles them
 * (tools/bundle-runtimes.js).
 */
export declare const forward: string;
export declare const full: string;
/** Those that also read weights from a file. */
export declare const forwardExternal: string;
export declare const fullExternal: string;
