// For workerd, which compiles modules only as imports: answers the list of modules with their digest.
import type { Modules } from '../host.js';
import { digestAll } from '../loader.js';

async function open(file: string): Promise<WebAssembly.Module> {
  // A name apart from the import, so that bundlers leave it to the host.
  const path = `./${file}`;
  return ((await import(path)) as { default: WebAssembly.Module }).default;
}

export default {
  async fetch(request: Request): Promise<Response> {
    return Response.json(await digestAll((await request.json()) as Modules, open));
  },
};
