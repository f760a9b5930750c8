import type { Build } from '../../build.js';
import type { Value } from '../../ir.js';

/** Sequences are known when compiling: values that stand for lists of values, and that no op reads. */
const lists = new WeakMap<Value, readonly Value[]>();
/** Values that stand for an optional that holds nothing. */
const empty = new WeakSet<Value>();

const placeholder = (build: Build): Value => build.value({ dtype: 'float32', shape: [] }, build.subject);

/** A sequence of values. */
export function sequenceOf(build: Build, values: readonly Value[]): Value {
  const value = placeholder(build);
  lists.set(value, values);
  return value;
}

/** The values of a sequence; undefined for what is none. */
export const listOf = (value: Value): readonly Value[] | undefined => lists.get(value);

/** An optional that holds nothing. */
export function nothing(build: Build): Value {
  const value = placeholder(build);
  empty.add(value);
  return value;
}

export const isNothing = (value: Value): boolean => empty.has(value);

/** Whether a value is no tensor, so that no op may read it. */
export const isNoTensor = (value: Value): boolean => lists.has(value) || empty.has(value);
