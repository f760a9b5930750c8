// For a browser's service worker: posts the digest of the modules to the port of whoever asks, or what comes of `import()`.
import { thrown } from '../loader.js';
import { answer } from './served.js';

type Extendable = MessageEvent<{ import?: string }> & { waitUntil(work: Promise<unknown>): void };

addEventListener('message', (event) => {
  const { data, ports } = event as Extendable;
  const { import: path } = data;
  const reply = async (): Promise<void> =>
    ports[0]?.postMessage(path === undefined ? await answer() : await import(path).then(() => null, thrown));
  (event as Extendable).waitUntil(reply());
});
