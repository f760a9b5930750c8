import { add, mul, printShape, product, type Dim } from '../dim.js';
import { headStrides, inHeads } from '../heads.js';
import type { TensorType } from '../ir.js';
import { zerosOf } from '../tensor.js';
import { broadcastShapes, broadcastStrides } from './broadcast.js';
import { floats, type Checks, type Rule } from './rule.js';

function checkedHeads(what: string, { shape }: TensorType, heads: number, checks: Checks): [Dim, Dim, Dim, Dim] {
  if (shape.length !== 3 && shape.length !== 4) {
    checks.fail(`takes (batch, time, features) or (batch, heads, time, features), got ${printShape(shape)}`);
  }
  const found = inHeads(shape, heads);
  if (shape.length === 4) {
    checks.require('equal', shape[1]!, heads, `${what} have {got} heads, expected {expected}`);
  } else {
    const message = `${what} of {got} features do not divide into ${heads} heads`;
    checks.require('equal', shape[2]!, mul(found[3], heads), message);
  }
  return found;
}

export const attention: Rule<'attention'> = {
  infer(op, inputs, checks) {
    const { heads, groups } = op;
    const [query, key, value, bias] = inputs as readonly [TensorType, TensorType, TensorType, TensorType | undefined];
    if (groups < 1 || heads % groups !== 0) {
      checks.fail(`${heads} heads of queries do not divide into ${groups} of keys`);
    }
    const [batch, , queries, size] = checkedHeads('queries', query, heads, checks);
    const [keyBatch, , keys, keySize] = checkedHeads('keys', key, groups, checks);
    const [valueBatch, , values, valueSize] = checkedHeads('values', value, groups, checks);
    checks.require('equal', keySize, size, 'heads have {expected} features in queries and {got} in keys');
    checks.require('equal', values, keys, 'there are {expected} keys and {got} values');
    for (const other of [keyBatch, valueBatch]) {
      checks.require('equal', other, batch, 'inputs have batches of {got} and {expected}');
    }
    const scores = [batch, heads, queries, keys];
    if (bias) {
      const whole = broadcastShapes([scores, bias.shape], checks);
      const fits =
        whole.length === 4 && bias.shape.every((own, at) => own === 1 || scores.at(at - bias.shape.length) !== 1);
      if (!fits) checks.fail(`a bias ${printShape(bias.shape)} does not broadcast to ${printShape(scores)}`);
    }
    const shape =
      query.shape.length === 4 ? [batch, heads, queries, valueSize] : [batch, queries, mul(valueSize, heads)];
    return [{ dtype: 'float32', shape }];
  },
  multiplyAdds({ heads, groups }, [query, key, value]) {
    const [batch, , queries, size] = inHeads(query!.shape, heads);
    const [, , keys] = inHeads(key!.shape, groups);
    const [, , , valueSize] = inHeads(value!.shape, groups);
    const scores = product([batch, heads, queries, keys]);
    return mul(scores, add(size, valueSize));
  },
  evaluate(op, inputs, shape, context) {
    const { heads, groups, scale, softcap } = op;
    const [query, key, value, bias] = inputs;
    const [q, k, v] = [query!, key!, value!].map(floats) as [Float32Array, Float32Array, Float32Array];
    const sizes = (tensor: { readonly shape: readonly number[] }, count: number) =>
      [inHeads(tensor.shape, count), headStrides(tensor.shape, count)] as [
        [number, number, number, number],
        Record<'batch' | 'head' | 'row', number>,
      ];
    const [[batch, , queries, size], ofQuery] = sizes(query!, heads);
    const [[, , keys], ofKey] = sizes(key!, groups);
    const [[, , , valueSize], ofValue] = sizes(value!, groups);
    const result = zerosOf(shape);
    const [, ofOutput] = sizes(result, heads);
    const added = bias && { data: floats(bias), strides: broadcastStrides(bias.shape, 4) };
    const past = op.past === null ? undefined : context.size(op.past);
    for (let b = 0; b < batch; b++) {
      for (let h = 0; h < heads; h++) {
        const g = Math.floor((h * groups) / heads);
        const place = (strides: Record<'batch' | 'head' | 'row', number>, head: number, row: number): number =>
          b * strides.batch + head * strides.head + row * strides.row;
        for (let i = 0; i < queries; i++) {
          const seen = past === undefined ? keys : Math.min(keys, i + past + 1);
          // Scores are float32: a large negative bias makes them equal.
          const scores = Array.from({ length: seen }, (_, j) => {
            let sum = 0;
            for (let d = 0; d < size; d++) sum += q[place(ofQuery, h, i) + d]! * k[place(ofKey, g, j) + d]!;
            const scaled = sum * scale;
            const score = Math.fround(softcap === null ? scaled : softcap * Math.tanh(scaled / softcap));
            const [sb, sh, si, sj] = added?.strides ?? [];
            return added ? Math.fround(score + added.data[b * sb! + h * sh! + i * si! + j * sj!]!) : score;
          });
          const largest = scores.reduce((most, score) => Math.max(most, score), -Infinity);
          if (largest === -Infinity) continue;
          const powers = scores.map((score) => Math.exp(score - largest));
          const total = powers.reduce((sum, power) => sum + power, 0);
          for (let m = 0; m < valueSize; m++) {
            const sum = powers.reduce((all, power, j) => all + power * v[place(ofValue, g, j) + m]!, 0);
            result.data[place(ofOutput, h, i) + m] = sum / total;
          }
        }
      }
    }
    return result;
  },
};
