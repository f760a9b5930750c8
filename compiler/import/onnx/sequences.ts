import type { Value } from '../../ir.js';
import type { NodeContext } from './context.js';

/** Sequences are known when compiling: values that stand for lists of values, and that no op reads. */
const lists = new WeakMap<Value, readonly Value[]>();
/** Values that stand for an optional that holds nothing. */
const empty = new WeakSet<Value>();

const placeholder = (context: NodeContext): Value => context.build.value({ dtype: 'float32', shape: [] }, 'sequence');

/** A sequence of values. */
export function sequenceOf(context: NodeContext, values: readonly Value[]): Value {
  const value = placeholder(context);
  lists.set(value, values);
  return value;
}

/** The values of a sequence. */
export const listOf = (context: NodeContext, value: Value): readonly Value[] =>
  lists.get(value) ?? context.unsupported('a sequence must be known when compiling');

/** Whether a value is a sequence. */
export const isSequence = (value: Value): boolean => lists.has(value);

/** An optional that holds nothing. */
export function nothing(context: NodeContext): Value {
  const value = placeholder(context);
  empty.add(value);
  return value;
}

export const isNothing = (value: Value): boolean => empty.has(value);

/** Whether a value is no tensor, so that no op may read it. */
export const isNoTensor = (value: Value): boolean => isSequence(value) || isNothing(value);
