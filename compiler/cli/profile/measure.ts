import type { Model } from '../../../runtime/index.js';
import { emitPeak, PEAK_OPERATIONS } from '../../emit/peak.js';
import type { Progress } from '../progress.js';
import { thousands } from '../../text.js';
import type { StepSession } from './session.js';

/** Medians, in microseconds unless they say otherwise. */
export interface Times {
  /** How often all steps were run, one after the other. */
  readonly passes: number;
  /** Of each step, less what timing it costs. */
  readonly steps: readonly number[];
  /** Of the steps of one pass together. */
  readonly pass: number;
  /** Of the module's `forward`, and of `run()` and `forward()` of the runtime. */
  readonly module: number;
  readonly run: number;
  readonly forward: number;
  readonly prepare: number;
  /** The limit of 128-bit arithmetic on one core, GFLOP/s. */
  readonly peak: number;
}

/** What a profile measures with. */
export interface Subject {
  readonly session: StepSession;
  readonly feeds: Parameters<Model['forward']>[0];
  readonly relaxed: boolean;
  /** Passes; as many as seem right if missing. */
  readonly passes?: number | undefined;
  readonly progress: Progress;
}

/** Milliseconds: of the measured passes, and of the warm-up at least and at most. */
const MEASURED = 2000;
const [WARM_UP, LONGEST_WARM_UP] = [500, 10_000];
const [LEAST_PASSES, MOST_PASSES] = [11, 2001];
/** A pass that is slower than this share of the best one before shows that the engine optimizes no more. */
const SETTLED = 0.97;
const WINDOW = 5;
/** Microseconds: a step that is shorter is run several times in a row, so that reading the clock does not blur it. */
const CHEAP = 2;
const MOST_REPEATS = 16;
/** Microseconds of whole calls in a row. */
const WHOLE = 50;
const PEAK_STEPS = 10_000;

export function median(samples: Iterable<number>): number {
  const sorted = Float64Array.from(samples).sort();
  return sorted.length === 0 ? NaN : (sorted[sorted.length >> 1]! + sorted[(sorted.length - 1) >> 1]!) / 2;
}

/** Microseconds of one of `times` calls in a row. */
function microseconds(call: () => void, times = 1): number {
  const start = performance.now();
  for (let i = 0; i < times; i++) call();
  return ((performance.now() - start) * 1e3) / times;
}

/** Microseconds of a call that takes next to none. */
const least = (call: () => void): number => median(Array.from({ length: 21 }, () => microseconds(call, 200)));

/** Runs all steps, until that does not become faster any more. */
function warmUp({ session, progress }: Subject, pass: () => number): void {
  const start = performance.now();
  const times: number[] = [];
  for (;;) {
    times.push(pass());
    const elapsed = performance.now() - start;
    progress.update(`profile: warming up, pass ${thousands(times.length)}`);
    if (elapsed > LONGEST_WARM_UP) return;
    if (elapsed < WARM_UP || times.length < 2 * WINDOW) continue;
    const [before, now] = [times.slice(0, -WINDOW), times.slice(-WINDOW)];
    if (Math.min(...now) >= SETTLED * Math.min(...before.slice(-10 * WINDOW))) return;
  }
}

/** Times each step of `forward`, the whole of it, and calls through the runtime, in alternating passes. */
export function measure(subject: Subject): Times {
  const { session, feeds, relaxed, progress } = subject;
  const { timed, steps } = session;
  const { peak } = new WebAssembly.Instance(new WebAssembly.Module(emitPeak(relaxed) as BufferSource)).exports as {
    peak(steps: number, x: number, y: number): number;
  };
  session.forward(feeds);
  const repeats = new Int32Array(steps.length).fill(1);
  const samples = steps.map(() => [] as number[]);
  let clock = 0;
  let call = 0;
  const timeStep = (index: number): number => {
    const times = repeats[index]!;
    let status = 0;
    const start = performance.now();
    for (let i = 0; i < times; i++) status |= timed.step(index);
    const took = (performance.now() - start) * 1e3;
    session.require(status);
    return Math.max(0, (took - clock) / times - call);
  };
  const pass = (): number => {
    let total = 0;
    for (let index = 0; index < steps.length; index++) {
      const took = timeStep(index);
      samples[index]!.push(took);
      total += took;
    }
    session.require(timed.step(steps.length));
    return total;
  };
  const forget = (): void => {
    for (const each of samples) each.length = 0;
  };
  warmUp(subject, pass);
  const whole = {
    module: () => session.require(timed.forward()),
    run: () => session.run(),
    forward: () => void session.forward(feeds),
  };
  for (const each of Object.values(whole)) for (let i = 0; i < WINDOW; i++) each();
  const together = Math.max(1, Math.ceil(WHOLE / microseconds(whole.module, WINDOW)));
  clock = least(() => performance.now());
  call = least(() => timed.step(steps.length));
  forget();
  for (let i = 0; i < WINDOW; i++) pass();
  samples.forEach((own, index) => {
    const estimate = median(own);
    if (estimate < CHEAP && !steps[index]!.inPlace) {
      repeats[index] = Math.min(MOST_REPEATS, Math.ceil((2 * CHEAP) / Math.max(estimate, 0.01)));
    }
  });
  forget();

  const others = { pass: [], module: [], run: [], forward: [], peak: [] } as Record<string, number[]>;
  const start = performance.now();
  const wanted = subject.passes;
  for (let count = 1; ; count++) {
    others['pass']!.push(pass());
    for (const [name, each] of Object.entries(whole)) {
      others[name]!.push(microseconds(each, together) - clock / together);
    }
    others['peak']!.push((PEAK_STEPS * PEAK_OPERATIONS) / microseconds(() => void peak(PEAK_STEPS, 0.5, 0.5)) / 1e3);
    progress.update(`profile: pass ${thousands(count)}${wanted === undefined ? '' : ` of ${thousands(wanted)}`}`);
    const isEnough = performance.now() - start > MEASURED && count >= LEAST_PASSES;
    if (wanted === undefined ? isEnough || count >= MOST_PASSES : count >= wanted) break;
  }
  const prepare = median(Array.from({ length: WINDOW }, () => microseconds(() => session.require(timed.prepare()))));
  progress.end();
  return {
    passes: others['pass']!.length,
    steps: samples.map(median),
    pass: median(others['pass']!),
    module: median(others['module']!),
    run: median(others['run']!),
    forward: median(others['forward']!),
    prepare,
    peak: median(others['peak']!),
  };
}
