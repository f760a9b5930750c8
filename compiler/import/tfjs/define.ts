import type { Value } from '../../ir.js';
import type { NodeContext } from './context.js';

/** The values of a node's outputs, in their order; those that nobody reads may be left out. */
export type Outputs = Value | readonly (Value | undefined)[];

/**
 * What a node of one operator becomes. Inputs stand in the node's order. Throws by `context.unsupported` where nacre has no
 * form for it.
 */
export type Expand = (context: NodeContext, inputs: readonly Value[]) => Outputs;

/** Operators of one family, by name. */
export type Operators = Readonly<Record<string, Expand>>;
