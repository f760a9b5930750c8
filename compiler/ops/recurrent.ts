import { equal, mul, product, type Dim } from '../dim.js';
import type { Gate, OpOf, RecurrentCell, RecurrentInput, TensorType } from '../ir.js';
import { zerosOf, type DType, type Tensor } from '../tensor.js';
import { evaluateExpression } from './expression.js';
import { floats, type Checks, type EvaluateContext, type Rule } from './rule.js';

type Recurrent = OpOf<'recurrent'>;

interface CellRule {
  readonly gates: readonly Gate[];
  /** How many activations it takes, and which inputs beside those of every cell. */
  readonly activations: number;
  readonly inputs: readonly RecurrentInput[];
}

const cells: Readonly<Record<RecurrentCell, CellRule>> = {
  rnn: { gates: ['hidden'], activations: 1, inputs: [] },
  gru: { gates: ['update', 'reset', 'hidden'], activations: 2, inputs: [] },
  lstm: { gates: ['input', 'output', 'forget', 'cell'], activations: 3, inputs: ['cell', 'peepholes'] },
};
const common: readonly RecurrentInput[] = ['bias', 'hidden', 'lengths', 'mask'];
const dtypes: Readonly<Partial<Record<RecurrentInput, DType>>> = { lengths: 'int32', mask: 'bool' };

function checkOp({ cell, gates, activations, optional }: Recurrent, inputs: number, checks: Checks): void {
  const rule = cells[cell];
  const complete = gates.length === rule.gates.length && rule.gates.every((gate) => gates.includes(gate));
  if (!complete || (cell === 'gru' && gates[2] !== 'hidden')) checks.fail(`${cell} with gates ${gates.join(' ')}`);
  if (activations.length !== rule.activations) checks.fail(`${cell} takes ${rule.activations} activations`);
  const foreign = optional.find((name) => !common.includes(name) && !rule.inputs.includes(name));
  if (foreign !== undefined) checks.fail(`${cell} takes no ${foreign}`);
  if (inputs !== 2 + optional.length) checks.fail(`${cell} names ${2 + optional.length} inputs, got ${inputs}`);
}

/** From the first two axes to time and batch, or back. */
const ordered = <T>({ batchFirst }: Recurrent, first: T, second: T): [T, T] =>
  batchFirst ? [second, first] : [first, second];

/** Requires an input of this shape. */
function requireShape(name: string, { dtype, shape }: TensorType, expected: readonly Dim[], checks: Checks): void {
  const wanted = dtypes[name as RecurrentInput] ?? 'float32';
  if (dtype !== wanted) checks.fail(`expects ${name} in ${wanted}, got ${dtype}`);
  if (shape.length !== expected.length) checks.fail(`expects ${expected.length} axes of ${name}, got ${shape.length}`);
  shape.forEach((size, axis) => {
    if (!equal(size, expected[axis]!)) {
      checks.require(
        'equal',
        size,
        expected[axis]!,
        `expects size {expected} of ${name} along axis ${axis}, got {got}`,
      );
    }
  });
}

type Elements = Float32Array | undefined;

