import { readFileSync, readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';

export interface Server {
  readonly url: string;
  /** Names of the files that were asked for, in their order. */
  readonly requests: string[];
  close(): void;
}

const types: Readonly<Record<string, string>> = { '.js': 'text/javascript', '.wasm': 'application/wasm' };
const PAGE = '<!doctype html><link rel="icon" href="data:,">';

/** Serves the files of a folder, and an empty page at /, on the loopback interface under a policy. */
export async function serve(folder: string, scripts: string): Promise<Server> {
  const policy = `default-src 'none'; script-src ${scripts}; connect-src 'self'; worker-src 'self'; img-src data:`;
  const names = new Set(readdirSync(folder));
  const requests: string[] = [];
  const server = createServer(({ url = '/' }, response) => {
    const name = url.slice(1);
    const known = name === '' || names.has(name);
    if (name !== '') requests.push(name);
    const type = types[extname(name)] ?? 'text/html';
    response.writeHead(known ? 200 : 404, { 'content-type': type, 'content-security-policy': policy });
    response.end(names.has(name) ? readFileSync(join(folder, name)) : PAGE);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    requests,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
