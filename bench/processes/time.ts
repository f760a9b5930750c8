// One side of one model. The first answer is the output, the next is after the warm-up, all others are samples.
import { sample, warmUp } from '../measure.js';
import type { Run } from '../sides/side.js';
import { sides } from '../sides/index.js';
import { answer } from '../answer.js';
import type { LoadTask, SampleTask, Sampled } from '../protocol.js';

/** Shorter than a turn of the scheduler, so that few blocks are interrupted. */
const BLOCK_MILLISECONDS = 0.5;

let run: Run | undefined;
let count = 0;

answer(async (task: LoadTask | SampleTask): Promise<Float32Array | Sampled> => {
  if ('side' in task) {
    run = await (await sides[task.side]()).load(new URL(task.folder));
    return run();
  }
  if (run === undefined) throw new Error('time: nothing is loaded');
  let samples: number[] = [];
  if (count === 0) count = await warmUp(run, task.time, BLOCK_MILLISECONDS);
  else samples = await sample(run, { ...task, count });
  return { samples, memory: process.resourceUsage().maxRSS * 1024 };
});
