import { parentPort, workerData } from 'node:worker_threads';
import type { Target } from '../../compiler/emit/library.js';
import { runKerasCase, type KerasCase } from './keras-run.js';

const { folder } = workerData as { readonly folder: string };

parentPort!.on('message', ({ item, target }: { readonly item: KerasCase; readonly target: Target }) => {
  void runKerasCase(folder, item, target).then((outcome) => {
    parentPort!.postMessage(outcome);
  });
});
