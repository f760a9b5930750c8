// For Node, Deno and Bun: digests the modules of the working folder and prints what the host made of them, as JSON.
import { readFile } from 'node:fs/promises';
import process from 'node:process';
import type { HostDigest, Modules } from '../host.js';
import { digestAll } from '../loader.js';

const { node, deno, bun, webkit, v8 } = process.versions as Readonly<Record<string, string | undefined>>;
const modules = JSON.parse(await readFile('modules.json', 'utf8')) as Modules;
const answer: HostDigest = {
  version: bun ?? deno ?? node!,
  // Bun names the V8 whose interface it imitates.
  engine: bun ? `JavaScriptCore ${webkit?.slice(0, 10)}` : `V8 ${v8}`,
  ...(await digestAll(modules, async (file) => new Uint8Array(await readFile(file)))),
};
console.log(JSON.stringify(answer));
