import { compiling, type Fail } from './fetch.js';

/** Compiles a module that its script carries in base64. */
export function openInline(base64: string, fail: Fail): Promise<WebAssembly.Module> {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  return compiling(WebAssembly.compile(bytes), 'the module', fail);
}
