import { Child } from './child.js';
import type { Effort } from './effort.js';
import { median } from './measure.js';
import { step } from './progress.js';
import type { PerSide, Sampled } from './protocol.js';
import type { SideName } from './sides/index.js';

/** float32 sums in different orders differ by rounding only; of the largest value. */
const TOLERANCE = 1e-4;

/** Milliseconds for which the SIMD peak is measured in each round. */
const PEAK_TIME = 20;

export interface Timing {
  /** Median milliseconds of a call. */
  readonly time: number;
  readonly samples: number;
  /** The most memory that was resident in the process, in bytes. */
  readonly memory: number;
  /** max |a − e| / max |e| against nacre's output. */
  readonly difference: number;
}

export interface Comparison {
  readonly timings: PerSide<Timing>;
  /** Why sides were not measured. */
  readonly failures: PerSide<string>;
  /** The SIMD peak in the same rounds, in GFLOP/s. */
  readonly peak: number;
}

interface Contender {
  readonly side: SideName;
  readonly child: Child;
  readonly difference: number;
  readonly samples: number[];
  memory: number;
}

/** Largest difference as a share of the largest value expected. @throws Error when it is more than rounding */
export function difference(actual: Float32Array, expected: Float32Array): number {
  if (actual.length !== expected.length) {
    throw new Error(`gives ${actual.length} values, nacre ${expected.length}`);
  }
  let [worst, largest] = [0, 0];
  for (let i = 0; i < expected.length; i++) {
    const distance = Math.abs(actual[i]! - expected[i]!);
    worst = distance > worst || Number.isNaN(distance) ? distance : worst;
    largest = Math.max(largest, Math.abs(expected[i]!));
  }
  if (!(worst <= TOLERANCE * largest)) throw new Error(`differs from nacre by ${worst} where values reach ${largest}`);
  return worst / largest;
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** The sides of one model as they are measured; one that fails is left out from then on. */
class Race {
  readonly failures: Partial<Record<SideName, string>> = {};
  private contenders: Contender[] = [];
  private readonly children: Child[] = [];

  constructor(private readonly model: string) {}

  /** Loads a side in a process of its own. @returns what it computes; undefined where it fails */
  async enter(side: SideName, folder: URL, node: string, expected: Float32Array | undefined) {
    step(`${this.model}: ${side} loads`);
    const child = new Child('time', node);
    this.children.push(child);
    try {
      const output = await child.ask<Float32Array>({ side, folder: folder.href });
      const worst = difference(output, expected ?? output);
      this.contenders.push({ side, child, difference: worst, samples: [], memory: 0 });
      return output;
    } catch (error) {
      await this.drop(side, child, error);
      return undefined;
    }
  }

  /** Asks all sides in turn. */
  async ask(question: object, use?: (contender: Contender, sampled: Sampled) => void): Promise<void> {
    for (const contender of this.contenders) {
      try {
        const sampled = await contender.child.ask<Sampled>(question);
        use?.(contender, sampled);
      } catch (error) {
        await this.drop(contender.side, contender.child, error);
      }
    }
  }

  private async drop(side: SideName, child: Child, error: unknown): Promise<void> {
    if (side === 'nacre') throw error;
    this.failures[side] = reasonOf(error);
    this.contenders = this.contenders.filter((contender) => contender.side !== side);
    await child.end();
  }

  get timings(): PerSide<Timing> {
    const entries = this.contenders.map(({ side, samples, memory, difference }) => {
      return [side, { time: median(samples), samples: samples.length, memory, difference }] as const;
    });
    return Object.fromEntries(entries);
  }

  async end(): Promise<void> {
    await Promise.all(this.children.map((child) => child.end()));
  }
}

/**
 * Times the sides on one model, each in a process of its own: outputs compared, then all warmed up, then in alternating
 * rounds. A side that fails or whose output differs is left out with the reason.
 *
 * @param folders what each side prepared; nacre is the first
 * @param peakFile the module that reaches the SIMD peak
 * @throws Error when nacre fails
 */
export async function compare(
  model: string,
  folders: readonly (readonly [side: SideName, folder: URL])[],
  { node, peakFile, effort }: { readonly node: string; readonly peakFile: URL; readonly effort: Effort },
): Promise<Comparison> {
  const race = new Race(model);
  const peak = new Child('peak', node);
  try {
    let expected: Float32Array | undefined;
    for (const [side, folder] of folders) {
      const output = await race.enter(side, folder, node, expected);
      expected ??= output;
    }
    step(`${model}: warms up`);
    await race.ask({ time: effort.warmUp, least: 0 });
    await peak.ask({ file: peakFile.href, time: 10 * PEAK_TIME });
    const limits: number[] = [];
    const least = Math.ceil(effort.samples / effort.rounds);
    for (let round = 1; round <= effort.rounds; round++) {
      step(`${model}: round ${round} of ${effort.rounds}`);
      await race.ask({ time: effort.round, least }, (contender, { samples, memory }) => {
        contender.samples.push(...samples);
        contender.memory = memory;
      });
      limits.push(...(await peak.ask<number[]>({ time: PEAK_TIME, least: 0 })));
    }
    return { timings: race.timings, failures: race.failures, peak: median(limits) };
  } finally {
    await Promise.all([race.end(), peak.end()]);
  }
}
