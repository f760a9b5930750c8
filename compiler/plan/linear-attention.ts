import type { Dim } from '../dim.js';
import type { LinearAttentionInput, Node, OpOf, Value } from '../ir.js';
import { address, float, size, type Planner } from './planner.js';
import type { Argument } from './types.js';

export function linearAttention(planner: Planner, { op, inputs, outputs }: Node<OpOf<'linearAttention'>>): void {
  const { heads, groups, scale, optional } = op;
  const [output, state] = outputs as readonly [Value, Value];
  const valueOf = (name: LinearAttentionInput): Value | undefined => {
    const index = optional.indexOf(name);
    return index < 0 ? undefined : inputs[3 + index];
  };
  const absent = size(0);
  const argument = (name: LinearAttentionInput): Argument => {
    const value = valueOf(name);
    return value ? address(planner.read(value)) : absent;
  };
  const [batch, time] = output.shape as readonly [Dim, Dim];
  const [, , keySize, valueSize] = state.shape as readonly [Dim, Dim, Dim, Dim];
  const decaySize = valueOf('decay')?.shape[2] === groups ? 1 : keySize;
  const betaSize = valueOf('beta')?.shape[2] ?? 1;
  planner.call('linearAttention', [
    ...inputs.slice(0, 3).map((input) => address(planner.read(input))),
    argument('decay'),
    argument('beta'),
    argument('state'),
    address(planner.output(output)),
    address(planner.output(state)),
    address(planner.temporary(`${planner.origin} written`, valueSize)),
    ...[batch, time, heads, groups, keySize, valueSize, decaySize, betaSize].map(size),
    float(scale),
  ]);
}
