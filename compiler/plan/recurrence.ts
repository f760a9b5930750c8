import { mul, product, type Dim } from '../dim.js';
import {
  substitute,
  type BinaryFunction,
  type Expression,
  type Gate,
  type Node,
  type OpOf,
  type RecurrentInput,
  type Value,
} from '../ir.js';
import { address, size, type Planner } from './planner.js';
import type { Argument, Recurrence, RowPointer, RowUpdate } from './types.js';

type Recurrent = OpOf<'recurrent'>;

const binary = (fn: BinaryFunction, left: Expression, right: Expression): Expression => ({
  kind: 'binary',
  fn,
  left,
  right,
});
const constant = (value: number): Expression => ({ kind: 'constant', value });
const add = (left: Expression, right: Expression): Expression => binary('add', left, right);
const times = (left: Expression, right: Expression): Expression => binary('multiply', left, right);
const complement = (x: Expression): Expression => binary('subtract', constant(1), x);

/** An expression of one input with another in its place. */
const apply = (expression: Expression, x: Expression): Expression => substitute(expression, () => x);

/** The parts that the formulas of cells are made of; inputs are listed when they are first used. */
class Formulas {
  readonly inputs: { pointer: RowPointer; part: number }[] = [];

  constructor(
    private readonly op: Recurrent,
    private readonly results: number,
  ) {}

  /** A result of the same update. */
  result(index: number): Expression {
    return { kind: 'input', index };
  }

  input(pointer: RowPointer, part = 0): Expression {
    let index = this.inputs.findIndex((input) => input.pointer === pointer && input.part === part);
    if (index < 0) index = this.inputs.push({ pointer, part }) - 1;
    return { kind: 'input', index: this.results + index };
  }

  /** The part of the projection, or of the product of the hidden state, for a gate. */
  part(pointer: 'x' | 'products', gate: Gate): Expression {
    return this.input(pointer, this.op.gates.indexOf(gate));
  }

  before(gate: Gate): Expression {
    return add(this.part('x', gate), this.part('products', gate));
  }

  /** Adds the cell state by way of a peephole. */
  peep(x: Expression, peephole: number, cell: Expression): Expression {
    if (!this.op.optional.includes('peepholes')) return x;
    return add(x, times(this.input('peepholes', peephole), cell));
  }

  activate(index: number, x: Expression): Expression {
    return apply(this.op.activations[index]!, x);
  }

  clipped(index: number, x: Expression): Expression {
    const { clip } = this.op;
    if (clip === undefined) return this.activate(index, x);
    const low = binary('maximum', x, constant(-clip));
    return this.activate(index, binary('minimum', low, constant(clip)));
  }

  gate(gate: Gate): Expression {
    return this.clipped(0, this.before(gate));
  }
}

/** From the states of the step before to new ones, see the op in ir.ts; `hidden` is where the hidden state goes. */
function updateOf(op: Recurrent, hidden: readonly RowPointer[]): RowUpdate {
  const formulas = new Formulas(op, op.cell === 'lstm' ? 2 : 1);
  const { inputs } = formulas;
  const state = (expression: Expression): RowUpdate => ({ inputs, results: [{ to: hidden, expression }] });
  if (op.cell === 'rnn') return state(formulas.gate('hidden'));
  if (op.cell === 'gru') {
    const products = formulas.part('products', 'hidden');
    const recurrent = op.resetAfter ? times(formulas.gate('reset'), products) : products;
    const candidate = formulas.clipped(1, add(formulas.part('x', 'hidden'), recurrent));
    const update = formulas.gate('update');
    return state(add(times(complement(update), candidate), times(update, formulas.input('hidden'))));
  }
  const cell = formulas.input('cell');
  const input = formulas.clipped(0, formulas.peep(formulas.before('input'), 0, cell));
  const forget = op.inputForget
    ? complement(input)
    : formulas.clipped(0, formulas.peep(formulas.before('forget'), 2, cell));
  const next = add(times(forget, cell), times(input, formulas.clipped(1, formulas.before('cell'))));
  const settled = formulas.result(0);
  const output = formulas.clipped(0, formulas.peep(formulas.before('output'), 1, settled));
  const expression = times(output, formulas.activate(2, settled));
  return { inputs, results: [{ to: ['cell'], expression: next }, ...state(expression).results] };
}

