import { Refusal, type Attribute } from '../attributes.js';
import { element, type Build } from '../build.js';
import { add, mul, printShape, type Dim } from '../dim.js';
import { axis, compare, load, number, scalarOf } from '../formula.js';
import type { Expression, Gate, RecurrentCell, RecurrentInput, Value } from '../ir.js';
import { activationExpression, type Activation, type ActivationSource } from './activation-functions.js';
import { activation } from './activation.js';
import { zeroed } from './attention-mask.js';
import type { Slot } from './definition.js';
import { expectAxes, lastDim } from './rank.js';
import { flipped } from './flipped.js';

/** A function of single elements: an activation, but none of a whole tensor. */
export function elementActivation(fallback: ActivationSource): Attribute<ActivationSource, Activation, false> {
  const any = activation(fallback);
  return {
    ...any,
    read(value) {
      const resolved = any.read(value);
      if (resolved instanceof Refusal || activationExpression(resolved, element(0))) return resolved;
      return new Refusal(`activation ${resolved.kind} is no function of single elements`);
    },
  };
}

/** What all recurrent layers are told. */
interface RecurrentOptions {
  readonly units: number;
  readonly inputUnits: number | undefined;
  readonly returnSequences: boolean;
  readonly goBackwards: boolean;
  readonly stateful: boolean;
  readonly zeroMasked: boolean;
}

interface Recurrence {
  readonly cell: RecurrentCell;
  readonly gates: readonly Gate[];
  readonly activations: readonly Activation[];
  readonly options: RecurrentOptions;
  readonly weight: Slot;
  readonly recurrentWeight: Slot;
  readonly bias: Slot | undefined;
  /** [3, units]: input, forget, output gate. */
  readonly peepholes?: Slot | undefined;
  readonly resetAfter?: boolean;
  readonly hidden: Value | undefined;
  readonly cellState?: Value | undefined;
  readonly mask: Value | undefined;
}

/** Row `index` of a matrix, as a vector. */
function row(build: Build, matrix: Value, index: number): Value {
  const [, width] = matrix.shape as readonly [Dim, Dim];
  const part = build.op({ kind: 'slice', starts: [index, 0], steps: [1, 1], sizes: [1, width] }, [matrix]);
  return build.reshape(part, [width]);
}

/** A mask as bool: true where an element of any dtype is not 0. */
function boolMask(build: Build, mask: Value): Value {
  expectAxes(build, mask, ['batch', 'time']);
  if (mask.dtype === 'bool') return mask;
  const zero = number(scalarOf(mask.dtype), 0);
  return build.compute('bool', mask.shape, compare('notEqual', load(0, [axis(0), axis(1)]), zero), mask);
}

/** The input of a layer that starts from it, or what the last call left; none for a start from zero. */
function firstState(
  build: Build,
  name: 'hidden' | 'cell',
  given: Value | undefined,
  shape: readonly Dim[],
  { stateful }: RecurrentOptions,
): Value | undefined {
  if (!given) return stateful ? build.state(name, { dtype: 'float32', shape }) : undefined;
  if (stateful) build.fail(`takes no input '${name}', since it is stateful`);
  if (given.shape.length !== 2) build.fail(`expects ${name} (batch, units), got ${printShape(given.shape)}`);
  return given;
}

/**
 * A recurrent layer over [batch, time, features]: the projection of all steps is one product.
 *
 * @returns the output, the last hidden state and of an LSTM the last cell state
 */
export function lowerRecurrent(build: Build, x: Value, layer: Recurrence): readonly Value[] {
  const { cell, gates, options, resetAfter = false } = layer;
  const { units, inputUnits, stateful, goBackwards: reverse } = options;
  expectAxes(build, x, ['batch', 'time', 'features']);
  const [batch, time] = x.shape as readonly [Dim, Dim, Dim];
  const features = lastDim(x);
  if (inputUnits !== undefined) build.require('equal', features, inputUnits, 'expects {expected} features, got {got}');
  const width = mul(gates.length, units);
  const weight = layer.weight([inputUnits ?? features, width], { layout: 'io' });
  const recurrentWeight = layer.recurrentWeight([units, width], { layout: 'io' });
  let projection = build.op({ kind: 'matmul', transposeRight: false }, [x, weight]);

  const optional: [RecurrentInput, Value | undefined][] = [];
  const twoBiases = cell === 'gru' && resetAfter;
  const bias = layer.bias?.(twoBiases ? [2, width] : [width]);
  if (bias) {
    projection = build.binary('add', projection, twoBiases ? row(build, bias, 0) : bias);
    if (twoBiases) optional.push(['bias', row(build, bias, 1)]);
  }
  const stateShape = [batch, units];
  const hidden = firstState(build, 'hidden', layer.hidden, stateShape, options);
  const cellState = cell === 'lstm' ? firstState(build, 'cell', layer.cellState, stateShape, options) : undefined;
  optional.push(['hidden', hidden], ['cell', cellState]);
  if (layer.peepholes) {
    const peepholes = layer.peepholes([3, units]);
    const ordered = [0, 2, 1].map((index) => row(build, peepholes, index));
    optional.push(['peepholes', build.op({ kind: 'concat', axis: 0 }, ordered)]);
  }
  optional.push(['mask', layer.mask && boolMask(build, layer.mask)]);
  const present = optional.flatMap(([name, value]) => (value ? [{ name, value }] : []));
  const outputs = build.outputsOf(
    {
      kind: 'recurrent',
      cell,
      gates,
      activations: layer.activations.map((each): Expression => activationExpression(each, element(0))!),
      optional: present.map(({ name }) => name),
      transposeRight: false,
      reverse,
      batchFirst: true,
      resetAfter,
      inputForget: false,
    },
    [projection, recurrentWeight, ...present.map(({ value }) => value)],
  );
  const [sequence, ...states] = outputs as [Value, Value, Value?];
  if (stateful) {
    build.keep(hidden!, states[0]);
    if (cellState) build.keep(cellState, states[1]!);
  }
  for (const state of states) build.axes.set(state!.id, ['batch', 'units']);
  const shown =
    options.zeroMasked && layer.mask && options.returnSequences ? zeroed(build, sequence, layer.mask) : sequence;
  return [outputOf(build, shown, states[0], time, options, layer.mask && hidden), ...states.map((state) => state!)];
}

/**
 * What a layer gives: all steps in the order in which it ran, or the last.
 *
 * @param other the first state, where a sequence of which every step is masked gives 0 and keeps a state that is not
 */
function outputOf(
  build: Build,
  sequence: Value,
  last: Value,
  time: Dim,
  { returnSequences, goBackwards }: RecurrentOptions,
  other: Value | undefined,
): Value {
  if (returnSequences) return goBackwards ? flipped(build, sequence, 1) : sequence;
  if (!other) return last;
  const [batch, , units] = sequence.shape as readonly [Dim, Dim, Dim];
  const starts = [0, goBackwards ? 0 : add(time, -1), 0];
  const step = build.op({ kind: 'slice', starts, steps: [1, 1, 1], sizes: [batch, 1, units] }, [sequence]);
  return build.reshape(step, [batch, units]);
}
