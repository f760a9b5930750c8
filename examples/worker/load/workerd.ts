import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { Bundle } from './bundles.js';

/** A workerd process that serves one Worker on the loopback interface. */
export interface Workerd {
  readonly url: URL;
  stop(): Promise<void>;
}

const kinds: Readonly<Record<string, string>> = { js: 'esModule', wasm: 'wasm', bin: 'data' };

const configOf = (files: readonly string[]): string => `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .worker)],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
const worker :Workerd.Worker = (
  modules = [
${files.map((name) => `    (name = "${name}", ${kinds[name.split('.').at(-1)!]!} = embed "${name}"),`).join('\n')}
  ],
  compatibilityDate = "2026-04-01",
);
`;

/**
 * Starts a Worker in a process of its own.
 * @param program path of workerd
 * @throws Error with what workerd says when the Worker does not start
 */
export async function startWorkerd(program: string, { folder, files }: Bundle): Promise<Workerd> {
  writeFileSync(join(folder, 'config.capnp'), configOf(files));
  const child = spawn(program, ['serve', '--control-fd=3', 'config.capnp'], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
  });
  let said = '';
  child.stderr!.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const exited = once(child, 'exit');
  const port = await Promise.race([
    listening(child.stdio[3] as Readable),
    exited.then(() => Promise.reject(new Error(said.trim()))),
  ]);
  return {
    url: new URL(`http://127.0.0.1:${port}/`),
    stop: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

/** The port in the line that workerd writes when a socket listens. */
async function listening(control: Readable): Promise<number> {
  for await (const line of createInterface({ input: control })) {
    const { event, port } = JSON.parse(line) as { readonly event: string; readonly port?: number };
    if (event === 'listen' && port !== undefined) return port;
  }
  return new Promise(() => undefined);
}
