import source from 'nacre-page:runner';
import { Remote } from '../workers/rpc.js';
import type { RunnerFunctions } from './functions.js';

/** A page from a file has no other file, so the worker comes from its text. */
function startWorker(): Worker {
  const url = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
  const worker = new Worker(url, { name: 'module' });
  URL.revokeObjectURL(url);
  return worker;
}

export type Runner = Remote<RunnerFunctions>;
export const createRunner = (): Runner => new Remote<RunnerFunctions>(startWorker);
