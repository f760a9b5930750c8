// For browsers: what the page or worker that imports it makes of the modules beside it.
import type { Digest, Modules } from '../host.js';
import { digestAll, thrown } from '../loader.js';

export const bytesOf = async (url: string): Promise<Uint8Array<ArrayBuffer>> =>
  new Uint8Array(await (await fetch(url)).arrayBuffer());

export const modulesOf = async (): Promise<Modules> => (await (await fetch('/modules.json')).json()) as Modules;

/** An error as a value: it crosses from a worker to its page. */
export type Answer = Digest | { readonly error: string };

export async function answer(): Promise<Answer> {
  try {
    return await digestAll(await modulesOf(), (file) => bytesOf(`/${file}`));
  } catch (error) {
    const { name, message } = thrown(error);
    return { error: `${name}: ${message}` };
  }
}
