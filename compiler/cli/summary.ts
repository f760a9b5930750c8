import type { Manifest } from '../../runtime/manifest.js';
import { printDim, type Dim } from '../dim.js';
import { OptionError } from '../errors.js';
import {
  moduleTotals,
  printModuleSummary,
  printSummary,
  summarize,
  type LayerSummary,
  type Summary,
  type Totals,
} from '../summary.js';
import { prettyJson } from '../text.js';
import { defineCommand, type OptionSpecs } from './command.js';
import { readManifest } from '../files/manifest.js';
import { loadModel } from '../files/model.js';
import { bindOption, errorBudgetOption, modelDetails } from './model.js';
import { readDims, readTolerance } from '../files/values.js';

const options = {
  dims: { value: 'LIST', multiple: true, help: 'sizes and limits of open sizes: batch=1, "time<=512", x[1]=20' },
  bind: bindOption,
  'error-budget': errorBudgetOption,
} as const satisfies OptionSpecs;

const plain = (dim: Dim): number | string => (typeof dim === 'number' ? dim : printDim(dim));

const plainTotals = ({ parameters, trainable, notTrainable, variables, bytes, seed }: Totals) => ({
  parameters: plain(parameters),
  trainable: plain(trainable),
  notTrainable: plain(notTrainable),
  variables,
  bytes: plain(bytes),
  seed,
});

const plainLayer = ({ outputs, parameters, multiplyAdds, ...rest }: LayerSummary) => ({
  ...rest,
  outputs: outputs.map(({ dtype, shape }) => ({ dtype, shape: shape.map(plain) })),
  parameters: plain(parameters),
  multiplyAdds: plain(multiplyAdds),
});

const plainSummary = ({ layers, convolutions, total, unnamed }: Summary) => ({
  layers: layers.map(plainLayer),
  convolutions,
  total: { ...plainTotals(total), multiplyAdds: plain(total.multiplyAdds), memory: total.memory },
  unnamed,
});

const plainModule = (manifest: Manifest) => ({
  inputs: manifest.inputs.map(({ name, dtype, shape }) => ({ name, dtype, shape })),
  outputs: manifest.outputs.map(({ name, dtype, shape }) => ({ name, dtype, shape })),
  variables: manifest.variables,
  total: { ...plainTotals(moduleTotals(manifest)), memory: manifest.memory },
});

export const summaryCommand = defineCommand({
  name: 'summary',
  usage: 'MODEL [options]',
  summary: 'Prints the layers of a model: kinds, outputs, parameters, multiply-adds and initializers, and the memory.',
  details: [...modelDetails, 'A compiled .wasm is a MODEL too; it tells its variables.'],
  operands: ['MODEL'],
  options,
  examples: ['summary examples/mlp.json', 'summary model.json --dims batch=1', 'summary model.wasm --json'],
  async run([path], { dims, bind, 'error-budget': budget, json }, { stdout }) {
    const sizes = readDims(dims);
    const errors = budget === undefined ? {} : { errorBudget: readTolerance('--error-budget', budget) };
    const loaded = await loadModel(path!, { bind });
    if (loaded.kind === 'module') {
      if (dims.length > 0) throw new OptionError('arguments', '--dims', 'a compiled module keeps its sizes open');
      if (budget !== undefined)
        throw new OptionError('arguments', '--error-budget', 'a compiled module has its kernels');
      const manifest = readManifest(loaded.binary, path!);
      stdout.write(`${json ? prettyJson(plainModule(manifest)) : printModuleSummary(manifest)}\n`);
      return;
    }
    const result = summarize(loaded.model, { tensors: loaded.tensors, dims: sizes, ...errors });
    stdout.write(`${json ? prettyJson(plainSummary(result)) : printSummary(result)}\n`);
  },
});
