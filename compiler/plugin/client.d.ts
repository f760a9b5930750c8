/**
 * What an import of a model gives: `/// <reference types="nacre/client" />`. A pattern has one star, so the word `nacre`
 * comes last: `./model.onnx?seed=7&nacre`. The plugin's option `types` gives each model its own types in the place of these.
 */
declare module '*?nacre' {
  import type { Manifest, Model } from 'nacre/runtime';
  import type { ExternalOptions } from 'nacre/runtime/external';

  /** Compiles the module once and gives an instance of its own to each call. */
  export default function load(options?: ExternalOptions): Promise<Model>;
  export function compile(): Promise<WebAssembly.Module>;
  export const manifest: Manifest;
  /** Where the module is fetched from, and its weights if they are in a file. */
  export const url: URL | undefined;
  export const weightsUrl: URL | undefined;
}

declare module '*&nacre' {
  export { default, compile, manifest, url, weightsUrl } from '*?nacre';
}
