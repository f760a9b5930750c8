import { platformNames, type Budget, type Check } from '../artifacts/index.js';
import type { CompileOptions } from '../compile.js';
import { OptionError } from '../errors.js';
import type { Rng } from '../ir.js';
import { Pipeline, stages, type Stage } from '../pipeline.js';
import { printDeclaration, printPlan, printTensorGraph } from '../print.js';
import { show } from '../show.js';
import { didYouMean } from '../suggest.js';
import { prettyJson } from '../text.js';
import { checkRequest, makeArtifacts, requireOwnFiles, type Artifacts, type Request } from './artifacts.js';
import { readPlatform, requireBudget } from './budget.js';
import { defineCommand, type OptionSpecs, type Streams, type Values } from './command.js';
import { jsonReport, notesOf, textReport } from './compile-report.js';
import { writeFiles } from './files.js';
import { bindOption, errorBudgetOption, loadModel, modelDetails } from './model.js';
import { Progress } from './progress.js';
import { readSelfTest, selfTestOption } from './self-test.js';
import { readCount, readDims, readSeed, readTolerance } from './values.js';
import { tensorsOption } from './weights.js';

type Weights = NonNullable<CompileOptions['weights']>;
type Storage = NonNullable<CompileOptions['storage']>;

const options = {
  output: {
    short: 'o',
    value: 'FILE',
    help: 'where the module goes, as model.wasm; its loader and types go beside it',
  },
  target: {
    value: 'TARGET',
    help: 'baseline (runs everywhere, the default), relaxed (relaxed SIMD) or both (the loader chooses)',
  },
  weights: {
    value: 'FORM',
    help: 'seed (initializers travel as recipes, the default), embed (their values travel) or external (in a file beside)',
  },
  storage: {
    value: 'FORM',
    help: 'of values that travel: f32 (the default), f16 or int8 (with a scale for each output)',
  },
  tensors: tensorsOption,
  'tensor-layout': {
    value: 'LAYOUT',
    help: 'the axes of weights among the tensors: oi (outputs first, as in torch) or io',
  },
  seed: { value: 'N', help: 'the seed of the initializers, 0 by default' },
  rng: { value: 'NAME', help: "the generator: philox, jax or torch; by default the declaration's" },
  parameters: {
    value: 'FORM',
    help: 'editable (the default of declarations) or frozen (nothing changes them once they are initialized)',
  },
  dims: { value: 'LIST', multiple: true, help: 'sizes and limits of open sizes: batch=1, "time<=512", x[1]=20' },
  bind: bindOption,
  initializers: { value: 'LIST', help: 'initializers to carry beyond those in use: all, or names with commas' },
  for: {
    value: 'PLATFORM',
    help: `the platform that the loader is for, whose limits are checked: ${platformNames.join(', ')}`,
  },
  runtime: {
    value: 'NAME',
    help: 'of the loader: forward (computes) or full (variables and initialization too); by default full unless frozen',
  },
  inline: { help: 'put the module into the loader, in base64' },
  'max-bytes': { value: 'BYTES', help: 'the most bytes the module may have' },
  'max-memory': { value: 'BYTES', help: 'the most memory the module may take, 1 GiB by default' },
  'error-budget': errorBudgetOption,
  'stop-after': { value: 'STAGE', help: `print a stage instead: ${stages.join(', ')}` },
  profile: { help: 'also export the steps of forward one by one, for nacre profile' },
  'self-test': selfTestOption,
  wat: { value: 'FILE', help: 'also write the text form of the module' },
  'no-loader': { help: 'write no .js' },
  'no-types': { help: 'write no .d.wasm.ts and no .d.ts' },
} as const satisfies OptionSpecs;

function compileOptions(values: Values<typeof options>, progress: Progress): CompileOptions {
  const { target, weights, storage, seed, rng, parameters, dims, initializers, profile, wat } = values;
  const memory = values['max-memory'];
  const layout = values['tensor-layout'];
  const budget = values['error-budget'];
  return {
    ...(target !== undefined && target !== 'both' && { target: target as NonNullable<CompileOptions['target']> }),
    ...(weights !== undefined && { weights: weights as Weights }),
    ...(storage !== undefined && { storage: storage as Storage }),
    ...(layout !== undefined && { tensorLayout: layout as 'io' }),
    ...(seed !== undefined && { seed: readSeed(seed) }),
    ...(rng !== undefined && { rng: rng as Rng }),
    ...(parameters !== undefined && { parameters: parameters as NonNullable<CompileOptions['parameters']> }),
    ...(dims.length > 0 && { dims: readDims(dims) }),
    ...(initializers !== undefined && {
      initializers: initializers === 'all' ? initializers : (initializers.split(',') as never),
    }),
    ...(memory !== undefined && { maxMemory: readCount('--max-memory', memory) }),
    ...(profile && { profile }),
    ...(budget !== undefined && { errorBudget: readTolerance('--error-budget', budget) }),
    ...(wat !== undefined && { text: true }),
    onProgress: ({ stage, done, total }) => {
      if (done < total) progress.update(`compile: ${stage} (${done + 1} of ${total})`);
    },
  };
}

