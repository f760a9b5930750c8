import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';

/** What a page may do: run the scripts of its own origin, start its workers and fetch its files. */
const strict = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'";

const types: Readonly<Record<string, string>> = {
  '.mjs': 'text/javascript',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
};

interface Served {
  readonly body: string | Uint8Array;
  readonly type: string;
}

export interface Pages {
  /** The script, a guest, of each page by its path. */
  readonly scripts: Readonly<Record<string, string>>;
  /** Content-Security-Policy of pages that have another than the strict one. */
  readonly policies?: Readonly<Record<string, string>>;
  /** Content-Type of files that are served with a wrong one. */
  readonly wrongTypes?: Readonly<Record<string, string>>;
}

/** The policy that forbids WebAssembly and nothing else that pages need. */
export const withoutWasm = strict.replace(" 'wasm-unsafe-eval'", '');

/** Serves pages, and the files of a folder, on the loopback interface under a strict Content-Security-Policy. */
export async function serve(
  folder: string,
  { scripts, policies = {}, wrongTypes = {} }: Pages,
): Promise<{ readonly url: string; close(): void }> {
  const names = new Set(readdirSync(folder, { withFileTypes: true }).flatMap((f) => (f.isFile() ? [f.name] : [])));
  const find = (name: string): Served | null => {
    const script = scripts[name];
    if (script !== undefined) {
      const body = `<!doctype html><title>${name}</title><script type="module" src="/${script}.mjs"></script>`;
      return { body, type: 'text/html' };
    }
    if (!names.has(name)) return null;
    return { body: readFileSync(join(folder, name)), type: wrongTypes[name] ?? types[extname(name)] ?? 'text/plain' };
  };
  const server = createServer(({ url }, response) => {
    const name = (url ?? '').slice(1);
    const found = find(name);
    response.writeHead(found ? 200 : 404, {
      'content-type': found?.type ?? 'text/plain',
      'content-security-policy': policies[name] ?? strict,
    });
    response.end(found?.body);
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
