import { OptionError } from '../errors.js';
import type { Value } from '../ir.js';
import { didYouMean } from '../suggest.js';

/** The values of a model by name: those given, those it gives, and those that its nodes give. */
export interface NamedValues {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly nodes: readonly string[];
}

/** Values that are outputs besides those of the graph: names, or every float value that a node computes. */
export type AskedOutputs = 'all' | readonly string[];

/**
 * The values that a model gives: the outputs of its graph, then what is asked for besides. What several names stand for is given
 * once under `all`.
 *
 * @param valueOf the value of a name; undefined for what nothing reads and for what is left out
 * @param isKnown whether a value is a weight or known when compiling, so that no module computes it
 * @throws OptionError for names that the graph does not have
 */
export function outputsOf(
  values: NamedValues,
  asked: AskedOutputs,
  valueOf: (name: string) => Value | undefined,
  isKnown: (value: Value) => boolean,
): readonly string[] {
  const own = values.outputs;
  if (asked !== 'all') {
    for (const name of asked) checkName(values, name, valueOf);
    return [...new Set([...own, ...asked])];
  }
  const taken = new Set([...values.inputs, ...own].map((name) => valueOf(name)?.id));
  const further = values.nodes.filter((name) => {
    const value = valueOf(name);
    if (value?.dtype !== 'float32' || taken.has(value.id) || isKnown(value)) return false;
    taken.add(value.id);
    return true;
  });
  return [...own, ...further];
}

function checkName(values: NamedValues, name: string, valueOf: (name: string) => Value | undefined): void {
  if (valueOf(name)) return;
  const names = [...values.inputs, ...values.nodes];
  throw new OptionError('outputs', 'outputs', `the model has no value '${name}'${didYouMean(name, names)}`);
}
