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
  /** Of the module's `forward`, and what `run()` and `forward()` of the runtime take more than it. */
  readonly module: number;
  readonly run: number;
  readonly forward: number;
  readonly prepare: number;
  /** The limit of 128-bit arithmetic on one core, GFLOP/s. */
  readonly peak: number;
}

type Feeds = Parameters<Model['forward']>[0];

/** What a profile measures with. */
export interface Subject {
  readonly session: StepSession;
  readonly feeds: Feeds;
  readonly relaxed: boolean;
  /** Passes; as many as seem right if missing. */
  readonly passes?: number | undefined;
  readonly progress: Progress;
}

/** Milliseconds: of the measured passes, and of the warm-up at least and at most. */
const MEASURED = 2000;
const [WARM_UP, LONGEST_WARM_UP] = [300, 10_000];
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
const PEAK_SAMPLES = 4;
/** Milliseconds. */
const PEAK_WARM_UP = 100;

function median(samples: Iterable<number>): number {
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
function warmUp(steps: Passes, progress: Progress): void {
  const start = performance.now();
  const times: number[] = [];
  for (;;) {
    times.push(steps.run());
    const elapsed = performance.now() - start;
    progress.update(`profile: warming up, pass ${thousands(times.length)}`);
    if (elapsed > LONGEST_WARM_UP) return;
    if (elapsed < WARM_UP || times.length < 2 * WINDOW) continue;
    const before = Math.min(...times.slice(-11 * WINDOW, -WINDOW));
    if (Math.min(...times.slice(-WINDOW)) >= SETTLED * before) return;
  }
}

/** Microseconds that reading the clock takes. */
const clockCost = (): number => least(() => performance.now());

/** GFLOP/s of the peak loop, once the engine has optimized it. */
function peakRate(relaxed: boolean): () => number {
  const module = new WebAssembly.Module(emitPeak(relaxed) as BufferSource);
  const { peak } = new WebAssembly.Instance(module).exports as {
    readonly peak: (steps: number, x: number, y: number) => number;
  };
  const rate = (): number => (PEAK_STEPS * PEAK_OPERATIONS) / microseconds(() => void peak(PEAK_STEPS, 0.5, 0.5)) / 1e3;
  const end = performance.now() + PEAK_WARM_UP;
  while (performance.now() < end) rate();
  return rate;
}

/** The steps of a module, with samples of their times. */
class Passes {
  readonly samples: readonly number[][];
  private readonly repeats: Int32Array;
  private clock = 0;
  private call = 0;

  constructor(private readonly session: StepSession) {
    this.samples = session.steps.map(() => []);
    this.repeats = new Int32Array(this.samples.length).fill(1);
  }

  /** Runs every step once or several times in a row, and adds a sample to each. Gives their sum. */
  run(): number {
    const { timed } = this.session;
    const sum = this.samples.reduce((total, samples, index) => {
      const took = this.time(index);
      samples.push(took);
      return total + took;
    }, 0);
    this.session.require(timed.step(this.samples.length));
    return sum;
  }

  private time(index: number): number {
    const { timed } = this.session;
    const times = this.repeats[index]!;
    let status = 0;
    const took = microseconds(() => {
      for (let i = 0; i < times; i++) status ||= timed.step(index);
    });
    this.session.require(status);
    return Math.max(0, (took - this.clock) / times - this.call);
  }

  /** Finds what timing costs, and how often each step is to be run in a row. */
  calibrate(): void {
    const { timed, steps } = this.session;
    this.clock = clockCost();
    this.call = least(() => timed.step(steps.length));
    this.forget();
    for (let i = 0; i < WINDOW; i++) this.run();
    this.samples.forEach((samples, index) => {
      const estimate = median(samples);
      if (estimate < CHEAP && !steps[index]!.inPlace) {
        this.repeats[index] = Math.min(MOST_REPEATS, Math.ceil((2 * CHEAP) / Math.max(estimate, 0.01)));
      }
    });
    this.forget();
  }

  private forget(): void {
    for (const samples of this.samples) samples.length = 0;
  }
}

/** Times of whole calls: of the module's `forward`, and of the runtime's functions, which call it. */
class Calls {
  readonly samples: Record<'module' | 'run' | 'forward', number[]> = { module: [], run: [], forward: [] };
  private readonly together: number;
  private readonly clock = clockCost();

  constructor(
    private readonly session: StepSession,
    private readonly feeds: Feeds,
  ) {
    for (let i = 0; i < WINDOW; i++) this.round(1);
    this.together = Math.max(1, Math.ceil(WHOLE / this.round(1)[0]));
  }

  /** Times the three one after the other: what the processor does to one of them it does to the next one too. */
  run(): void {
    const [module, run, forward] = this.round(this.together);
    this.samples.module.push(module);
    this.samples.run.push(run - module);
    this.samples.forward.push(forward - module);
  }

  private round(times: number): [number, number, number] {
    const { session, feeds, clock } = this;
    const { timed } = session;
    const own = (call: () => void): number => microseconds(call, times) - clock / times;
    return [
      own(() => {
        session.require(timed.forward());
      }),
      own(() => {
        session.run();
      }),
      own(() => void session.forward(feeds)),
    ];
  }
}

/** The inputs as they stand in the module, so that no later call has to convert them. */
function plainFeeds({ manifest, inputs, shapes }: StepSession): Feeds {
  const entries = manifest.inputs.map(({ name }) => [
    name,
    { data: inputs[name]!.slice(), shape: shapes.inputs[name] },
  ]);
  return Object.fromEntries(entries) as Feeds;
}

/** Times each step of `forward`, the whole of it, and calls through the runtime, in alternating passes. */
export function measure({ session, feeds, relaxed, passes, progress }: Subject): Times {
  const rate = peakRate(relaxed);
  session.forward(feeds);
  const steps = new Passes(session);
  warmUp(steps, progress);
  const calls = new Calls(session, plainFeeds(session));
  steps.calibrate();
  const [sums, peaks]: [number[], number[]] = [[], []];
  const start = performance.now();
  const isEnough = (count: number): boolean =>
    passes === undefined
      ? count >= MOST_PASSES || (count >= LEAST_PASSES && performance.now() - start > MEASURED)
      : count >= passes;
  for (let count = 1; sums.length === 0 || !isEnough(count - 1); count++) {
    sums.push(steps.run());
    calls.run();
    // The best of a few: what interrupts one of them is no limit of the processor.
    peaks.push(Math.max(...Array.from({ length: PEAK_SAMPLES }, rate)));
    progress.update(`profile: pass ${thousands(count)}${passes === undefined ? '' : ` of ${thousands(passes)}`}`);
  }
  const { timed } = session;
  const prepare = (): void => {
    session.require(timed.prepare());
  };
  progress.end();
  return {
    passes: sums.length,
    steps: steps.samples.map(median),
    pass: median(sums),
    module: median(calls.samples.module),
    run: median(calls.samples.run),
    forward: median(calls.samples.forward),
    prepare: median(Array.from({ length: WINDOW }, () => microseconds(prepare))),
    peak: median(peaks),
  };
}
