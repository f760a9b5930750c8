import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Host } from '../host.js';
import { installed, platform } from '../install.js';
import { digestOf } from '../run.js';

const script = fileURLToPath(new URL('../edge-vm.js', import.meta.url));

/** The sandbox in which Vercel's tools run edge functions: on Node 24, which has relaxed SIMD, or else on the running Node. */
export const edge: Host = {
  name: 'edge-runtime',
  digest: (folder) => {
    const vm = installed('@edge-runtime/vm');
    if (typeof vm === 'string') return Promise.resolve(vm);
    const node = installed(`node24-${platform}`);
    const path = typeof node === 'string' ? process.execPath : join(node.folder, 'bin/node');
    return Promise.resolve(digestOf(path, [script], folder));
  },
};
