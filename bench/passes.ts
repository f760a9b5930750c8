import { parseArgs } from 'node:util';
import {
  batchNormalization,
  bidirectional,
  compile,
  concatenate,
  conv2d,
  cropping1d,
  dense,
  globalAveragePooling2d,
  input,
  lstm,
  parallel,
  relu,
  sequential,
  type Graph,
} from '../compiler/index.js';
import { emit } from '../compiler/emit/index.js';
import { loadLibrary, type Target } from '../compiler/emit/library.js';
import { importOnnx } from '../compiler/import/onnx/index.js';
import { Pipeline, type ModelSource } from '../compiler/pipeline.js';
import { optimize, passNames } from '../compiler/optimize/index.js';
import { plan } from '../compiler/plan/index.js';
import { needsExtended } from '../compiler/plan/kernels.js';
import { measures, type KernelPlan, type Measure } from '../compiler/plan/types.js';
import { printPlan } from '../compiler/print.js';
import { instantiateSync } from '../runtime/index.js';
import { markdownTable, significant } from './markdown.js';
import { median } from './measure.js';
import { selectModels } from './models/index.js';
import { networkOf } from './network.js';
import { translate } from './onnx/translate.js';

/**
 * What each pass of the optimizer and each measure of the planner gains: a model compiled without it beside the model
 * compiled with all, run in turn. What leaves a model's plan as it is, is left out.
 */

const ROUNDS = 15;
/** Milliseconds of a sample, and of the calls before the first one. */
const SAMPLE = 12;
const WARM_UP = 250;

const { values: options } = parseArgs({
  options: { models: { type: 'string' }, relaxed: { type: 'boolean', default: false } },
  strict: false,
});
const target: Target = options.relaxed === true ? 'relaxed' : 'baseline';

/** Convolutions with batch normalizations that are not folded into them. */
const normalized = (): Graph =>
  sequential([
    input([1, 56, 56, 32]),
    ...[32, 64, 64].flatMap((filters) => [
      conv2d({ filters, kernelSize: 3, padding: 'same' }),
      batchNormalization(),
      relu(),
    ]),
    globalAveragePooling2d(),
  ]);

/** Recurrent layers in both directions, each putting the sequence in reverse and back. */
const reversed = (): Graph =>
  sequential([input([1, 100, 64]), ...[1, 2].map(() => bidirectional(lstm({ units: 64, returnSequences: true })))]);

/** Products whose weights stand outputs first, as other frameworks write them. */
const outputsFirst = (): Graph =>
  sequential([input([1, 1024]), dense({ units: 1024 }), dense({ units: 1024 }), dense({ units: 1024 })], {
    defaults: { layout: 'oi' },
  });

/** A sequence that is cut in two, each half through layers of its own, and joined again. */
const halved = (): Graph =>
  sequential([
    input([1, 128, 256]),
    parallel([
      (x) => x.pipe(cropping1d({ cropping: [[0, 64]] }), dense({ units: 256 })),
      (x) => x.pipe(cropping1d({ cropping: [[64, 0]] }), dense({ units: 256 })),
    ]),
    concatenate({ axis: 1 }),
    dense({ units: 64 }),
  ]);

/** A model as it comes back from an ONNX file: maps channels first, attention in parts. */
async function imported(graph: Graph): Promise<ModelSource> {
  const model = instantiateSync((await compile(graph)).binary);
  model.initialize();
  const { variables } = model;
  const weights = Object.fromEntries(variables.list().map(({ name }) => [name, variables.get(name)]));
  return importOnnx(translate(networkOf(graph, weights)).bytes);
}

const ONNX = '-onnx';
const besides: Readonly<Record<string, () => Graph>> = {
  'batch-norm': normalized,
  bidirectional: reversed,
  'outputs-first': outputsFirst,
  halves: halved,
};
const usual = ['mobilenetv2', 'resnet18', 'minilm-s128', 'resnet18-onnx', 'minilm-s128-onnx', ...Object.keys(besides)];

async function sourceOf(name: string): Promise<ModelSource> {
  const own = besides[name];
  if (own) return own();
  const [model] = selectModels([name.replace(ONNX, '')]);
  return name.endsWith(ONNX) ? imported(model!.graph()) : model!.graph();
}

interface Variant {
  readonly without: string;
  readonly plan: KernelPlan;
  readonly run: () => void;
}

/** The model without one pass or measure. */
async function variantOf(source: Pipeline, without: string): Promise<Variant> {
  const graph = optimize(source.lower(), [without]);
  const kernels = plan(graph, [], { without: measures.filter((measure): measure is Measure => measure === without) });
  const library = await loadLibrary(target, needsExtended(kernels));
  const { binary } = emit(kernels, { target, library, maxMemory: 2 ** 31, seed: 0n });
  const model = instantiateSync(binary);
  for (const { name, shape } of model.manifest.inputs) {
    const data = model.inputs[name] as Float32Array;
    for (let i = 0; i < data.length; i++) data[i] = Math.sin(i * i + shape.length);
  }
  return { without, plan: kernels, run: () => model.run() };
}

/** Milliseconds of a call, one of `count`. */
function time(run: () => void, count: number): number {
  const start = performance.now();
  for (let i = 0; i < count; i++) run();
  return (performance.now() - start) / count;
}

function calibrate(run: () => void): number {
  const end = performance.now() + WARM_UP;
  let count = 1;
  while (performance.now() < end) if (time(run, count) * count < SAMPLE) count *= 2;
  return Math.max(1, Math.round(SAMPLE / time(run, count)));
}

const bytesOf = ({ memory }: KernelPlan, what: 'activationBytes' | 'parameterBytes'): string =>
  significant((memory[what] as number) / 1024);

async function compareModel(name: string): Promise<string[][]> {
  const source = new Pipeline(await sourceOf(name));
  const whole = await variantOf(source, '');
  const text = printPlan(whole.plan);
  const variants: Variant[] = [];
  for (const without of [...passNames, ...measures]) {
    const variant = await variantOf(source, without);
    if (printPlan(variant.plan) !== text) variants.push(variant);
  }
  return variants.map(({ without, plan: other, run }) => {
    const runs = [whole.run, run];
    const counts = runs.map(calibrate);
    const samples = Array.from({ length: ROUNDS }, () => runs.map((each, at) => time(each, counts[at]!)));
    const [own, others] = runs.map((_, at) => median(samples.map((sample) => sample[at]!))) as [number, number];
    const ratio = median(samples.map(([a, b]) => b! / a!));
    const bytes = (['activationBytes', 'parameterBytes'] as const).map(
      (what) => `${bytesOf(other, what)} / ${bytesOf(whole.plan, what)}`,
    );
    return [name, without, `${significant(others)} / ${significant(own)}`, ratio.toFixed(3), ...bytes];
  });
}

const names = typeof options.models === 'string' ? options.models.split(',') : usual;
const rows: string[][] = [];
for (const name of names) rows.push(...(await compareModel(name)));
console.log(`Node ${process.versions.node}, ${target}: without / with\n`);
console.log(markdownTable(['model', 'pass', 'ms', 'ratio', 'activations KiB', 'parameters KiB'], rows));
