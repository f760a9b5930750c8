import { parentPort, workerData } from 'node:worker_threads';
import { attemptKeras } from './keras-attempt.js';
import type { KerasCase } from './keras-run.js';

const { folder } = workerData as { readonly folder: string };

parentPort!.on('message', ({ item, seed }: { readonly item: KerasCase; readonly seed: number }) => {
  void attemptKeras(folder, item, seed).then((outcome) => {
    parentPort!.postMessage(outcome);
  });
});
