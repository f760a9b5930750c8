// For a browser's service worker: posts the digest of the modules to the port of whoever asks.
import { answer } from './served.js';

type Extendable = MessageEvent & { waitUntil(work: Promise<unknown>): void };

addEventListener('message', (event) => {
  const reply = async (): Promise<void> => event.ports[0]?.postMessage(await answer());
  (event as Extendable).waitUntil(reply());
});