/** Runs a layer in float64; the states are rounded. Gives the outputs in their order. */
function run(
  op: Recurrent,
  [x, weight, ...rest]: readonly Tensor[],
  functions: EvaluateContext['functions'],
): readonly Tensor<'float32'>[] {
  const { cell, gates, clip = Infinity } = op;
  const [time, batch] = ordered(op, ...(x!.shape.slice(0, 2) as [number, number]));
  const width = x!.shape[2]!;
  const units = weight!.shape[op.transposeRight ? 1 : 0]!;
  const [projection, matrix] = [floats(x!), floats(weight!)];
  const optional = (name: RecurrentInput): Elements => {
    const index = op.optional.indexOf(name);
    return index < 0 ? undefined : floats(rest[index]!);
  };
  const [bias, peepholes, lengths] = [optional('bias'), optional('peepholes'), optional('lengths')];
  const mask = op.optional.includes('mask') ? rest[op.optional.indexOf('mask')]!.data : undefined;
  const sequence = zerosOf([...ordered(op, time, batch), units]);
  const place = (t: number, row: number): number => (op.batchFirst ? row * time + t : t * batch + row);
  const [last, lastCell] = [zerosOf([batch, units]), zerosOf([batch, units])];
  last.data.set(optional('hidden') ?? []);
  lastCell.data.set(optional('cell') ?? []);

  const activate = (index: number, value: number): number =>
    evaluateExpression(op.activations[index]!, [value], functions);
  const clipped = (index: number, value: number): number => activate(index, Math.max(-clip, Math.min(clip, value)));

  for (let step = 0; step < time; step++) {
    const t = op.reverse ? time - 1 - step : step;
    for (let row = 0; row < batch; row++) {
      const at = place(t, row);
      if (lengths && t >= lengths[row]!) continue;
      if (mask && !mask[at]) {
        const before = place(op.reverse ? t + 1 : t - 1, row) * units;
        if (step > 0) sequence.data.copyWithin(at * units, before, before + units);
        continue;
      }
      const h = last.data.slice(row * units, (row + 1) * units);
      const c = lastCell.data.subarray(row * units, (row + 1) * units);
      const columnOf = (gate: Gate, unit: number): number => gates.indexOf(gate) * units + unit;
      const input = (gate: Gate, unit: number): number => projection[at * width + columnOf(gate, unit)]!;
      const product = (gate: Gate, unit: number, state: ArrayLike<number>): number => {
        const column = columnOf(gate, unit);
        let sum = bias?.[column] ?? 0;
        for (let k = 0; k < units; k++) {
          sum += state[k]! * matrix[op.transposeRight ? column * units + k : k * width + column]!;
        }
        return sum;
      };
      const before = (gate: Gate, unit: number): number => input(gate, unit) + product(gate, unit, h);
      const store = (unit: number, value: number): void => {
        last.data[row * units + unit] = value;
        sequence.data[at * units + unit] = value;
      };
      const peephole = (which: number, unit: number, state: number): number =>
        (peepholes?.[which * units + unit] ?? 0) * state;

      const all = Array.from({ length: units }, (_, unit) => unit);
      if (cell === 'rnn') {
        all.forEach((unit) => store(unit, clipped(0, before('hidden', unit))));
      } else if (cell === 'gru') {
        const reset = all.map((unit) => clipped(0, before('reset', unit)));
        const resetState = all.map((unit) => reset[unit]! * h[unit]!);
        all.forEach((unit) => {
          const update = clipped(0, before('update', unit));
          const recurrent = op.resetAfter
            ? reset[unit]! * product('hidden', unit, h)
            : product('hidden', unit, resetState);
          store(unit, (1 - update) * clipped(1, input('hidden', unit) + recurrent) + update * h[unit]!);
        });
      } else {
        all.forEach((unit) => {
          const i = clipped(0, before('input', unit) + peephole(0, unit, c[unit]!));
          const f = op.inputForget ? 1 - i : clipped(0, before('forget', unit) + peephole(2, unit, c[unit]!));
          c[unit] = f * c[unit]! + i * clipped(1, before('cell', unit));
          const o = clipped(0, before('output', unit) + peephole(1, unit, c[unit]));
          store(unit, o * activate(2, c[unit]));
        });
      }
    }
  }
  return [sequence, last, lastCell];
}

export const recurrent: Rule<'recurrent'> = {
  infer(op, inputs, checks) {
    checkOp(op, inputs.length, checks);
    const [x, weight, ...rest] = inputs as readonly [TensorType, TensorType, ...TensorType[]];
    if (x.shape.length !== 3 || weight.shape.length !== 2)
      checks.fail('expects (time, batch, gates · units) and a matrix');
    const leading = x.shape.slice(0, 2) as [Dim, Dim];
    const [, batch] = ordered(op, ...leading);
    const units = weight.shape[op.transposeRight ? 1 : 0]!;
    const width = mul(op.gates.length, units);
    requireShape('x', x, [...leading, width], checks);
    requireShape('weight', weight, op.transposeRight ? [width, units] : [units, width], checks);
    const shapes: Readonly<Record<RecurrentInput, readonly Dim[]>> = {
      bias: [width],
      hidden: [batch, units],
      cell: [batch, units],
      peepholes: [mul(3, units)],
      lengths: [batch],
      mask: leading,
    };
    op.optional.forEach((name, index) => requireShape(name, rest[index]!, shapes[name], checks));
    const state: TensorType = { dtype: 'float32', shape: [batch, units] };
    const sequence: TensorType = { dtype: 'float32', shape: [...leading, units] };
    return op.cell === 'lstm' ? [sequence, state, state] : [sequence, state];
  },
  multiplyAdds: ({ gates }, _inputs, { shape }) => mul(product(shape), mul(gates.length, shape[2]!)),
  evaluate: (op, inputs, _shape, { functions }, output) => run(op, inputs, functions)[output]!,
};
