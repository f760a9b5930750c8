import type { Value } from '../../../ir.js';
import type { Expand, Operators } from '../define.js';

const first: Expand = (context, inputs) => context.input(inputs, 0);
const all: Expand = (_context, inputs) => inputs;

/** The branch that the condition chooses, which must be known. */
const branch: Expand = (context, inputs) => {
  const holds = context.number(context.input(inputs, 0), 'the condition', 0) !== 0;
  return context.call(holds ? 'then_branch' : 'else_branch', inputs.slice(1));
};

const call: Expand = (context, inputs: readonly Value[]) => context.call('f', inputs);

/** What passes its inputs on, and calls of functions. */
export const control: Operators = {
  Identity: first,
  IdentityN: all,
  Snapshot: first,
  StopGradient: first,
  PreventGradient: first,
  CheckNumerics: first,
  EnsureShape: first,
  PlaceholderWithDefault: first,
  FakeQuantWithMinMaxVars: first,
  PartitionedCall: call,
  StatefulPartitionedCall: call,
  If: branch,
  StatelessIf: branch,
};
