import type { Value } from '../../ir.js';
import type { NodeContext } from './context.js';

/** The values of a node's outputs, in their order; those at the end that nobody asks for may be left out. */
export type Outputs = Value | readonly (Value | undefined)[];

/**
 * What a node of one operator becomes. Inputs stand in the node's order, undefined where an optional one is absent.
 * Throws by `context.unsupported` where nacre has no form for it.
 */
export type Expand = (context: NodeContext, inputs: readonly (Value | undefined)[]) => Outputs;

/** The forms of an operator by the version of the operator set that introduced each. */
export type Versions = Readonly<Record<number, Expand>>;

/** Operators of one family, by name. */
export type Operators = Readonly<Record<string, Versions>>;

/** Versions of ONNX's own operator set that are read. */
export const oldestOpset = 1;
export const newestOpset = 27;

/** The form that a version of the operator set has. */
export function formOf(versions: Versions, opset: number): Expand | undefined {
  const since = Object.keys(versions)
    .map(Number)
    .filter((version) => version <= opset)
    .sort((a, b) => b - a)[0];
  return since === undefined ? undefined : versions[since];
}
