// For Node, Deno and Bun: digests the modules of the working folder and prints what the host made of them, as JSON.
import { readFile } from 'node:fs/promises';
import process from 'node:process';
import { compiled, digest, type Modules } from './digest.js';

const { node, deno, bun, webkit, v8 } = process.versions as Readonly<Record<string, string | undefined>>;
const modules = JSON.parse(await readFile('modules.json', 'utf8')) as Modules;
const load = async (file: string): Promise<WebAssembly.Module | null> => compiled(new Uint8Array(await readFile(file)));
console.log(
  JSON.stringify({
    host: bun ? `bun ${bun}` : deno ? `deno ${deno}` : `node ${node}`,
    // Bun names the V8 whose interface it imitates.
    engine: bun ? `JavaScriptCore ${webkit?.slice(0, 10)}` : `V8 ${v8}`,
    ...(await digest(modules, load)),
  }),
);
