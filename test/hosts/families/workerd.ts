import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Digest, Host, HostDigest } from '../host.js';
import { installed, load } from '../install.js';
import { LIMIT } from '../run.js';

interface Miniflare {
  readonly ready: Promise<URL>;
  dispose(): Promise<void>;
}

async function digest(folder: string): Promise<HostDigest | string> {
  const miniflare = await load<{ readonly Miniflare: new (options: object) => Miniflare }>('miniflare');
  const workerd = installed('workerd');
  if (typeof miniflare === 'string') return miniflare;
  if (typeof workerd === 'string') return workerd;
  const modules = ['workerd.mjs', ...readdirSync(folder).filter((name) => name.endsWith('.wasm'))].map((name) => ({
    type: name.endsWith('.wasm') ? 'CompiledWasm' : 'ESModule',
    path: join(folder, name),
  }));
  const server = new miniflare.Miniflare({
    ...{ host: '127.0.0.1', port: 0, cf: false, compatibilityDate: '2026-04-01' },
    ...{ modules, modulesRoot: folder },
  });
  try {
    const body = readFileSync(join(folder, 'modules.json'));
    const response = await fetch(await server.ready, { method: 'POST', body, signal: AbortSignal.timeout(LIMIT) });
    if (!response.ok) throw new Error(await response.text());
    return { version: workerd.version, engine: 'V8', ...((await response.json()) as Digest) };
  } finally {
    await server.dispose();
  }
}

export const workerd: Host = { name: 'workerd', digest };
