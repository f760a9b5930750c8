// The SIMD peak: the first answer is after a warm-up, all others are samples in GFLOP/s.
import { readFileSync } from 'node:fs';
import { answer } from '../answer.js';
import type { PeakExports } from '../peak.js';
import type { PeakTask, SampleTask } from '../protocol.js';

const STEPS = 100_000;

let peak: PeakExports | undefined;

function sample(time: number): number[] {
  if (peak === undefined) throw new Error('peak: nothing is loaded');
  const operations = STEPS * peak.flops();
  const end = performance.now() + time;
  const samples: number[] = [];
  while (performance.now() < end) {
    const start = performance.now();
    peak.peak(STEPS, 0.5, 0.5);
    samples.push(operations / (performance.now() - start) / 1e6);
  }
  return samples;
}

answer((task: PeakTask | SampleTask): Promise<number[]> => {
  if ('file' in task) {
    const module = new WebAssembly.Module(new Uint8Array(readFileSync(new URL(task.file))));
    peak = new WebAssembly.Instance(module).exports as unknown as PeakExports;
  }
  return Promise.resolve(sample(task.time));
});
