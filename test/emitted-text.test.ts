import { readFileSync } from 'node:fs';
import test from 'ava';
import type { GraphSource } from '../compiler/declaration.js';
import { compile } from '../compiler/index.js';
import { Pipeline } from '../compiler/pipeline.js';
import type { KernelPlan } from '../compiler/plan/types.js';
import { printPlan } from '../compiler/print.js';

const library = new WebAssembly.Module(readFileSync(new URL('../kernels.wasm', import.meta.url)));
const kernels = new Set(WebAssembly.Module.exports(library).map(({ name }) => name));

/** What the compiler writes itself; other functions of a module carry kernels in them, which change with those. */
const own = /^(infer|publish|refuse|multiply|floorDiv|max|prepare|forward|locate|abiVersion|table|failed)$/;

interface WatFunction {
  readonly name: string;
  readonly text: string;
}

const functionsOf = (wat: string): WatFunction[] =>
  [...wat.matchAll(/^ \(func \$([^\s()]+)[^]*?^ \)$/gm)].map(([text, name]) => ({ name: name!, text }));

/**
 * The text of a module without the bodies of kernels and of what has kernels inlined, and without the data of the
 * kernel library.
 */
function withoutKernels(wat: string, { forward, prepare }: KernelPlan): string {
  const linked = new Set(
    [...forward, ...prepare].flatMap((step) => (step.kind === 'call' && !step.generated ? [step.kernel] : [])),
  );
  const isGenerated = ({ name }: WatFunction): boolean => {
    const base = name.replace(/\$.*/, '');
    return own.test(name) || (!linked.has(base) && /^(gemv|loop|epilogue)\$/.test(name));
  };
  const functions = functionsOf(wat);
  const isNamed = ({ name }: WatFunction): boolean => !/^\d+$/.test(name);
  const head = wat.slice(0, wat.indexOf(' (func $')).replace(/^ \((type|data \$static).*\n/gm, '');
  return [
    head.trimEnd(),
    ...functions.filter((each) => isNamed(each) && !isGenerated(each)).map(({ name }) => ` (func $${name} …)`),
    ...functions.filter(isGenerated).map(({ text }) => text),
    ')',
  ].join('\n');
}

const models: Readonly<Record<string, GraphSource>> = {
  'dense with one row': {
    nacre: 1,
    inputs: [{ name: 'x', shape: [1, 6] }],
    layers: [{ name: 'y', kind: 'dense', from: 'x', units: 5, activation: 'relu' }],
    outputs: ['y'],
  },
  'convolution with a free batch': {
    nacre: 1,
    inputs: [{ name: 'x', shape: ['batch', 8, 8, 3] }],
    layers: [{ name: 'y', kind: 'conv2d', from: 'x', filters: 4, kernelSize: 3, padding: 'same', activation: 'swish' }],
    outputs: ['y'],
  },
  'broadcast with a latched size': {
    nacre: 1,
    inputs: [
      { name: 'a', shape: ['batch', 4, null] },
      { name: 'b', shape: ['batch', 1, null] },
    ],
    layers: [
      { name: 'sum', kind: 'add', from: ['a', 'b'] },
      { name: 'bent', kind: 'softsign', from: 'sum' },
      { name: 'y', kind: 'batchNormalization', from: 'bent' },
    ],
    outputs: ['y'],
  },
};

for (const [name, source] of Object.entries(models)) {
  test(name, async (t) => {
    const plan = new Pipeline(source).plan();
    const { text } = await compile(source, { text: true });
    t.snapshot(printPlan(plan), 'plan');
    t.snapshot(withoutKernels(text!, plan), 'module');
  });
}

test('kernels are called by name', async (t) => {
  for (const source of Object.values(models)) {
    const { text } = await compile(source, { text: true });
    const numbered = functionsOf(text!).filter(({ name }) => !kernels.has(name.replace(/\$.*/, '')));
    for (const { name, text: body } of numbered.filter(({ name }) => !/^\d+$/.test(name)))
      t.notRegex(body, /\(call \$\d/, name);
  }
});
