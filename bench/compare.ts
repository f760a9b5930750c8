import { Child } from './child.js';
import { median } from './measure.js';
import type { Sampled } from './protocol.js';
import type { Effort } from './effort.js';
import { step } from './progress.js';
import type { SideName } from './sides/index.js';

/** float32 sums in different orders differ by rounding only. */
const TOLERANCE = 1e-4;

export interface Timing {
  /** Median milliseconds of a call. */
  readonly time: number;
  readonly samples: number;
  /** The most memory that was resident in the process, in bytes. */
  readonly memory: number;
  /** max |a − e| against nacre's output. */
  readonly difference: number;
}

interface Contender {
  readonly side: SideName;
  readonly child: Child;
  readonly difference: number;
  readonly samples: number[];
  memory: number;
}

/** Largest absolute difference. @throws Error when it is more than rounding */
function difference(actual: Float32Array, expected: Float32Array, label: string): number {
  let [worst, largest] = [0, 1];
  if (actual.length !== expected.length) {
    throw new Error(`${label}: gives ${actual.length} values, nacre ${expected.length}`);
  }
  for (let i = 0; i < expected.length; i++) {
    const distance = Math.abs(actual[i]! - expected[i]!);
    worst = distance > worst || Number.isNaN(distance) ? distance : worst;
    largest = Math.max(largest, Math.abs(expected[i]!));
  }
  if (!(worst <= TOLERANCE * largest)) throw new Error(`${label}: differs from nacre by ${worst}`);
  return worst;
}

/**
 * Times the sides on one model, each in a process of its own: outputs compared, then all warmed up, then in alternating
 * rounds.
 *
 * @param folders what each side prepared; nacre is the first
 * @throws Error when a side's output differs or its process ends
 */
export async function compare(
  model: string,
  folders: readonly (readonly [side: SideName, folder: URL])[],
  node: string,
  effort: Effort,
): Promise<Partial<Record<SideName, Timing>>> {
  const contenders: Contender[] = [];
  const children: Child[] = [];
  try {
    let expected: Float32Array | undefined;
    for (const [side, folder] of folders) {
      step(`${model}: ${side} loads`);
      const child = new Child('time', node);
      children.push(child);
      const output = await child.ask<Float32Array>({ side, folder: folder.href });
      expected ??= output;
      const worst = difference(output, expected, side);
      contenders.push({ side, child, difference: worst, samples: [], memory: 0 });
    }
    for (const { side, child } of contenders) {
      step(`${model}: ${side} warms up`);
      await child.ask<Sampled>({ time: effort.warmUp, least: 0 });
    }
    for (let round = 1; round <= effort.rounds; round++) {
      step(`${model}: round ${round} of ${effort.rounds}`);
      for (const contender of contenders) {
        const least = Math.ceil(effort.samples / effort.rounds);
        const { samples, memory } = await contender.child.ask<Sampled>({ time: effort.round, least });
        contender.samples.push(...samples);
        contender.memory = memory;
      }
    }
  } finally {
    await Promise.all(children.map((child) => child.end()));
  }
  return Object.fromEntries(
    contenders.map(({ side, samples, memory, difference }) => [
      side,
      { time: median(samples), samples: samples.length, memory, difference },
    ]),
  );
}
