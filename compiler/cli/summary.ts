import type { Manifest } from '../../runtime/manifest.js';
import { printDim, type Dim } from '../dim.js';
import { printModuleSummary, printSummary, summarize, totalsOf, type LayerSummary, type Totals } from '../summary.js';
import { prettyJson } from '../text.js';
import { defineCommand } from './command.js';
import { readManifest } from './manifest.js';
import { loadModel, modelDetails } from './model.js';

const plain = (dim: Dim): number | string => (typeof dim === 'number' ? dim : printDim(dim));

const plainTotals = ({ parameters, notTrainable, variables, bytes, seed }: Totals) => ({
  parameters: plain(parameters),
  notTrainable: plain(notTrainable),
  variables,
  bytes: plain(bytes),
  seed,
});

const plainLayer = ({ outputs, parameters, ...rest }: LayerSummary) => ({
  ...rest,
  outputs: outputs.map(({ dtype, shape }) => ({ dtype, shape: shape.map(plain) })),
  parameters: plain(parameters),
});

const plainModule = (manifest: Manifest) => ({
  inputs: manifest.inputs.map(({ name, dtype, shape }) => ({ name, dtype, shape })),
  outputs: manifest.outputs.map(({ name, dtype, shape }) => ({ name, dtype, shape })),
  variables: manifest.variables,
  total: plainTotals(totalsOf(manifest)),
});

export const summaryCommand = defineCommand({
  name: 'summary',
  usage: 'MODEL [--json]',
  summary: 'Prints the layers of a model: kinds, outputs, parameters and initializers.',
  details: [...modelDetails, 'A compiled .wasm is a MODEL too; it tells its variables.'],
  operands: ['MODEL'],
  options: {},
  examples: ['summary examples/mlp.json', 'summary model.wasm --json'],
  async run([path], { json }, { stdout }) {
    const loaded = await loadModel(path!);
    if (loaded.kind === 'module') {
      const manifest = readManifest(loaded.binary, path!);
      stdout.write(`${json ? prettyJson(plainModule(manifest)) : printModuleSummary(manifest)}\n`);
      return;
    }
    const { layers, total, unnamed } = summarize(loaded.model, { tensors: loaded.tensors });
    const result = { layers: layers.map(plainLayer), total: plainTotals(total), unnamed };
    stdout.write(`${json ? prettyJson(result) : printSummary({ layers, total, unnamed })}\n`);
  },
});
