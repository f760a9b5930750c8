// For a browser's page: the digest of the modules, as the promise `answer`, from the place that the page's address names.
import { answer } from './served.js';

const received = (port: MessagePort | Worker): Promise<unknown> =>
  new Promise((resolve, reject) => {
    port.onmessage = ({ data }: MessageEvent<unknown>) => resolve(data);
    if (port instanceof Worker)
      port.onerror = ({ message }) => reject(new Error(message || 'the worker does not start'));
  });

/** What the service worker answers to a message. */
async function fromServiceWorker(message: unknown): Promise<unknown> {
  await navigator.serviceWorker.register('/service-worker.mjs', { type: 'module' });
  const { active } = await navigator.serviceWorker.ready;
  const { port1, port2 } = new MessageChannel();
  active!.postMessage(message, [port2]);
  return received(port1);
}

const places = {
  page: answer,
  worker: () => received(new Worker('/worker.mjs', { type: 'module' })),
  'service-worker': () => fromServiceWorker({}),
  'service-worker-import': () => fromServiceWorker({ import: '/page.mjs' }),
};

const place = location.pathname.slice(1) as keyof typeof places;
Object.assign(globalThis, { answer: places[place]() });
