import { ceilDiv, type Dim } from '../../../dim.js';
import type { Value } from '../../../ir.js';
import type { NodeContext } from '../context.js';
import type { Expand, Operators } from '../define.js';
import { isNothing, listOf, nothing, sequenceOf } from '../sequences.js';
import { slicedAlong } from '../../../expand/slicing.js';

/** The values of the first input. */
const sequence = (context: NodeContext, inputs: readonly (Value | undefined)[]): readonly Value[] =>
  listOf(context.anyInput(inputs, 0)) ?? context.unsupported('its sequence must be known when compiling');

const construct: Expand = (context, inputs) =>
  sequenceOf(
    context.build,
    inputs.map((_, at) => context.input(inputs, at)),
  );

/** A position in a list, counted from the end where it is negative. */
function positionIn(context: NodeContext, value: Value, count: number): number {
  const at = context.number(value, 'the position in a sequence', 0);
  const index = at < 0 ? at + count : at;
  return index >= 0 && index < count ? index : context.build.fail(`position ${at} is outside a sequence of ${count}`);
}

const insert: Expand = (context, inputs) => {
  const list = sequence(context, inputs);
  const at = inputs[2] ? positionIn(context, inputs[2], list.length + 1) : list.length;
  return sequenceOf(context.build, list.toSpliced(at, 0, context.input(inputs, 1)));
};

const erase: Expand = (context, inputs) => {
  const list = sequence(context, inputs);
  const at = inputs[1] ? positionIn(context, inputs[1], list.length) : list.length - 1;
  return sequenceOf(context.build, list.toSpliced(at, 1));
};

const elementAt: Expand = (context, inputs) => {
  const list = sequence(context, inputs);
  return list[positionIn(context, context.input(inputs, 1), list.length)]!;
};

const concat: Expand = (context, inputs) => {
  const list = sequence(context, inputs);
  if (list.length === 0) return context.unsupported('it joins an empty sequence');
  const isNew = context.flag('new_axis');
  const axis = context.axis(context.int('axis'), list[0]!.shape.length + (isNew ? 1 : 0));
  const values = isNew ? list.map((value) => context.build.reshape(value, value.shape.toSpliced(axis, 0, 1))) : list;
  return values.length === 1 ? values[0]! : context.build.op({ kind: 'concat', axis }, values);
};

/** Sizes of the parts of an axis: as given one by one, or all as given but the last. */
function partSizes(context: NodeContext, length: Dim, split: Value | undefined): readonly Dim[] {
  const listed = split && context.sizes(split, 'the sizes of the parts');
  if (listed && split.shape.length > 0) return listed;
  const each = listed?.[0] ?? 1;
  const count = ceilDiv(length, each);
  if (typeof length !== 'number' || typeof each !== 'number' || typeof count !== 'number') {
    return context.unsupported('the number of its parts must be known; fix the size of the axis with dims');
  }
  return Array.from({ length: count }, (_, at) => Math.min(each, length - at * each));
}

const splitToSequence: Expand = (context, inputs) => {
  const x = context.input(inputs, 0);
  const axis = context.axis(context.int('axis', 0), x.shape.length);
  const keeps = inputs[1] !== undefined || context.flag('keepdims', true);
  let start = 0;
  const parts = partSizes(context, x.shape[axis]!, inputs[1]).map((size) => {
    if (typeof size !== 'number') return context.unsupported('the sizes of its parts must be known');
    const part = slicedAlong(context, x, axis, { start, step: 1, size });
    start += size;
    return keeps ? part : context.build.reshape(part, x.shape.toSpliced(axis, 1));
  });
  return sequenceOf(context.build, parts);
};

const map: Expand = (context, inputs) => {
  const body = context.graph('body');
  const lists = inputs.map((_, at) => {
    return listOf(context.anyInput(inputs, at));
  });
  const rows = sequence(context, inputs).map((_, at) =>
    context.expand(
      body,
      lists.map((list, input) => (list ? list[at]! : context.anyInput(inputs, input))),
    ),
  );
  return body.outputs.map((_, output) =>
    sequenceOf(
      context.build,
      rows.map((row) => row[output]!),
    ),
  );
};

const flag = (context: NodeContext, value: boolean): Value => context.full('bool', [], value ? 1 : 0);

/** Operators on sequences and optionals, which are resolved when compiling. */
export const sequences: Operators = {
  SequenceEmpty: { 11: (context) => sequenceOf(context.build, []) },
  SequenceConstruct: { 11: construct },
  SequenceInsert: { 11: insert },
  SequenceErase: { 11: erase },
  SequenceAt: { 11: elementAt },
  SequenceLength: {
    11: (context, inputs) => context.build.integers([sequence(context, inputs).length], []),
  },
  SequenceMap: { 17: map },
  SplitToSequence: { 11: splitToSequence },
  ConcatFromSequence: { 11: concat },
  Optional: { 15: (context, inputs) => inputs[0] ?? nothing(context.build) },
  OptionalHasElement: {
    15: (context, inputs) => flag(context, inputs[0] !== undefined && !isNothing(inputs[0])),
  },
  OptionalGetElement: {
    15: (context, inputs) => {
      const value = context.anyInput(inputs, 0);
      return isNothing(value) ? context.build.fail('an optional holds nothing') : value;
    },
  },
};
