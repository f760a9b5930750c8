import { basename } from 'node:path';
import type { Manifest } from '../../../runtime/manifest.js';
import { compilePipeline, type CompileOptions } from '../../compile.js';
import { OptionError } from '../../errors.js';
import { Pipeline } from '../../pipeline.js';
import { prettyJson } from '../../text.js';
import { defineCommand, type OptionSpecs, type Streams, type Values } from '../command.js';
import { readBytes } from '../files.js';
import { assignments, readInput, type Feed } from '../inputs.js';
import { readManifest } from '../manifest.js';
import { bindOption, loadModel, modelDetails } from '../model.js';
import { Progress } from '../progress.js';
import { readCount, readDims, readSeed } from '../values.js';
import { drawTensor } from '../verify/inputs.js';
import { namingFiles, weightsBeside } from '../weights.js';
import { profileOf } from './figures.js';
import { dimReader } from './formula.js';
import { loadBinaryen } from '../../emit/binaryen.js';
import { measure } from './measure.js';
import { printProfile } from './report.js';
import { openSteps, type StepSession } from './session.js';

const options = {
  dims: { value: 'LIST', multiple: true, help: 'sizes of open sizes: batch=1, x[1]=20' },
  bind: bindOption,
  target: { value: 'TARGET', help: 'baseline (runs everywhere, the default) or relaxed (relaxed SIMD)' },
  seed: { value: 'N', help: 'the seed of the inputs and the initializers, 0 by default' },
  input: { value: 'NAME=FILE', multiple: true, help: 'the values of an input, drawn otherwise: .npy, or .json' },
  repeat: { value: 'N', help: 'run all steps N times; by default for two seconds' },
} as const satisfies OptionSpecs;

type Sizes = ReadonlyMap<string, number>;

interface Opened {
  readonly session: StepSession;
  /** Of open dims, where no input settles them. */
  readonly sizes: Sizes;
}

/** Compiles a model, its open sizes as they typically are. */
async function compileModel(
  { model, tensors }: Extract<Awaited<ReturnType<typeof loadModel>>, { kind: 'source' }>,
  { dims, target, seed }: Values<typeof options>,
  progress: Progress,
  onWarning: (text: string) => void,
): Promise<Opened> {
  const settings: CompileOptions = {
    tensors,
    profile: true,
    ...(dims.length > 0 && { dims: readDims(dims) }),
    ...(target !== undefined && { target: target as NonNullable<CompileOptions['target']> }),
    ...(seed !== undefined && { seed: readSeed(seed) }),
    onProgress: ({ stage, done, total }) => {
      if (done < total) progress.update(`compile: ${stage} (${done + 1} of ${total})`);
    },
  };
  const pipeline = new Pipeline(model, settings);
  const { binary, functions } = await compilePipeline(pipeline, settings).finally(() => progress.end());
  requireHost(binary, settings.target);
  const sizes = new Map(pipeline.lower().symbols.map(({ name, typical }) => [name, typical]));
  return { session: openSteps(binary, { functions, onWarning }), sizes };
}

/** A host without relaxed SIMD refuses every relaxed module. */
function requireHost(binary: Uint8Array, target: string | undefined): void {
  if (target !== 'relaxed' || WebAssembly.validate(binary as BufferSource)) return;
  throw new OptionError('arguments', '--target', `Node ${process.version} has no relaxed SIMD; use baseline`);
}

