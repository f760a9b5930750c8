import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { gzipSync } from 'node:zlib';
import { instantiate, type Model } from '../../runtime/external.js';
import { loaderSource } from '../artifacts/index.js';
import { compilePipeline, type CompiledModule } from '../compile.js';
import { OptionError } from '../errors.js';
import { Pipeline } from '../pipeline.js';
import { VERSION } from '../version.js';
import { fillTemplate, type ReportData } from '../report/document.js';
import type { Feed as PageFeed } from '../report/feeds.js';
import { describeModel } from '../report/model/index.js';
import { readyHistograms } from '../report/variables.js';
import { prettyJson, table, thousands } from '../text.js';
import { defineCommand, type OptionSpecs } from './command.js';
import { writeFiles } from './files.js';
import { assignments, readInput, type Feed } from './inputs.js';
import { bindOption, loadModel, modelDetails } from './model.js';
import { Progress } from './progress.js';
import { readDims, readSeed } from './values.js';
import { tensorsOption } from './weights.js';

const options = {
  output: { short: 'o', value: 'FILE', help: 'where the page goes' },
  input: {
    value: 'NAME=FILE',
    multiple: true,
    help: 'values of an input to begin with: .npy, or .json with nested lists',
  },
  tensors: tensorsOption,
  seed: { value: 'N', help: 'the seed of the initializers, 0 by default' },
  dims: { value: 'LIST', multiple: true, help: 'sizes and limits of open sizes: batch=1, "time<=512", x[1]=20' },
  bind: bindOption,
} as const satisfies OptionSpecs;

/** The page without what it is about, as it is built with the package. */
const readTemplate = (): Promise<string> => readFile(new URL('../report/template.html', import.meta.url), 'utf8');

async function readInputs(
  texts: readonly string[],
  { manifest }: CompiledModule,
  note: (text: string) => void,
): Promise<Record<string, Feed> | undefined> {
  if (texts.length === 0) return undefined;
  const files = assignments('--input', texts, manifest.inputs);
  const missing = manifest.inputs.find(({ name }) => !files.has(name));
  if (missing) throw new OptionError('arguments', '--input', `${missing.name} is missing; give all inputs or none`);
  const notes: string[] = [];
  const feeds: Record<string, Feed> = {};
  for (const port of manifest.inputs) feeds[port.name] = await readInput(files.get(port.name)!, port, notes);
  notes.forEach(note);
  return feeds;
}

/** Runs the model once and takes the inputs as it has read them. */
function settle(model: Model, feeds: Record<string, Feed>): Record<string, PageFeed> {
  model.forward(feeds);
  return Object.fromEntries(
    model.manifest.inputs.map(({ name, dtype }) => {
      const view = model.inputs[name]!;
      const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength).slice();
      return [name, { dtype, shape: model.shapes.inputs[name]!.map(Number), bytes }];
    }),
  );
}

export const reportCommand = defineCommand({
  name: 'report',
  usage: 'MODEL -o FILE.html [options]',
  summary: 'Writes a page about a model, with the compiled module in it, to look at, run and time in a browser.',
  details: [
    ...modelDetails,
    'The page is one file that needs no other and no network. It has the graph, the summary, the histograms of the',
    'parameters, the memory and the module itself. Initializers that are functions of the host run when it is written.',
  ],
  operands: ['MODEL'],
  options,
  examples: [
    'report examples/mlp.json -o mlp.html',
    'report model.onnx -o model.html --dims batch=1 --input image=photo.npy',
    'report model.json -o model.html --seed 7',
  ],
  async run([path], { output, input, tensors, seed, dims, bind, json }, { stdout, stderr }) {
    if (output === undefined) {
      throw new OptionError('arguments', 'report', '-o FILE is missing; see nacre report --help');
    }
    const note = (text: string): void => void stderr.write(`note: ${text}\n`);
    const progress = new Progress(stderr);
    const settings = { dims: readDims(dims), seed: seed === undefined ? 0n : readSeed(seed) };
    const loaded = await loadModel(path!, bind, tensors);
    if (loaded.kind === 'module') {
      throw new OptionError('arguments', path!, 'is compiled already; give the model that it was compiled from');
    }
    const pipeline = new Pipeline(loaded.model, { tensors: loaded.tensors, dims: settings.dims });
    const module = await compilePipeline(pipeline, {
      ...settings,
      weights: Object.keys(pipeline.functions).length > 0 ? 'embed' : 'seed',
      onProgress: ({ stage, done, total }) => {
        if (done < total) progress.update(`compile: ${stage} (${done + 1} of ${total})`);
      },
    }).finally(() => progress.end());
    const model = await instantiate(module, { onWarning: note });
    model.initialize();
    const feeds = await readInputs(input, module, note);
    const name = basename(path!).replace(/\.[^.]*$/, '');
    const data: ReportData = {
      version: VERSION,
      model: describeModel(pipeline, module),
      module: {
        ...{ name, binary: module.binary, types: module.types },
        gzip: gzipSync(module.binary).length,
        loader: (await loaderSource(module, { wasm: `./${name}.wasm` })).js,
      },
      inputs: feeds ? settle(model, feeds) : {},
      histograms: readyHistograms(model),
    };
    const html = fillTemplate(await readTemplate(), data);
    await writeFiles([{ path: output, data: html }]);
    module.notes.forEach(note);
    const bytes = Buffer.byteLength(html);
    const facts = { file: output, bytes, gzip: gzipSync(html).length, module: module.binary.length };
    if (json) stdout.write(`${prettyJson({ ...facts, seed: module.manifest.seed, notes: module.notes })}\n`);
    else {
      const sizes = `${thousands(facts.bytes)} bytes (${thousands(facts.gzip)} gzip)`;
      const rows = [[output, `${sizes}, module ${thousands(facts.module)} bytes, seed ${module.manifest.seed}`]];
      stdout.write(`${table(rows).join('\n')}\n`);
    }
  },
});
