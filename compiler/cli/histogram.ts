import { instantiateSync, type Model } from '../../runtime/index.js';
import type { Manifest, ManifestPort } from '../../runtime/manifest.js';
import { compile } from '../compile.js';
import { OptionError } from '../errors.js';
import type { DimOption } from '../lower/index.js';
import {
  histograms,
  histogramSvg,
  printHistograms,
  report,
  type ReportOptions,
  type VariableHistogram,
} from '../report/index.js';
import { checkTheme } from '../report/theme.js';
import { didYouMean } from '../suggest.js';
import { prettyJson, table, thousands } from '../text.js';
import { defineCommand, type OptionSpecs, type Values } from './command.js';
import { writeFiles, type OutputFile } from '../files/disk.js';
import { loadModel } from '../files/model.js';
import { modelDetails } from './model.js';
import { printSeed } from './run.js';
import { readCount, readDims, readSeed } from '../files/values.js';
import { openModule } from '../files/weights.js';

const options = {
  svg: { value: 'FILE', help: 'write the figure as an SVG file' },
  html: { value: 'FILE', help: 'write the figure as a page that needs no other file' },
  bins: { value: 'N', help: 'how many bins, 10 by default' },
  seed: { value: 'N', help: 'the seed of the initializers, or random; by default the one compiled in, 0' },
  dims: { value: 'LIST', multiple: true, help: 'sizes of inputs that shapes of variables wait for: "x[1]=20"' },
  theme: { value: 'THEME', help: 'auto (as the reader prefers, the default), light or dark' },
} as const satisfies OptionSpecs;

type Dims = Readonly<Record<string, DimOption>>;

/** The shapes of inputs that settle every size of a compiled module. */
function shapesFor({ inputs, symbols }: Manifest, dims: Dims): Record<string, number[]> {
  const sizes = new Map(symbols.map(({ name, min = 1 }) => [name, min]));
  for (const [name, size] of Object.entries(dims)) {
    if (!sizes.has(name)) {
      const hint = didYouMean(name, [...sizes.keys()]);
      throw new OptionError('dims', 'dims', `the model has no dim '${name}'${hint}`);
    }
    if (typeof size !== 'number')
      throw new OptionError('dims', 'dims', `${name} must be a size; limits are compiled in`);
    sizes.set(name, size);
  }
  const sizeOf = (size: ManifestPort['shape'][number], input: string): number => {
    const known = typeof size === 'number' ? size : sizes.get(size);
    if (known !== undefined) return known;
    const text = `its size ${size} follows from others; compile the model with --dims`;
    throw new OptionError('dims', input, text);
  };
  return Object.fromEntries(inputs.map(({ name, shape }) => [name, shape.map((size) => sizeOf(size, name))]));
}

/** Refuses a model whose variables wait for the size of an input. */
function requireSizes({ variables, manifest }: Model): void {
  const deferred = variables.list().filter(({ state }) => state === 'deferred');
  const open = deferred.find(({ shape }) => shape.includes(null)) ?? deferred[0];
  if (!open) return;
  const what = open.shape.includes(null) ? `its shape (${open.shape.map((size) => size ?? '?').join(', ')})` : 'it';
  const latched = manifest.symbols.filter(({ kind }) => kind === 'latched').map(({ name }) => `${name}=N`);
  const text = `${what} waits for ${open.waitsFor}; give the size: --dims "${latched.join(',')}"`;
  throw new OptionError('dims', open.name, text);
}

/** A model whose variables can be read. */
async function openModel(path: string, dims: Dims, warn: (text: string) => void): Promise<Model> {
  const loaded = await loadModel(path);
  const model =
    loaded.kind === 'module'
      ? await openModule(path, loaded.binary, { onWarning: warn })
      : instantiateSync(await compile(loaded.model, { tensors: loaded.tensors, dims }), { onWarning: warn });
  const { symbols } = model.manifest;
  const isNamed = symbols.some(({ name, kind }) => kind === 'latched' && Object.hasOwn(dims, name));
  if (loaded.kind === 'module' && Object.keys(dims).length > 0) {
    const shapes = shapesFor(model.manifest, dims);
    if (isNamed) model.resize(shapes);
  }
  requireSizes(model);
  return model;
}

const plain = ({ name, shape, initializer, users, ...histogram }: VariableHistogram) => ({
  name,
  shape,
  initializer,
  users,
  ...histogram,
});

async function drawFiles(
  model: Model,
  { svg, html }: Values<typeof options>,
  settings: ReportOptions,
): Promise<OutputFile[]> {
  return [
    ...(svg === undefined ? [] : [{ path: svg, data: await histogramSvg(model, settings) }]),
    ...(html === undefined ? [] : [{ path: html, data: await report(model, settings) }]),
  ];
}

export const histogramCommand = defineCommand({
  name: 'histogram',
  usage: 'MODEL [--svg FILE] [--html FILE] [--bins N] [--seed N] [--dims LIST] [--theme THEME] [--json]',
  summary: 'Shows how the values of each variable are distributed, as initialized or given.',
  details: [
    ...modelDetails,
    'A compiled .wasm is a MODEL too. With --svg or --html the figure goes to the file: a plot for each variable in two',
    'columns, a layer starting a row. Without either, and without --json, plots of text are printed.',
  ],
  operands: ['MODEL'],
  options,
  examples: [
    'histogram examples/mlp.json',
    'histogram examples/mlp.json --html mlp.html --seed 7 --bins 20',
    'histogram model.wasm --json',
  ],
  async run([path], values, { stdout, stderr }) {
    const { seed, json } = values;
    const bins = values.bins === undefined ? 10 : readCount('--bins', values.bins);
    const chosen = seed === undefined || seed === 'random' ? seed : readSeed(seed);
    const settings = { bins, theme: checkTheme(values.theme ?? 'auto', '--theme') };
    const model = await openModel(path!, readDims(values.dims), (text) => stderr.write(`note: ${text}\n`));
    model.initialize(chosen === undefined ? {} : { seed: chosen });
    const variables = histograms(model, { bins });
    const files = await drawFiles(model, values, settings);
    await writeFiles(files);
    const paths = files.map((file) => file.path);
    if (json) {
      const written = paths.length > 0 ? { files: paths } : {};
      stdout.write(`${prettyJson({ seed: String(model.seed), ...written, variables: variables.map(plain) })}\n`);
      return;
    }
    const many = `${thousands(variables.length)} ${variables.length === 1 ? 'histogram' : 'histograms'}`;
    const rows = files.map(({ path: file, data }) => [file, `${thousands(Buffer.byteLength(data))} bytes, ${many}`]);
    const text = files.length > 0 ? table(rows).join('\n') : `\n${printHistograms(variables)}`;
    stdout.write(`${printSeed(model, seed)}\n${text}\n`);
  },
});
