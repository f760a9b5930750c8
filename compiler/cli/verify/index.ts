import { NacreError, OptionError } from '../../errors.js';
import { openOnnx } from '../../import/onnx/file.js';
import { OnnxModel } from '../../import/onnx/index.js';
import { prettyJson, table } from '../../text.js';
import { defineCommand, type OptionSpecs, type Values } from '../command.js';
import { readBindings } from '../bindings.js';
import { bindOption, loadModel, modelDetails } from '../model.js';
import { readDims, readSeed, readTolerance } from '../values.js';
import type { Tolerance } from './compare.js';
import { openReference } from './open.js';
import { verifyModule } from './module.js';
import type { Reference } from './reference.js';
import { verify, type Verified, type VerifyOptions } from './verify.js';

const options = {
  against: {
    value: 'RUNTIME',
    help: 'onnxruntime (the package onnxruntime-node) or tfjs (@tensorflow/tfjs); by default the naive evaluation',
  },
  layers: {
    help: 'also compare every float value between the nodes of an ONNX model, and name the first that deviates',
  },
  seed: { value: 'N', help: 'the seed of the inputs and the initializers, 0 by default' },
  tolerance: { value: 'T', help: 'most of max |a - e| over max |e| of an output, 1e-4 by default' },
  rtol: { value: 'R', help: 'instead, every |a - e| at most A + R |e|; 0 by default' },
  atol: { value: 'A', help: 'the A of it, 0 by default' },
  dims: { value: 'LIST', multiple: true, help: 'sizes and limits of open sizes: batch=1, "time<=512", x[1]=20' },
  bind: bindOption,
  target: { value: 'TARGET', help: 'baseline (runs everywhere, the default) or relaxed (relaxed SIMD)' },
} as const satisfies OptionSpecs;

/** The most memory there is: values that are outputs share none. */
const MOST_MEMORY = 2 ** 32 - 65536;

function toleranceOf({ tolerance, rtol, atol }: Values<typeof options>): Tolerance {
  if (rtol === undefined && atol === undefined) return { scaled: readTolerance('--tolerance', tolerance ?? '1e-4') };
  if (tolerance !== undefined) {
    throw new OptionError('arguments', '--tolerance', 'excludes --rtol and --atol; give one or the other');
  }
  return { relative: readTolerance('--rtol', rtol ?? '0'), absolute: readTolerance('--atol', atol ?? '0') };
}

const printTolerance = (tolerance: Tolerance): string =>
  'scaled' in tolerance ? `${tolerance.scaled} max |e|` : `${tolerance.absolute} + ${tolerance.relative} |e|`;

/** Three digits, small numbers with an exponent. */
const figure = (value: number): string =>
  value > 0 && value < 1e-3 ? value.toExponential(2) : String(Number(value.toPrecision(3)));

/** Exporters write whole paths into names, which differ at their ends. */
const shorten = (name: string): string => (name.length > 40 ? `…${name.slice(-39)}` : name);

const cells = ({ name, dtype, shape, difference, relative, at, deviates, mismatch }: Verified): string[] => [
  shorten(name),
  `${dtype} (${shape.join(', ')})`,
  mismatch ?? figure(difference),
  mismatch === undefined ? figure(relative) : '',
  at === undefined ? '' : `(${at.join(', ')})`,
  deviates ? 'deviates' : '',
];

const numberHeads = ['max |a - e|', 'of max |e|', 'at', ''];

interface Facts {
  readonly reference: Reference;
  readonly seed: bigint;
  readonly target: string;
  readonly tolerance: Tolerance;
  readonly outputs: readonly Verified[];
  /** Values between nodes in the order of the nodes; undefined where nobody asked. */
  readonly layers: readonly Verified[] | undefined;
}

const firstOf = ({ layers }: Facts): Verified | undefined => layers?.find(({ deviates }) => deviates);