function resetOf(op: Recurrent): RowUpdate {
  const formulas = new Formulas(op, 1);
  const expression = times(formulas.gate('reset'), formulas.input('hidden'));
  return { inputs: formulas.inputs, results: [{ to: ['output'], expression }] };
}

/** Gates are computed for all rows at once into scratch, then each row's states are updated in place. */
export function recurrent(planner: Planner, { op, inputs, outputs }: Node<Recurrent>): void {
  const [x, weight, ...rest] = inputs as readonly [Value, Value, ...Value[]];
  const [sequence, last, lastCell] = outputs as readonly [Value, Value, Value?];
  const [first, second, units] = sequence.shape as readonly [Dim, Dim, Dim];
  const [time, batch] = op.batchFirst ? [second, first] : [first, second];
  const optional = (name: RecurrentInput): Argument => {
    const index = op.optional.indexOf(name);
    return index < 0 ? size(0) : address(planner.read(rest[index]!));
  };
  const gates = op.gates.length;
  const width = mul(gates, units);
  const twice = op.cell === 'gru' && !op.resetAfter;
  const [strideK, strideN]: readonly [Dim, Dim] = op.transposeRight ? [1, units] : [width, 1];
  const groups = twice ? gates : 1;
  const n = twice ? units : width;
  // As in assembly/recurrent.ts: panels of two gates stand side by side.
  const joined = typeof units === 'number' && units % 8 === 0;
  const packing = { k: units, n, strideK, strideN, taps: 1, tapStride: 0, groups, groupStride: mul(units, strideN) };
  const weights = planner.packed(weight, packing);
  const products = planner.temporary(`${planner.origin} products`, product([batch, width]));
  const kept = planner.isRead(sequence);
  const common = [address(planner.read(x)), address(weights), optional('bias'), optional('hidden')];
  const output = kept ? address(planner.output(sequence)) : size(0);
  const recurrence: Recurrence = {
    product: batch === 1 ? 'gemv' : typeof batch === 'number' ? 'gemm' : 'matmul',
    units,
    columns: twice && joined ? mul(2, units) : n,
    update: updateOf(op, kept ? ['hidden', 'output'] : ['hidden']),
    ...(twice && { reset: resetOf(op) }),
  };
  const reason = batch === 1 ? 'one row' : typeof batch === 'number' ? `${batch} rows` : 'rows known when called';
  const epilogue = op.optional.includes('bias') ? add({ kind: 'input', index: 0 }, { kind: 'input', index: 1 }) : null;
  const options = { epilogue, recurrence, reason };
  const rows = (op.batchFirst ? [1, time] : [batch, 1]).map(size);
  const skipped = [optional('lengths'), optional('mask')];
  const reverse = size(op.reverse ? 1 : 0);
  const hidden = address(planner.output(last));
  if (twice) {
    const resetHidden = address(planner.temporary(`${planner.origin} reset`, product([batch, units])));
    const args = [...common, hidden, ...skipped, output, address(products), resetHidden];
    planner.call('recurrentReset', [...args, ...[time, batch, units].map(size), ...rows, reverse], options);
    return;
  }
  const cell = lastCell ? address(planner.output(lastCell)) : size(0);
  const states = [hidden, optional('cell'), cell, optional('peepholes'), ...skipped, output];
  const sizes = [time, batch, units, gates].map(size);
  planner.call('recurrent', [...common, ...states, address(products), ...sizes, ...rows, reverse], options);
}