/** A module that is compiled already, its open sizes as they are given. */
async function openCompiled(
  path: string,
  binary: Uint8Array,
  { dims, target }: Values<typeof options>,
  onWarning: (text: string) => void,
): Promise<Opened> {
  const manifest = readManifest(binary, path);
  if (manifest.steps === undefined) {
    throw new OptionError('file', path, 'was compiled without --profile; compile it again, or give its source');
  }
  if (target !== undefined) throw new OptionError('arguments', '--target', 'a compiled module has one already');
  requireHost(binary, manifest.target);
  const given = readDims(dims);
  const symbols = manifest.symbols.map(({ name }) => name);
  const sizes = new Map(manifest.symbols.map(({ name, min = 1 }) => [name, min]));
  for (const [name, size] of Object.entries(given)) {
    if (typeof size !== 'number' || !symbols.includes(name)) {
      const open =
        symbols.length === 0 ? 'has no open sizes' : `keeps ${symbols.join(', ')} open, and takes one size each`;
      throw new OptionError('arguments', '--dims', `a compiled module ${open}`);
    }
    sizes.set(name, size);
  }
  const weights = manifest.weights ? await readBytes(weightsBeside(path)) : undefined;
  return { session: namingFiles(path, () => openSteps(binary, { weights, onWarning })), sizes };
}

/** The inputs that are given, and others drawn from a seed. */
async function feedsOf(
  { inputs }: Manifest,
  sizes: Sizes,
  { input, seed }: Values<typeof options>,
  onNote: (text: string) => void,
): Promise<Record<string, Feed>> {
  const files = assignments('--input', input, inputs);
  const value = dimReader(sizes);
  const notes: string[] = [];
  const feeds: Record<string, Feed> = {};
  for (const port of inputs) {
    const file = files.get(port.name);
    const drawn = (): Feed => {
      const { data, shape } = drawTensor(port.name, port.dtype, port.shape.map(value), readSeed(seed ?? '0'));
      return { data, shape };
    };
    feeds[port.name] = file === undefined ? drawn() : await readInput(file, port, notes);
  }
  notes.forEach(onNote);
  return feeds;
}

/** The sizes in use; of those that depend on data, the most they can be. */
function settledSizes({ manifest, shapes }: StepSession): Sizes {
  const sizes = new Map(manifest.symbols.map(({ name, input, axis }) => [name, shapes.inputs[input]![axis]!]));
  for (const { name, max } of manifest.bounded ?? []) sizes.set(name, dimReader(sizes)(max));
  return sizes;
}

export const profileCommand = defineCommand({
  name: 'profile',
  usage: 'MODEL [--dims LIST] [--target TARGET] [--seed N] [--repeat N] [--json]',
  summary:
    'Times every step of a model: its layer, its kernel and why, and how far it is from the limit of the processor.',
  details: [
    ...modelDetails,
    'A .wasm that was compiled with --profile is a MODEL too. Inputs are drawn from the seed: standard normal floats,',
    'bytes, and 0 or 1 for indices and masks. Sizes that stay open are as they typically are.',
  ],
  operands: ['MODEL'],
  options,
  examples: [
    'profile examples/mlp.json',
    'profile model.onnx --dims batch=1 --target relaxed',
    'profile model.json --input tokens=tokens.npy --repeat 100 --json',
  ],
  async run([path], values, { stdout, stderr }: Streams) {
    const { repeat, json, bind, seed } = values;
    const passes = repeat === undefined ? undefined : readCount('--repeat', repeat);
    const initial = seed === undefined ? undefined : readSeed(seed);
    const progress = new Progress(stderr);
    const note = (text: string): void => void stderr.write(`note: ${text}\n`);
    const loaded = await loadModel(path!, bind);
    const { session, sizes } =
      loaded.kind === 'module'
        ? await openCompiled(path!, loaded.binary, values, note)
        : await compileModel(loaded, values, progress, note);
    const { manifest } = session;
    const { target } = manifest;
    const feeds = await feedsOf(manifest, sizes, values, note);
    if (loaded.kind === 'module' && initial !== undefined) session.initialize({ seed: initial });
    await loadBinaryen();
    const times = measure({ session, feeds, relaxed: target === 'relaxed', passes, progress });
    const profile = profileOf(manifest, settledSizes(session), times);
    const name = manifest.name ?? basename(path!);
    const host = `Node ${process.versions.node}`;
    if (json) {
      stdout.write(`${prettyJson({ model: name, target, seed: String(session.seed), host, ...profile })}\n`);
    } else stdout.write(printProfile(profile, `${name}, ${target}, ${host}`));
  },
});