function printStage(stage: Stage, pipeline: Pipeline): string {
  switch (stage) {
    case 'declaration':
      if (pipeline.declaration) return printDeclaration(pipeline.declaration);
      throw new OptionError('arguments', '--stop-after', 'a model of another framework has no declaration; use lower');
    case 'lower':
      return printTensorGraph(pipeline.lower());
    case 'optimize':
      return printTensorGraph(pipeline.optimize());
    case 'plan':
      return printPlan(pipeline.plan());
  }
}

async function stopAfter(
  stage: string,
  pipeline: Pipeline,
  { output, json }: { readonly output: string | undefined; readonly json: boolean },
  { stdout }: Streams,
): Promise<void> {
  if (!stages.includes(stage as Stage)) {
    const what = `must be ${stages.join(', ')}, got ${show(stage)}${didYouMean(stage, stages)}`;
    throw new OptionError('arguments', '--stop-after', what);
  }
  const printed = printStage(stage as Stage, pipeline);
  const text = json && stage !== 'declaration' ? `${prettyJson({ stage, text: printed })}\n` : printed;
  if (output === undefined) stdout.write(text);
  else await writeFiles([{ path: output, data: text }]);
}

/** What has to be kept: what a platform allows, and what was asked for. */
function budgetOf(values: Values<typeof options>): Budget {
  const bytes = values['max-bytes'];
  return {
    ...(values.for !== undefined && { platform: readPlatform(values.for) }),
    ...(bytes !== undefined && { maxBytes: readCount('--max-bytes', bytes) }),
  };
}

/** What is to be written, if it is within its limits. */
async function makeChecked(
  make: (options: CompileOptions) => Promise<Artifacts>,
  options: CompileOptions,
  budget: Budget,
): Promise<{ readonly made: Artifacts; readonly checks: readonly Check[] }> {
  const made = await make(options);
  const deploy = async (changed: CompileOptions) => (await make(changed)).deployment;
  return { made, checks: await requireBudget(budget, options, made.deployment, deploy) };
}

export const compileCommand = defineCommand({
  name: 'compile',
  usage: 'MODEL -o FILE [options]',
  summary: 'Compiles a model into one WebAssembly module, and writes a loader and TypeScript types beside it.',
  details: modelDetails,
  operands: ['MODEL'],
  options,
  examples: [
    'compile examples/mlp.json -o mlp.wasm',
    'compile model.json -o model.wasm --weights embed --seed 7 --dims "batch=1,time<=512"',
    'compile model.json -o model.wasm --tensors torch.safetensors --tensor-layout oi --storage f16',
    'compile model.onnx -o model.wasm --dims batch=1 --bind sr=16000',
    'compile model.json -o model.wasm --target both --for browser',
    'compile model.json -o model.js --inline',
    'compile model.json -o model.wasm --self-test x=input.npy',
    'compile model.json --stop-after plan',
  ],
  async run([path], values, streams) {
    const { output, json, wat, inline, runtime, target } = values;
    const stage = values['stop-after'];
    const progress = new Progress(streams.stderr);
    const settings = compileOptions(values, progress);
    if (output === undefined && stage === undefined) {
      throw new OptionError('arguments', 'compile', '-o FILE is missing; see nacre compile --help');
    }
    const budget = budgetOf(values);
    const request: Request = {
      ...{ output: output ?? '', both: target === 'both', platform: budget.platform, inline, runtime, wat },
      ...{ loader: !values['no-loader'], types: !values['no-types'] },
    };
    if (stage === undefined) checkRequest(request, settings);
    const loaded = await loadModel(path!, values.bind, values.tensors);
    if (loaded.kind === 'module') throw new OptionError('arguments', path!, 'is compiled already');
    const pipeline = new Pipeline(loaded.model, { ...settings, tensors: loaded.tensors });
    const selfTest = await readSelfTest(values, pipeline, streams);
    const given = { ...settings, ...selfTest, tensors: loaded.tensors };
    if (stage !== undefined) {
      if (stage === 'optimize' || stage === 'plan') await pipeline.compileFunctions();
      await stopAfter(stage, pipeline, { output, json }, streams);
      return;
    }
    const make = (options: CompileOptions) => makeArtifacts(pipeline, options, request);
    const { made, checks } = await makeChecked(make, given, budget).finally(() => progress.end());
    await requireOwnFiles(made, request);
    await writeFiles(made.files);
    for (const note of notesOf(made, checks, request)) streams.stderr.write(`note: ${note}\n`);
    const facts = { ...made, checks, weights: settings.weights ?? 'seed', inline };
    streams.stdout.write(json ? jsonReport(facts) : textReport(facts));
  },
});
