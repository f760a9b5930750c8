import type { Manifest, ManifestDim, ManifestStep } from '../../../runtime/manifest.js';
import { dimReader } from './formula.js';
import type { Times } from './measure.js';

/** What a step, or several of them together, cost and do. */
export interface Figures {
  /** Microseconds, and their share of all steps. */
  readonly time: number;
  readonly share: number;
  readonly multiplyAdds: number;
  /** Floating-point operations, those of epilogues and loops included. */
  readonly operations: number;
  /** Bytes of operands and of results. */
  readonly read: number;
  readonly written: number;
  /** Of the multiply-adds, two operations each. */
  readonly gflops: number;
  /** The share of the limit of 128-bit arithmetic. */
  readonly ofPeak: number;
  /** GB/s of what is read and written. */
  readonly bandwidth: number;
}

export interface StepFigures extends Figures {
  readonly step: number;
  readonly kernel: string;
  readonly layers: readonly string[];
  readonly reason: string;
  readonly inputs: readonly (readonly number[])[];
  readonly outputs: readonly (readonly number[])[];
}

export interface GroupFigures extends Figures {
  readonly name: string;
  readonly steps: number;
}

export interface Profile {
  /** The sizes of open dims; of those that depend on data, the most they can be. */
  readonly sizes: Readonly<Record<string, number>>;
  readonly steps: readonly StepFigures[];
  /** By the first layer of each step and by kernel, the slowest first. */
  readonly layers: readonly GroupFigures[];
  readonly kernels: readonly GroupFigures[];
  readonly total: Figures;
  readonly times: Omit<Times, 'steps'>;
}

type Work = Pick<Figures, 'time' | 'multiplyAdds' | 'operations' | 'read' | 'written'>;

const nothing: Work = { time: 0, multiplyAdds: 0, operations: 0, read: 0, written: 0 };

const plus = (a: Work, b: Work): Work => ({
  time: a.time + b.time,
  multiplyAdds: a.multiplyAdds + b.multiplyAdds,
  operations: a.operations + b.operations,
  read: a.read + b.read,
  written: a.written + b.written,
});

/** @param time of all steps. @param peak GFLOP/s */
function rate(work: Work, time: number, peak: number): Figures {
  const per = (amount: number): number => (work.time > 0 ? amount / work.time / 1e3 : 0);
  const gflops = per(2 * work.multiplyAdds);
  return {
    ...work,
    share: time > 0 ? work.time / time : 0,
    gflops,
    ofPeak: gflops / peak,
    bandwidth: per(work.read + work.written),
  };
}

function groups<T extends Work>(
  steps: readonly T[],
  nameOf: (step: T) => string,
): (Work & { name: string; steps: number })[] {
  const found = new Map<string, Work & { name: string; steps: number }>();
  for (const step of steps) {
    const name = nameOf(step);
    const before = found.get(name) ?? { ...nothing, name, steps: 0 };
    found.set(name, { ...plus(before, step), name, steps: before.steps + 1 });
  }
  return [...found.values()].sort((a, b) => b.time - a.time);
}

/** What measured times say of the steps of a module, at the sizes of open dims. */
export function profileOf(
  manifest: Manifest,
  sizes: ReadonlyMap<string, number>,
  { steps: took, ...times }: Times,
): Profile {
  const value = dimReader(sizes);
  const shapes = (all: readonly (readonly ManifestDim[])[]): number[][] => all.map((shape) => shape.map(value));
  const steps = (manifest.steps ?? []).map((step: ManifestStep, index) => ({
    step: index,
    kernel: step.kernel,
    layers: step.layers,
    reason: step.reason,
    inputs: shapes(step.inputs),
    outputs: shapes(step.outputs),
    time: took[index]!,
    multiplyAdds: value(step.multiplyAdds),
    operations: value(step.operations),
    read: value(step.read),
    written: value(step.written),
  }));
  const total = steps.reduce<Work>(plus, nothing);
  const rated = <T extends Work>(work: T): T & Figures => Object.assign(rate(work, total.time, times.peak), work);
  return {
    sizes: Object.fromEntries(sizes),
    steps: steps.map(rated),
    layers: groups(steps, ({ layers }) => layers[0]!).map(rated),
    kernels: groups(steps, ({ kernel }) => kernel).map(rated),
    total: rate(total, total.time, times.peak),
    times,
  };
}
