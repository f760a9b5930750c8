// For a browser: what the page that imports it makes of the modules beside it.
import { compiled, digest, type Digest, type Modules } from './digest.js';

export async function run(): Promise<Digest> {
  const modules = (await (await fetch('modules.json')).json()) as Modules;
  return digest(modules, async (file) => compiled(new Uint8Array(await (await fetch(file)).arrayBuffer())));
}
