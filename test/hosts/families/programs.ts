import { join } from 'node:path';
import type { Host } from '../host.js';
import { installed, platform } from '../install.js';
import { digestOf } from '../run.js';

/** A program, pinned for each platform, that runs modules of JavaScript. */
const program = (name: string, path: string, args: readonly string[]): Host => ({
  name,
  digest: (folder) => {
    const found = installed(`${name.toLowerCase()}-${platform}`);
    if (typeof found === 'string') return Promise.resolve(found);
    return Promise.resolve(digestOf(join(found.folder, path), [...args, 'child.mjs'], folder));
  },
});

export const deno = program('Deno', 'deno', ['run', '--no-config', '--no-remote', '--no-npm', '--allow-read=.']);
export const bun = program('Bun', 'bin/bun', ['--no-install']);
