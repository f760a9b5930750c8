/** What the worker of a compiled module does. */
import { instantiate } from '../../runtime/external.js';
import type { Model } from '../../runtime/index.js';
import type { Feed } from '../../compiler/report/feeds.js';
import { readyHistograms, type VariableHistogram } from '../../compiler/report/variables.js';
import type { Progress } from '../workers/rpc.js';
import { bytesOf, valuesOf } from './values.js';

export interface ModuleSource {
  readonly binary: Uint8Array;
  readonly weights?: Uint8Array | undefined;
}

/** Seeds are decimal. */
export interface Initialized {
  readonly seed: string;
  readonly histograms: readonly VariableHistogram[];
  /** Variables whose sizes wait for the first input. */
  readonly deferred: readonly string[];
}

export interface RunResult {
  readonly outputs: Readonly<Record<string, Feed>>;
  /** Of this one call, copies included. */
  readonly milliseconds: number;
  readonly initialized: Initialized;
}

export interface Timing {
  readonly runs: number;
  /** Milliseconds of one forward. */
  readonly median: number;
}

type Feeds = Readonly<Record<string, Feed>>;

/** Clocks of browsers are as coarse as 0.1 ms: what is timed takes longer. */
const BATCH = 5;
const LEAST_BATCHES = 5;
const LONGEST = 1500;

let model: Model | undefined;

function opened(): Model {
  if (!model) throw new Error('module: not opened');
  return model;
}

function describe(net: Model): Initialized {
  const histograms = readyHistograms(net);
  const deferred = net.variables.list().filter(({ state }) => state === 'deferred');
  return { seed: String(net.seed), histograms, deferred: deferred.map(({ name }) => name) };
}

/** Instantiates a module and initializes what can be. */
async function open({ binary, weights }: ModuleSource): Promise<Initialized> {
  model = undefined;
  const net = await instantiate({ binary, ...(weights && { weights }) });
  net.initialize();
  model = net;
  return describe(net);
}

function initialize({ seed }: { readonly seed: string }): Initialized {
  const net = opened();
  net.initialize({ seed: BigInt(seed), force: true });
  return describe(net);
}

const feed = (feeds: Feeds): Parameters<Model['forward']>[0] =>
  Object.fromEntries(
    Object.entries(feeds).map(([name, { shape, ...values }]) => [name, { data: valuesOf(values), shape }]),
  );

function run({ feeds }: { readonly feeds: Feeds }): RunResult {
  const net = opened();
  const values = feed(feeds);
  const start = performance.now();
  const outputs = net.forward(values);
  const milliseconds = performance.now() - start;
  return {
    outputs: Object.fromEntries(
      net.manifest.outputs.map(({ name, dtype }) => {
        const { data, shape } = outputs[name]!;
        return [name, { dtype, shape, bytes: bytesOf(data) }];
      }),
    ),
    milliseconds,
    initialized: describe(net),
  };
}

/** Milliseconds of `count` forwards. */
function spend(net: Model, count: number): number {
  const start = performance.now();
  for (let at = 0; at < count; at++) net.run();
  return performance.now() - start;
}

/** The median of repeated forwards, after warm-up. */
function time({ feeds }: { readonly feeds: Feeds }, progress: Progress): Timing {
  const net = opened();
  net.forward(feed(feeds));
  let count = 1;
  for (let spent = spend(net, count); spent < BATCH; spent = spend(net, count)) count *= 2;
  const batches: number[] = [];
  const start = performance.now();
  while (batches.length < LEAST_BATCHES || performance.now() - start < LONGEST) {
    batches.push(spend(net, count) / count);
    progress(`${batches.length * count} runs`);
  }
  batches.sort((a, b) => a - b);
  return { runs: batches.length * count, median: batches[batches.length >> 1]! };
}

export const runnerFunctions = { open, initialize, run, time } as const;
export type RunnerFunctions = typeof runnerFunctions;
