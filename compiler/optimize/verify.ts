import { printShape, equal } from '../dim.js';
import { InternalError } from '../errors.js';
import { definedSize, symbolsIn, valuesFound, type Node, type TensorGraph, type Value } from '../ir.js';
import { inferShapes, type Checks } from '../ops/index.js';
import { sameShape } from './operands.js';

/** Throws an `InternalError` that names the pass when a graph is not well formed. */
export function verify(graph: TensorGraph, pass: string): void {
  const fault = (what: string): never => {
    throw new InternalError(`after ${pass}: ${what}`);
  };
  const defined = new Set<number>();
  const sizes = new Set(graph.symbols.map(({ name }) => name));
  const define = (value: Value): void => {
    if (defined.has(value.id)) fault(`value ${value.id} (${value.name}) is defined twice`);
    defined.add(value.id);
  };
  const visit = (node: Node): void => {
    for (const input of node.inputs) {
      if (!defined.has(input.id))
        fault(`${node.op.kind} of ${node.origin} reads value ${input.id} before it is defined`);
    }
    node.outputs.forEach(define);
    const size = definedSize(node.op);
    if (size && sizes.has(size.name)) fault(`size ${size.name} is defined twice`);
    if (size) sizes.add(size.name);
    for (const name of symbolsIn(node)) {
      if (!sizes.has(name)) fault(`${node.op.kind} of ${node.origin} needs size ${name} before it is known`);
    }
    if (node.op.kind === 'initializer') return;
    const types = inferShapes(node.op, node.inputs, lenient(node, fault));
    types.forEach((type, index) => {
      const output = node.outputs[index];
      const same =
        output?.dtype === type.dtype &&
        output.shape.length === type.shape.length &&
        output.shape.every((size, axis) => equal(size, type.shape[axis]!) || isOpen(size) || isOpen(type.shape[axis]!));
      if (!same) {
        fault(
          `${node.op.kind} of ${node.origin} gives ${printShape(type.shape)}, noted as ${printShape(output?.shape ?? [])}`,
        );
      }
    });
  };
  for (const { value } of graph.variables) define(value);
  for (const { outputs } of graph.initialize) {
    if (!outputs.every(({ id }) => defined.has(id))) fault('initialize writes what is no variable');
  }
  graph.prepare.forEach(visit);
  valuesFound(graph).forEach(define);
  graph.forward.forEach(visit);
  for (const { name, value } of graph.outputs) if (!defined.has(value.id)) fault(`output ${name} is not defined`);
  for (const { name, value, next } of graph.states ?? []) {
    if (!graph.forward.some(({ outputs }) => outputs.some(({ id }) => id === next.id)))
      fault(`state ${name} is not computed`);
    if (value.dtype !== next.dtype || !sameShape(value, next)) fault(`state ${name} changes its type`);
  }
}

/** Two open sizes may be equal by a constraint that the graph already carries. */
const isOpen = (size: unknown): boolean => typeof size !== 'number';

const lenient = (node: Node, fault: (what: string) => never): Checks => ({
  require(rule, got, expected, message) {
    if (typeof got !== 'number' || typeof expected !== 'number') return;
    if (rule === 'equal' ? got !== expected : got < expected) this.fail(message);
  },
  fail: (what) => fault(`${node.op.kind} of ${node.origin} ${what}`),
});
