import type { Run } from './sides/side.js';

export const median = (samples: readonly number[]): number => {
  const sorted = samples.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
};

/** Milliseconds that a block of calls takes, one call after the other. */
async function block(run: Run, count: number): Promise<number> {
  const start = performance.now();
  const first = run();
  if (first instanceof Promise) {
    await first;
    for (let i = 1; i < count; i++) await run();
  } else {
    for (let i = 1; i < count; i++) void run();
  }
  return performance.now() - start;
}

/** An engine may take this many calls until it runs optimized code. */
const LEAST_CALLS = 5;

/** Calls for at least `time` milliseconds, then says how many make a block of `length` milliseconds. */
export async function warmUp(run: Run, time: number, length: number): Promise<number> {
  const end = performance.now() + time;
  let [count, calls, took] = [1, 0, 0];
  while (performance.now() < end || calls < LEAST_CALLS) {
    took = await block(run, count);
    calls += count;
    if (took < length) count *= 2;
  }
  if (count === 1 && took > 2 * length) return 1;
  const blocks: number[] = [];
  for (let i = 0; i < 9; i++) blocks.push(await block(run, count));
  return Math.max(1, Math.round((count * length) / median(blocks)));
}

/** Milliseconds of a call, one sample a block, for at least `time` milliseconds and `least` samples. */
export async function sample(run: Run, { count, time, least }: { count: number; time: number; least: number }) {
  const end = performance.now() + time;
  const samples: number[] = [];
  while (samples.length < least || performance.now() < end) samples.push((await block(run, count)) / count);
  return samples;
}
