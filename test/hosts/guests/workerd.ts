// For workerd, which compiles modules only as imports: answers the list of modules with their digest.
import { digest, type Modules } from './digest.js';

async function load(file: string): Promise<WebAssembly.Module> {
  // A name apart from the import, so that bundlers leave it to the host.
  const path = `./${file}`;
  return ((await import(path)) as { default: WebAssembly.Module }).default;
}

export default {
  async fetch(request: Request): Promise<Response> {
    return Response.json(await digest((await request.json()) as Modules, load));
  },
};
