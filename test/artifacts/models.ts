import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { dense, graph, input } from '../../compiler/index.js';
import type { Model } from '../../runtime/index.js';

const x = input(['batch', 3]);
const hidden = x.pipe(dense({ name: 'hidden', units: 4, activation: 'tanh' }));

/** Drawn weights, an open batch. */
export const drawn = graph({ inputs: { x }, outputs: { y: hidden.pipe(dense({ name: 'out', units: 2 })) } });

const pair = input([1, 2]);

/** y = 2 a + 3 b, all sizes and weights known. */
export const known = graph({
  inputs: { x: pair },
  outputs: { y: pair.pipe(dense({ name: 'sum', units: 1, weight: [[2], [3]] })) },
});

export interface Loading {
  readonly default: (options?: Readonly<Record<string, unknown>>) => Promise<Model>;
  readonly loadSync: (options?: Readonly<Record<string, unknown>>) => Model;
  readonly ModuleError: new (...args: never[]) => Error;
}

/** A folder of files, each importable and served over HTTP with the content types given. */
export interface Place {
  readonly folder: string;
  readonly url: string;
  /** Requests that were made, as paths. */
  readonly asked: string[];
  readonly import: (name: string) => Promise<Loading>;
  readonly write: (files: Readonly<Record<string, Uint8Array | string>>) => Promise<void>;
  readonly close: () => Promise<void>;
}

export type Answer = (name: string) => {
  readonly status?: number;
  readonly type?: string;
  readonly body: Uint8Array | string;
};

let imports = 0;

export async function makePlace(answer?: Answer): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), 'nacre-artifacts-'));
  const asked: string[] = [];
  const serve = ({ url = '/' }: IncomingMessage, response: ServerResponse): void => {
    asked.push(url);
    const { status = 200, type, body } = answer!(decodeURIComponent(url.slice(1)));
    response.writeHead(status, type === undefined ? {} : { 'content-type': type }).end(body);
  };
  const server = createServer(serve);
  if (answer) await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address() as AddressInfo | null;
  return {
    folder,
    asked,
    url: address ? `http://127.0.0.1:${address.port}/` : '',
    import: (name) => import(`${pathToFileURL(join(folder, name)).href}?${imports++}`) as Promise<Loading>,
    async write(files) {
      await writeFile(join(folder, 'package.json'), '{"type":"module"}');
      await Promise.all(Object.entries(files).map(([name, data]) => writeFile(join(folder, name), data)));
    },
    async close() {
      server.close();
      server.closeAllConnections();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
