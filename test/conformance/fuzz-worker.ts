import { parentPort, workerData } from 'node:worker_threads';
import { attempt } from './attempt.js';
import type { Case } from './pack.js';

const { folder } = workerData as { readonly folder: string };

parentPort!.on('message', ({ item, seed }: { readonly item: Case; readonly seed: number }) => {
  void attempt(folder, item, seed).then((outcome) => {
    parentPort!.postMessage(outcome);
  });
});
