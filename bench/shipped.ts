import { readFileSync } from 'node:fs';
import { createRequire, builtinModules } from 'node:module';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import type { ByteCount } from './protocol.js';
import { root, type Shipped } from './sides/side.js';

/** The part of esbuild that is used here; it is installed beside the sources, out of the compiler's sight. */
interface Bundler {
  build(options: object): Promise<{ readonly outputFiles: readonly { readonly contents: Uint8Array }[] }>;
}

export interface ShippedBytes {
  /** JavaScript, bundled and minified. */
  readonly script: ByteCount;
  readonly binaries: ByteCount;
}

const count = (parts: readonly Uint8Array[]): ByteCount => ({
  raw: parts.reduce((total, { length }) => total + length, 0),
  gzip: parts.reduce((total, part) => total + gzipSync(part, { level: 9 }).length, 0),
});

/** What a page loads of a side besides the model. */
export async function shippedBytes({ entry, folder, binaries }: Shipped): Promise<ShippedBytes> {
  const bundler = createRequire(new URL('bench/package.json', root))('esbuild') as Bundler;
  const { outputFiles } = await bundler.build({
    stdin: { contents: entry, resolveDir: fileURLToPath(folder) },
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    external: builtinModules.flatMap((name) => [name, `node:${name}`]),
    logLevel: 'error',
  });
  return {
    script: count(outputFiles.map(({ contents }) => contents)),
    binaries: count(binaries.map((file) => readFileSync(file))),
  };
}
