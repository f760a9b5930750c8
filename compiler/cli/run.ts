import { instantiateSync, type Model, type SessionOptions, type Tensor as RuntimeTensor } from '../../runtime/index.js';
import type { Manifest } from '../../runtime/manifest.js';
import { compile } from '../compile.js';
import { OptionError } from '../errors.js';
import type { DType } from '../tensor.js';
import { prettyJson, table, thousands } from '../text.js';
import { defineCommand, type OptionSpecs } from './command.js';
import { writeFiles } from './files.js';
import { assignments, readInputs } from './inputs.js';
import { bindOption, loadModel, modelDetails } from './model.js';
import { writeNpy } from '../npy.js';
import { Progress } from './progress.js';
import { describeValues, printValues } from './statistics.js';
import { readCount, readSeed } from './values.js';
import { openModule } from './weights.js';

const options = {
  input: { value: 'NAME=FILE', multiple: true, help: 'the values of an input: .npy, or .json with nested lists' },
  output: { value: 'NAME=FILE', multiple: true, help: 'where the values of an output go: .npy or .json' },
  bind: bindOption,
  seed: { value: 'N', help: 'the seed of the initializers, or random; by default the one compiled in, 0' },
  repeat: { value: 'N', help: 'run N times more and tell the time of a run' },
} as const satisfies OptionSpecs;

async function openModel(path: string, bind: readonly string[], options: SessionOptions): Promise<Model> {
  const loaded = await loadModel(path, bind);
  if (loaded.kind === 'module') return openModule(path, loaded.binary, options);
  return instantiateSync((await compile(loaded.model, { tensors: loaded.tensors })).binary, options);
}

/** `seed 0 (default)` */
export function printSeed({ seed, manifest }: Model, asked: string | undefined): string {
  const { variables } = manifest;
  if (asked !== undefined) return `seed ${seed}${asked === 'random' ? ' (random)' : ''}`;
  if (variables.length > 0 && variables.every(({ given }) => given)) return 'weights of the module';
  return `seed ${seed} (${seed === 0n ? 'default' : 'of the module'})`;
}

interface Timing {
  readonly runs: number;
  /** Milliseconds. */
  readonly median: number;
  readonly least: number;
}

function time(model: Model, runs: number, progress: Progress): Timing {
  const times = Float64Array.from({ length: runs }, (_, run) => {
    const start = performance.now();
    model.run();
    const elapsed = performance.now() - start;
    progress.update(`run: ${thousands(run + 1)} of ${thousands(runs)}`);
    return elapsed;
  }).sort();
  progress.end();
  return { runs, median: times[runs >> 1]!, least: times[0]! };
}

const duration = (ms: number): string =>
  ms < 1 ? `${Number((ms * 1000).toPrecision(3))} µs` : `${Number(ms.toPrecision(3))} ms`;

type Outputs = Readonly<Record<string, RuntimeTensor>>;

const plainValues = (data: RuntimeTensor['data']): readonly number[] =>
  Array.from<number | bigint, number>(data, Number);

async function writeOutputs(files: ReadonlyMap<string, string>, outputs: Outputs, { outputs: ports }: Manifest) {
  await writeFiles(
    [...files].map(([name, path]) => {
      const { data, shape } = outputs[name]!;
      const { dtype } = ports.find((port) => port.name === name)!;
      if (path.endsWith('.npy')) return { path, data: writeNpy({ dtype, shape, data }) };
      return { path, data: `${JSON.stringify({ data: plainValues(data), shape })}\n` };
    }),
  );
}

interface Facts {
  /** As it was asked for. */
  readonly seed: string | undefined;
  readonly outputs: readonly (RuntimeTensor & { readonly name: string; readonly dtype: DType })[];
  readonly timing: Timing | undefined;
}

const described = (outputs: Outputs, manifest: Manifest): Facts['outputs'] =>
  manifest.outputs.map(({ name, dtype }) => ({ name, dtype, ...outputs[name]! }));

function jsonReport({ seed }: Model, { outputs, timing }: Facts): string {
  const results: Record<string, unknown> = {};
  for (const { name, dtype, shape, data } of outputs) {
    results[name] = { dtype, shape, ...describeValues(data), data: plainValues(data) };
  }
  return `${prettyJson({ seed: String(seed), outputs: results, timing })}\n`;
}

function textReport(model: Model, { seed, outputs, timing }: Facts): string {
  const rows = outputs.map(({ name, dtype, shape, data }) => [
    name,
    `${dtype} (${shape.join(', ')})`,
    ...printValues(data),
  ]);
  const lines = [printSeed(model, seed), ...table(rows)];
  if (timing) {
    const { runs, median, least } = timing;
    lines.push(`${thousands(runs)} runs  median ${duration(median)}  least ${duration(least)}`);
  }
  return `${lines.join('\n')}\n`;
}

export const runCommand = defineCommand({
  name: 'run',
  usage: 'MODEL --input NAME=FILE … [--output NAME=FILE …] [--seed N] [--repeat N]',
  summary: 'Runs a model once, and tells or writes its outputs.',
  details: [
    ...modelDetails,
    'A compiled .wasm is a MODEL too, with its weights in the .safetensors beside it if they are external.',
  ],
  operands: ['MODEL'],
  options,
  examples: [
    'run mlp.wasm --input x=x.npy',
    'run examples/mlp.json --input x=x.json --output y=y.npy --seed 7',
    'run mlp.wasm --input x=x.npy --repeat 1000',
  ],
  async run([path], values, streams) {
    const { seed, repeat, json } = values;
    const chosen = seed === undefined || seed === 'random' ? seed : readSeed(seed);
    const runs = repeat === undefined ? 0 : readCount('--repeat', repeat);
    const model = await openModel(path!, values.bind, {
      onWarning: (text) => streams.stderr.write(`note: ${text}\n`),
    });
    const { manifest } = model;
    const files = assignments('--output', values.output, manifest.outputs);
    for (const file of files.values()) {
      if (/\.(npy|json)$/.test(file)) continue;
      throw new OptionError('arguments', '--output', `${file} must end in .npy or .json`);
    }
    const feeds = await readInputs('--input', values.input, manifest.inputs, streams);
    if (chosen !== undefined) model.initialize({ seed: chosen });
    const outputs: Outputs = model.forward(feeds);
    const timing = runs === 0 ? undefined : time(model, runs, new Progress(streams.stderr));
    await writeOutputs(files, outputs, manifest);
    const facts = { seed, outputs: described(outputs, manifest), timing };
    streams.stdout.write(json ? jsonReport(model, facts) : textReport(model, facts));
  },
});
