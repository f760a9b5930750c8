import { binary, element, scalar, select, unary } from '../../../build.js';
import { mul, type Dim } from '../../../dim.js';
import { ImportError } from '../../../errors.js';
import type { Expression, Gate, RecurrentCell, RecurrentInput, Value } from '../../../ir.js';
import type { NodeContext } from '../context.js';
import type { Expand, Operators, Outputs } from '../define.js';

interface Cell {
  /** In the order in which ONNX keeps them. */
  readonly gates: readonly Gate[];
  readonly activations: readonly string[];
}

const cells: Readonly<Record<RecurrentCell, Cell>> = {
  rnn: { gates: ['hidden'], activations: ['Tanh'] },
  gru: { gates: ['update', 'reset', 'hidden'], activations: ['Sigmoid', 'Tanh'] },
  lstm: { gates: ['input', 'output', 'forget', 'cell'], activations: ['Sigmoid', 'Tanh', 'Tanh'] },
};

const x = element(0);
const times = (left: Expression, right: Expression): Expression => binary('multiply', left, right);
const positive = binary('maximum', x, scalar(0));
const negative = binary('minimum', x, scalar(0));
const affine = (alpha: number, beta: number): Expression => binary('add', times(scalar(alpha), x), scalar(beta));

interface Activation {
  /** The parameters it takes, and what they are where the node does not say; it must where that is null. */
  readonly alpha?: number | null;
  readonly beta?: number | null;
  readonly expression: (alpha: number, beta: number) => Expression;
}

/** By their names in lower case; parameters default to those of the operators of the same names. */
const activations: Readonly<Record<string, Activation>> = {
  relu: { expression: () => positive },
  tanh: { expression: () => unary('tanh', x) },
  sigmoid: { expression: () => unary('sigmoid', x) },
  softsign: { expression: () => binary('divide', x, binary('add', scalar(1), unary('absolute', x))) },
  softplus: { expression: () => unary('softplus', x) },
  affine: { alpha: 1, beta: 0, expression: affine },
  leakyrelu: { alpha: 0.01, expression: (alpha) => binary('add', positive, times(scalar(alpha), negative)) },
  thresholdedrelu: { alpha: 1, expression: (alpha) => select('lessOrEqual', scalar(alpha), x, x, scalar(0)) },
  scaledtanh: {
    alpha: null,
    beta: null,
    expression: (alpha, beta) => times(scalar(alpha), unary('tanh', times(scalar(beta), x))),
  },
  hardsigmoid: {
    alpha: 0.2,
    beta: 0.5,
    expression: (alpha, beta) => binary('minimum', binary('maximum', affine(alpha, beta), scalar(0)), scalar(1)),
  },
  elu: { alpha: 1, expression: (alpha) => binary('add', positive, times(scalar(alpha), unary('expm1', negative))) },
};

/** The activations of each direction. A function takes the next of the numbers given if it has a parameter for one. */
function activationsOf(
  context: NodeContext,
  cell: RecurrentCell,
  directions: number,
): readonly (readonly Expression[])[] {
  const usual = cells[cell].activations;
  const names = context.strings('activations') ?? Array.from({ length: directions }, () => usual).flat();
  if (names.length !== usual.length * directions) {
    const text = `activations takes ${usual.length * directions} names, got ${names.length}`;
    throw new ImportError('attribute', context.build.subject, text);
  }
  const next = (attribute: 'activation_alpha' | 'activation_beta') => {
    const given = [...(context.floats(attribute) ?? [])];
    return (name: string, otherwise: number | null | undefined): number => {
      if (otherwise === undefined) return 0;
      const value = given.shift() ?? otherwise;
      if (value !== null) return value;
      throw new ImportError('attribute', context.build.subject, `${name} needs ${attribute}`);
    };
  };
  const [alphaOf, betaOf] = [next('activation_alpha'), next('activation_beta')];
  const expressions = names.map((name) => {
    const key = name.toLowerCase();
    const found = Object.hasOwn(activations, key) ? activations[key]! : context.unsupported(`activation '${name}'`);
    return found.expression(alphaOf(name, found.alpha), betaOf(name, found.beta));
  });
  return Array.from({ length: directions }, (_, at) => expressions.slice(at * usual.length, (at + 1) * usual.length));
}

/** What one direction has of an input whose first axis is the directions. */
function direct(context: NodeContext, value: Value, direction: number, directions: number): Value {
  const [, ...shape] = value.shape;
  const { build } = context;
  if (directions === 1) return build.reshape(value, shape);
  const starts = value.shape.map((_, axis) => (axis === 0 ? direction : 0));
  const steps = value.shape.map(() => 1);
  return build.reshape(build.op({ kind: 'slice', starts, steps, sizes: [1, ...shape] }, [value]), shape);
}

/** Swaps the first two axes. */
const swap = (context: NodeContext, value: Value): Value =>
  context.build.op({ kind: 'transpose', permutation: value.shape.map((_, axis) => (axis < 2 ? 1 - axis : axis)) }, [
    value,
  ]);

function part(context: NodeContext, vector: Value, start: Dim, size: Dim): Value {
  return context.build.op({ kind: 'slice', starts: [start], steps: [1], sizes: [size] }, [vector]);
}

interface Inputs {
  readonly weight: Value;
  readonly recurrentWeight: Value;
  readonly bias: Value | undefined;
  readonly peepholes: Value | undefined;
  readonly lengths: Value | undefined;
  readonly hidden: Value | undefined;
  readonly cell: Value | undefined;
}

