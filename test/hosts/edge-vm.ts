// node edge-vm.js, in the folder of the modules: digests them in the sandbox of @edge-runtime/vm, and prints JSON. The
// sandbox compiles no bytes, as on the servers that it stands for: modules come compiled, as their imports do there.
import { readFileSync } from 'node:fs';
import type { Open } from './digest.js';
import type { Digest, HostDigest, Modules } from './host.js';
import { installed, load } from './install.js';

interface EdgeVM {
  evaluate(code: string): unknown;
  readonly context: { readonly digestAll: (modules: Modules, open: Open) => Promise<Digest> };
}

const name = '@edge-runtime/vm';
const vm = await load<{ readonly EdgeVM: new (options: object) => EdgeVM }>(name);
const found = installed(name);
if (typeof vm === 'string' || typeof found === 'string') throw new Error(`${name}: is not installed`);

const open: Open = (file) => {
  const bytes = new Uint8Array(readFileSync(file));
  return Promise.resolve(WebAssembly.validate(bytes) ? new WebAssembly.Module(bytes) : bytes);
};
const sandbox = new vm.EdgeVM({ codeGeneration: { strings: false, wasm: false } });
sandbox.evaluate(readFileSync('edge.js', 'utf8'));
const modules = JSON.parse(readFileSync('modules.json', 'utf8')) as Modules;
const { v8, node } = process.versions;
const answer: HostDigest = {
  version: found.version,
  engine: `V8 ${v8} of Node ${node}`,
  ...(await sandbox.context.digestAll(modules, open)),
};
console.log(JSON.stringify(answer));