function textReport(facts: Facts): string {
  const { reference, seed, target, tolerance, outputs, layers } = facts;
  const lines = [
    `${target} against ${reference.title}, inputs from seed ${seed}, at most ${printTolerance(tolerance)}`,
    ...table([['output', 'type', ...numberHeads], ...outputs.map(cells)]),
  ];
  if (layers) {
    const rows = layers.map((each) => [shorten(each.layer?.name ?? ''), each.layer?.kind ?? '', ...cells(each)]);
    lines.push('', ...table([['layer', 'kind', 'value', 'type', ...numberHeads], ...rows]));
    const first = firstOf(facts);
    if (first?.layer) lines.push('', `first deviation: ${first.layer.kind} ${first.layer.name}, value ${first.name}`);
    else if (outputs.some(({ deviates }) => deviates)) {
      lines.push('', 'no layer deviates when each is computed alone: what deviates is how they are fused');
    }
  }
  return `${lines.join('\n')}\n`;
}

const plain = ({ layer, ...comparison }: Verified) => ({
  ...comparison,
  ...(layer && { layer: layer.name, kind: layer.kind }),
});

const jsonReport = (facts: Facts): string => {
  const { reference, seed, target, tolerance, outputs, layers } = facts;
  const result = {
    against: reference.title,
    ...{ seed: String(seed), target, tolerance },
    outputs: outputs.map(plain),
    layers: layers?.map(plain),
    firstDeviation: firstOf(facts)?.layer?.name,
  };
  return `${prettyJson(result)}\n`;
};

const byLayer = (a: Verified, b: Verified): number => (a.layer?.position ?? Infinity) - (b.layer?.position ?? Infinity);

/** @throws NacreError where an output or a value between layers deviates */
function requireAgreement({ outputs, layers }: Facts): void {
  for (const [what, compared] of [['outputs', outputs] as const, ['values between layers', layers ?? []] as const]) {
    const count = compared.filter(({ deviates }) => deviates).length;
    if (count > 0) throw new NacreError('deviation', 'verify', `${count} of ${compared.length} ${what} deviate`);
  }
}

export const verifyCommand = defineCommand({
  name: 'verify',
  usage: 'MODEL [--against RUNTIME] [--layers] [options]',
  summary: 'Compares what a compiled model computes with another runtime, or with the naive evaluation of its graph.',
  details: [
    ...modelDetails,
    'Of a module that was compiled with --self-test, in .wasm, the test that it carries is run instead.',
    'Inputs are drawn from the seed: standard normal floats, bytes, and 0 or 1 for indices and masks. Integers must be equal.',
  ],
  operands: ['MODEL'],
  options,
  examples: [
    'verify examples/mlp.json',
    'verify model.onnx --against onnxruntime --dims batch=2',
    'verify model.json --against tfjs --dims batch=2',
    'verify model.onnx --against onnxruntime --layers --bind sr=16000',
    'verify model.wasm',
  ],
  async run([path], values, streams) {
    const { against, layers, dims, bind, target = 'baseline', json } = values;
    const seed = values.seed === undefined ? 0n : readSeed(values.seed);
    const tolerance = toleranceOf(values);
    const loaded = await loadModel(path!, bind);
    if (loaded.kind === 'module') {
      verifyModule(path!, loaded.binary, json, streams);
      return;
    }
    const { model, tensors, file } = loaded;
    if (layers && !(model instanceof OnnxModel)) {
      throw new OptionError('arguments', '--layers', 'only values of ONNX models can be compared');
    }
    const reference = openReference(against, { path: path!, model, file }, seed);
    const settings: VerifyOptions = {
      ...{ seed, tolerance, tensors, maxMemory: MOST_MEMORY },
      target: target as NonNullable<VerifyOptions['target']>,
      ...(dims.length > 0 && { dims: readDims(dims) }),
    };
    const outputs = await verify(model, reference, settings);
    const open = async (): Promise<OnnxModel> => openOnnx(path!, { bind: await readBindings(bind), outputs: 'all' });
    const between = layers ? await verify(await open(), reference, settings) : undefined;
    const facts = { reference, seed, target, tolerance, outputs, layers: between && [...between].sort(byLayer) };
    streams.stdout.write(json ? jsonReport(facts) : textReport(facts));
    requireAgreement(facts);
  },
});
