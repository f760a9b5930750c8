import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import test from 'ava';
import { compile } from '../../compiler/index.js';
import { importGraphModel } from '../../compiler/import/tfjs/index.js';
import { operatorNames } from '../../compiler/import/tfjs/table.js';
import type { Tensor } from '../../compiler/tensor.js';
import { instantiateSync } from '../../runtime/index.js';
import { elements } from './elements.cases.js';
import { maps } from './maps.cases.js';
import { moves } from './moves.cases.js';
import { selections } from './selection.cases.js';
import type { OperatorCase } from './operators.js';
import { graphModel, type WrittenInput, type WrittenNode } from './write.js';

const TOLERANCE = 1e-5;
const families: Readonly<Record<string, readonly OperatorCase[]>> = { elements, maps, moves, selections };

const expectedOf = ({ inputs, expected }: OperatorCase): readonly tf.Tensor[] => {
  const result = expected(
    ...inputs.map(({ tensor: { dtype, shape, data } }) => {
      return tf.tensor(data as Float32Array, [...shape], dtype as 'float32' | 'int32' | 'bool');
    }),
  );
  return Array.isArray(result) ? (result as readonly tf.Tensor[]) : [result as tf.Tensor];
};

/** All cases in one model, each under its own names. */
async function run(cases: readonly OperatorCase[], isOpen: boolean): Promise<Readonly<Record<string, Tensor>>> {
  const inputs: WrittenInput[] = [];
  const constants: Record<string, Tensor> = {};
  const fed: Record<string, Tensor> = {};
  const outputs: Record<string, string> = {};
  const nodes = cases.map((each, at): WrittenNode => {
    each.inputs.forEach(({ tensor, isFed, open }, index) => {
      const name = `i${at}_${index}`;
      if (!isFed) {
        constants[name] = tensor;
        return;
      }
      fed[name] = tensor;
      const shape = tensor.shape.map((size, axis) => (isOpen && open.includes(axis) ? -1 : size));
      inputs.push({ name, dtype: tensor.dtype, shape });
    });
    expectedOf(each).forEach((_, output) => {
      outputs[`${at}_${output}`] = output === 0 ? `n${at}` : `n${at}:${output}`;
    });
    const { op, attributes = {} } = each;
    return { name: `n${at}`, op, inputs: each.inputs.map((_, index) => `i${at}_${index}`), attributes };
  });
  const functions = cases.flatMap((each) => each.functions ?? []);
  const { json, weights } = graphModel({ nodes, inputs, constants, outputs, functions });
  const module = await compile(importGraphModel(json, weights));
  const results = instantiateSync(module).forward(fed);
  return Object.fromEntries(module.manifest.outputs.map(({ name, dtype }) => [name, { ...results[name]!, dtype }]));
}

for (const [family, cases] of Object.entries(families)) {
  for (const isOpen of [false, true]) {
    const sizes = isOpen ? 'open sizes' : 'known sizes';
    let results: Promise<Readonly<Record<string, Tensor>>> | undefined;
    cases.forEach((each, at) => {
      test(`${family} ${at} › ${each.title ?? each.op}, ${sizes}`, async (t) => {
        results ??= run(cases, isOpen);
        const given = await results;
        expectedOf(each).forEach((expected, output) => {
          const { dtype, shape, data } = given[`${at}_${output}`]!;
          t.deepEqual([dtype, [...shape]], [expected.dtype, expected.shape] as unknown as [typeof dtype, number[]]);
          const values = Array.from(expected.dataSync() as ArrayLike<number>);
          const largest = values.reduce(
            (most, value) => Math.max(most, Number.isFinite(value) ? Math.abs(value) : 0),
            1,
          );
          const off = values.findIndex((value, index) => {
            const actual = Number(data[index]);
            return !Object.is(actual, value) && !(Math.abs(actual - value) <= TOLERANCE * largest);
          });
          t.is(off, -1, `element ${off} is ${data[off]}, expected ${values[off]}`);
        });
      });
    });
  }
}

test('every operator has a case', (t) => {
  const tested = new Set(Object.values(families).flatMap((cases) => cases.map(({ op }) => op)));
  t.deepEqual(
    operatorNames().filter((op) => !tested.has(op) && !['Const', 'Placeholder'].includes(op)),
    [],
  );
});