/** Runs one direction over steps [time, batch, inputs]; the order of outputs is the op's. */
function runDirection(
  context: NodeContext,
  cell: RecurrentCell,
  steps: Value,
  { weight, recurrentWeight, bias, ...inputs }: Inputs,
  { activations, reverse }: { readonly activations: readonly Expression[]; readonly reverse: boolean },
): readonly Value[] {
  const { build } = context;
  const { gates } = cells[cell];
  const resetAfter = cell === 'gru' && context.flag('linear_before_reset');
  const width = mul(gates.length, recurrentWeight.shape[1]!);
  let projection = build.op({ kind: 'matmul', transposeRight: true }, [steps, weight]);
  const given: [RecurrentInput, Value | undefined][] = [];
  if (bias) {
    build.require('equal', bias.shape[0]!, mul(2, width), 'expects a bias of {expected} elements, got {got}');
    const [own, recurrent] = [part(context, bias, 0, width), part(context, bias, width, width)];
    projection = build.binary('add', projection, resetAfter ? own : build.binary('add', own, recurrent));
    if (resetAfter) given.push(['bias', recurrent]);
  }
  const { hidden, cell: state, peepholes, lengths } = inputs;
  given.push(['hidden', hidden], ['cell', state], ['peepholes', peepholes], ['lengths', lengths]);
  const present = given.flatMap(([name, value]) => (value ? [{ name, value }] : []));
  return build.outputsOf(
    {
      kind: 'recurrent',
      cell,
      gates,
      activations,
      optional: present.map(({ name }) => name),
      transposeRight: true,
      reverse,
      ...(context.has('clip') && { clip: context.float('clip') }),
      resetAfter,
      inputForget: cell === 'lstm' && context.flag('input_forget'),
    },
    [projection, recurrentWeight, ...present.map(({ value }) => value)],
  );
}

function requireRank(context: NodeContext, name: string, value: Value | undefined, rank: number): void {
  if (!value || value.shape.length === rank) return;
  const text = `expects ${rank} axes of ${name}, got ${value.shape.length}`;
  throw new ImportError('input', context.build.subject, text);
}

/** Both directions one after the other, joined along an axis of their own. */
const recurrent =
  (cell: RecurrentCell): Expand =>
  (context, inputs): Outputs => {
    const { build } = context;
    const names = ['X', 'W', 'R', 'B', 'sequence_lens', 'initial_h', 'initial_c', 'P'];
    const ranks = [3, 3, 3, 2, 1, 3, 3, 2];
    names.forEach((name, at) => {
      requireRank(context, name, inputs[at], ranks[at]!);
    });
    const x = context.input(inputs, 0);
    const weight = context.weight(context.input(inputs, 1), 'weight');
    const recurrentWeight = context.weight(context.input(inputs, 2), 'recurrentWeight');
    const [bias, lengths, peepholes] = [inputs[3], inputs[4], inputs[7]];
    if (bias) context.weight(bias, 'bias');
    if (peepholes) context.weight(peepholes, 'peepholes');
    const direction = context.oneOf('direction', ['forward', 'reverse', 'bidirectional'], 'forward');
    const directions = direction === 'bidirectional' ? 2 : 1;
    [weight, recurrentWeight, bias, peepholes].forEach((value) => {
      if (value)
        build.require('equal', value.shape[0]!, directions, 'expects weights for {expected} directions, got {got}');
    });
    const batchFirst = context.int('layout', 0) === 1;
    const settled = (value: Value | undefined): Value | undefined =>
      value && (batchFirst ? swap(context, value) : value);
    const [steps, hidden, state] = [settled(x)!, settled(inputs[5]), settled(inputs[6])];
    const activations = activationsOf(context, cell, directions);

    const results = activations.map((own, at) => {
      const of = (value: Value | undefined): Value | undefined => value && direct(context, value, at, directions);
      const weights = {
        weight: of(weight)!,
        recurrentWeight: of(recurrentWeight)!,
        bias: of(bias),
        peepholes: of(peepholes),
        lengths,
        hidden: of(hidden),
        cell: of(state),
      };
      const reverse = direction === 'reverse' || at === 1;
      return runDirection(context, cell, steps, weights, { activations: own, reverse });
    });
    /** An output of all directions, which get an axis at the place given. */
    const joined = (output: number, axis: number): Value => {
      const parts = results.map((outputs) => {
        const value = outputs[output]!;
        const laid = axis === 2 ? swap(context, value) : value;
        return build.reshape(laid, [...laid.shape.slice(0, axis), 1, ...laid.shape.slice(axis)]);
      });
      return parts.length === 1 ? parts[0]! : build.op({ kind: 'concat', axis }, parts);
    };
    const stateAxis = batchFirst ? 1 : 0;
    return [
      context.wants(0) ? joined(0, batchFirst ? 2 : 1) : undefined,
      context.wants(1) ? joined(1, stateAxis) : undefined,
      ...(cell === 'lstm' && context.wants(2) ? [joined(2, stateAxis)] : []),
    ];
  };

/** Recurrent layers. Until opset 6 attribute `output_sequence` told whether the first output is there. */
export const recurrence: Operators = {
  RNN: { 1: recurrent('rnn') },
  GRU: { 1: recurrent('gru') },
  LSTM: { 1: recurrent('lstm') },
};
