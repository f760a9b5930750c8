import { parentPort, workerData } from 'node:worker_threads';
import type { Target } from '../../compiler/emit/library.js';
import type { Case } from './pack.js';
import { runCase } from './run.js';

const { folder } = workerData as { readonly folder: string };

parentPort!.on('message', ({ item, target }: { readonly item: Case; readonly target: Target }) => {
  void runCase(folder, item, target).then((outcome) => {
    parentPort!.postMessage(outcome);
  });
});
