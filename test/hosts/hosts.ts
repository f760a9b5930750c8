import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openChromium } from './chromium.js';
import type { Digest } from './digest.js';
import { installed, load, platform } from './install.js';

/** What a host made of the modules, and what it calls itself. */
export interface HostDigest extends Digest {
  readonly host: string;
  readonly engine: string;
  /** The hash of the modules that the host compiled; missing where it only runs them. */
  readonly modules?: string;
}

export interface Host {
  readonly name: string;
  /** Digests what stands in the folder; or tells why the host is not to be had. */
  readonly digest: (folder: string) => Promise<HostDigest | string>;
}

const limit = { timeout: 120_000, maxBuffer: 1 << 26, encoding: 'utf8' } as const;

function output(path: string, args: readonly string[], folder: string): string {
  const env = { ...process.env, DENO_DIR: join(folder, '.deno'), DENO_NO_UPDATE_CHECK: '1', DO_NOT_TRACK: '1' };
  const { stdout, stderr, status, error } = spawnSync(path, args, { ...limit, cwd: folder, env });
  if (status !== 0) throw new Error(error?.message ?? (stderr.trim() || `exit status ${status}`));
  return stdout;
}

const child = (path: string, args: readonly string[], folder: string): HostDigest =>
  JSON.parse(output(path, [...args, 'child.mjs'], folder)) as HostDigest;

function nodeDigest(path: string, flags: readonly string[], folder: string): HostDigest {
  const { host, ...rest } = child(path, flags, folder);
  const compile = fileURLToPath(new URL('compile.js', import.meta.url));
  return { host: [host, ...flags].join(' '), ...rest, modules: output(path, [...flags, compile], folder) };
}

/** A host that test/hosts/package.json pins for each platform, as NAME-PLATFORM. */
const pinned = (name: string, run: (root: string, folder: string) => HostDigest): Host => ({
  name,
  digest: (folder) => {
    const found = installed(`${name}-${platform}`);
    return Promise.resolve(typeof found === 'string' ? found : run(found.folder, folder));
  },
});

const running = (flags: readonly string[]): Host => ({
  name: ['node', process.versions.node, ...flags].join(' '),
  digest: (folder) => Promise.resolve(nodeDigest(process.execPath, flags, folder)),
});

interface Miniflare {
  readonly ready: Promise<URL>;
  dispose(): Promise<void>;
}

async function workerdDigest(folder: string): Promise<HostDigest | string> {
  const miniflare = await load<{ readonly Miniflare: new (options: object) => Miniflare }>('miniflare');
  const workerd = installed('workerd');
  if (typeof miniflare === 'string') return miniflare;
  if (typeof workerd === 'string') return workerd;
  const modules = ['worker.mjs', ...readdirSync(folder).filter((name) => name.endsWith('.wasm'))].map((name) => ({
    type: name.endsWith('.wasm') ? 'CompiledWasm' : 'ESModule',
    path: join(folder, name),
  }));
  const server = new miniflare.Miniflare({
    ...{ host: '127.0.0.1', port: 0, cf: false, compatibilityDate: '2026-04-01' },
    ...{ modules, modulesRoot: folder },
  });
  try {
    const body = readFileSync(join(folder, 'modules.json'));
    const response = await fetch(await server.ready, {
      method: 'POST',
      body,
      signal: AbortSignal.timeout(limit.timeout),
    });
    if (!response.ok) throw new Error(await response.text());
    return { host: `workerd ${workerd.version}`, engine: 'V8', ...((await response.json()) as Digest) };
  } finally {
    await server.dispose();
  }
}

/** Serves the files of a folder, and an empty page at /, on the loopback interface. */
async function serve(folder: string): Promise<{ readonly url: string; close(): void }> {
  const names = new Set(readdirSync(folder, { withFileTypes: true }).flatMap((f) => (f.isFile() ? [f.name] : [])));
  const server = createServer(({ url }, response) => {
    const name = (url ?? '').slice(1);
    const type = name === '' ? 'text/html' : name.endsWith('.mjs') ? 'text/javascript' : 'application/octet-stream';
    const known = name === '' || names.has(name);
    response.writeHead(known ? 200 : 404, { 'content-type': type });
    response.end(names.has(name) ? readFileSync(join(folder, name)) : '<!doctype html><link rel="icon" href="data:,">');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function chromiumDigest(folder: string): Promise<HostDigest | string> {
  const chromium = await openChromium();
  if (typeof chromium === 'string') return chromium;
  const { browser } = chromium;
  const server = await serve(folder);
  try {
    const page = await browser.newPage();
    await page.goto(server.url);
    const digest = (await page.evaluate(`import('/page.mjs').then(({ run }) => run())`)) as Digest;
    const { jsVersion } = await (await browser.target().createCDPSession()).send('Browser.getVersion');
    return { host: (await browser.version()).replace('/', ' '), engine: `V8 ${jsVersion}`, ...digest };
  } finally {
    await chromium.close();
    server.close();
  }
}

const release = `node${process.versions.node.split('.')[0]}`;
const otherReleases = ['node20', 'node22', 'node24'].filter((name) => name !== release);
const relaxedFlag = '--experimental-wasm-relaxed-simd';

/** Every host, the running Node first. */
export const hosts: readonly Host[] = [
  running([]),
  ...(release === 'node20' ? [running([relaxedFlag])] : []),
  ...otherReleases.map((name) => pinned(name, (root, folder) => nodeDigest(join(root, 'bin/node'), [], folder))),
  pinned('deno', (root, folder) =>
    child(join(root, 'deno'), ['run', '--no-config', '--no-remote', '--no-npm', '--allow-read=.'], folder),
  ),
  pinned('bun', (root, folder) => child(join(root, 'bin/bun'), ['--no-install'], folder)),
  { name: 'workerd', digest: workerdDigest },
  { name: 'chromium', digest: chromiumDigest },
];
