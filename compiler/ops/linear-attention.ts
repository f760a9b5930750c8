import { floorDiv, mul, printShape, type Dim } from '../dim.js';
import type { LinearAttentionInput, OpOf } from '../ir.js';
import type { Tensor } from '../tensor.js';
import { zerosOf } from '../tensor.js';
import { floats, type JointRule } from './rule.js';

/** The inputs of the op by name. */
const named = <T>(
  { optional }: OpOf<'linearAttention'>,
  inputs: readonly T[],
): Readonly<Partial<Record<LinearAttentionInput, T>>> =>
  Object.fromEntries(optional.map((name, at) => [name, inputs[3 + at]!]));

export const linearAttention: JointRule<'linearAttention'> = {
  infer(op, inputs, checks) {
    const { heads, groups } = op;
    const [query, key, value] = inputs.slice(0, 3).map(({ shape }) => shape) as [Dim[], Dim[], Dim[]];
    for (const shape of [query, key, value]) {
      if (shape.length !== 3) checks.fail(`takes (batch, time, features), got ${printShape(shape)}`);
    }
    if (heads % groups !== 0) checks.fail(`${heads} heads do not divide into ${groups} groups`);
    const [batch, time, width] = query as [Dim, Dim, Dim];
    const [k, v] = [floorDiv(width, heads), floorDiv(value[2]!, groups)];
    checks.require('equal', width, mul(k, heads), `queries of {got} features do not divide into ${heads} heads`);
    checks.require('equal', value[2]!, mul(v, groups), `values of {got} features do not divide into ${groups} groups`);
    checks.require('equal', key[2]!, mul(k, groups), 'keys have {got} features, expected {expected}');
    const { state, decay, beta } = named(op, inputs);
    for (const shape of [key, value, ...[decay, beta].flatMap((input) => (input ? [input.shape] : []))]) {
      checks.require('equal', shape[0]!, batch, 'inputs have batches of {got} and {expected}');
      checks.require('equal', shape[1]!, time, 'inputs have {got} and {expected} steps');
    }
    const states = [batch, groups, k, v];
    state?.shape.forEach((size, axis) => {
      checks.require('equal', size, states[axis]!, `the state has size {got} on axis ${axis}, expected {expected}`);
    });
    if (decay && decay.shape[2] !== groups) {
      checks.require('equal', decay.shape[2]!, mul(k, groups), 'decay has {got} features, expected {expected}');
    }
    if (beta && beta.shape[2] !== 1) {
      checks.require('equal', beta.shape[2]!, groups, 'beta has {got} features, expected {expected}');
    }
    const output = { dtype: 'float32', shape: [batch, time, mul(v, heads)] } as const;
    return [output, { dtype: 'float32', shape: states }];
  },
  evaluateAll(op, inputs) {
    const { heads, groups, scale } = op;
    const { state, decay, beta } = named<Tensor>(op, inputs);
    const [query, key, value] = inputs.slice(0, 3).map(floats) as [Float32Array, Float32Array, Float32Array];
    const [batch, time, width] = inputs[0]!.shape as readonly [number, number, number];
    const [keySize, valueSize] = [width / heads, inputs[2]!.shape[2]! / groups];
    const output = zerosOf([batch, time, heads * valueSize]);
    const last = zerosOf([batch, groups, keySize, valueSize]);
    const memory = Float64Array.from(state ? floats(state) : last.data);
    const [factors, strengths] = [decay && floats(decay), beta && floats(beta)];
    const rows = decay && decay.shape[2] !== groups ? keySize : 1;
    for (let b = 0; b < batch; b++) {
      for (let t = 0; t < time; t++) {
        for (let g = 0; g < groups; g++) {
          const place = (b * time + t) * groups + g;
          const cell = (d: number, m: number): number => ((b * groups + g) * keySize + d) * valueSize + m;
          const strength = beta && strengths![beta.shape[2] === 1 ? b * time + t : place]!;
          for (let m = 0; m < valueSize; m++) {
            let known = 0;
            for (let d = 0; d < keySize; d++) {
              if (factors) memory[cell(d, m)]! *= factors[place * rows + (rows === 1 ? 0 : d)]!;
              known += memory[cell(d, m)]! * key[place * keySize + d]!;
            }
            const own = value[place * valueSize + m]!;
            const written = strength === undefined ? own : strength * (own - known);
            for (let d = 0; d < keySize; d++) memory[cell(d, m)]! += key[place * keySize + d]! * written;
            for (let h = 0; h < heads / groups; h++) {
              const head = (b * time + t) * heads + (g * heads) / groups + h;
              let sum = 0;
              for (let d = 0; d < keySize; d++) sum += query[head * keySize + d]! * memory[cell(d, m)]!;
              output.data[head * valueSize + m] = sum * scale;
            }
          }
        }
      }
    }
    last.data.set(memory);
    return [output, last];
  },
};
