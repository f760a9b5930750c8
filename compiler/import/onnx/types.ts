import type { DType } from '../../tensor.js';
import type { NodeContext } from './context.js';
import { dtypeOf, typeName } from './tensors.js';

/** An element type that an attribute gives as a number of TensorProto.DataType, or by name as the first versions did. */
export function typeAttribute(context: NodeContext, name: string): string {
  const attribute = context.node.attributes.get(name);
  return attribute?.kind === 'string' ? attribute.value.toLowerCase() : typeName(context.int(name));
}

/** The dtype for the element type that an attribute gives. */
export function dtypeAttribute(context: NodeContext, name: string, otherwise?: DType): DType {
  if (otherwise && !context.has(name)) return otherwise;
  const type = typeAttribute(context, name);
  return dtypeOf(type) ?? context.unsupported(`${name} is ${type}, which nacre does not store`);
}
