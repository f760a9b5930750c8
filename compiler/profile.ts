/** What the steps of `forward` are, for modules that are compiled to be profiled. */
import type { ManifestDim, ManifestStep } from '../runtime/manifest.js';
import { add, mul, printDim, product, substitute, type Dim } from './dim.js';
import { childrenOf, type Expression, type Node, type TensorGraph, type Value } from './ir.js';
import { multiplyAdds } from './ops/index.js';
import { kernels, type KernelName } from './plan/kernels.js';
import { buffersOf } from './plan/planner.js';
import type { KernelPlan, Step } from './plan/types.js';
import { bytesPerElement } from './tensor.js';

const bytesOf = ({ dtype, shape }: Pick<Value, 'dtype' | 'shape'>): Dim => mul(product(shape), bytesPerElement(dtype));
const sum = (dims: readonly Dim[]): Dim => dims.reduce<Dim>(add, 0);

/** Operations of an expression for one element. */
const operationsOf = (expression: Expression): number =>
  childrenOf(expression).reduce(
    (count, child) => count + operationsOf(child),
    childrenOf(expression).length > 0 ? 1 : 0,
  );

/** Bytes of what a node reads, of a table the rows that it takes, and gives. */
function trafficOf({ op, inputs, outputs }: Node): { read: Dim; written: Dim } {
  const distinct = [...new Map(inputs.map((value) => [value.id, value])).values()];
  const written = sum(outputs.map(bytesOf));
  const taken = op.kind === 'gather' ? [written, ...distinct.slice(1).map(bytesOf)] : distinct.map(bytesOf);
  return { read: sum(taken), written };
}

/** Bytes that a step moves which completes no node: those of the buffers it touches, or of what it copies. */
function traffic(step: Step, plan: KernelPlan, first: ReadonlySet<number>): { read: Dim; written: Dim } {
  if (step.kind === 'call' && step.kernel === 'copyRows') {
    const [rows, bytes] = step.args.slice(2, 4).map((arg) => (arg.kind === 'size' ? arg.size : 0)) as [Dim, Dim];
    return { read: mul(rows, bytes), written: mul(rows, bytes) };
  }
  const touched = [...new Set(buffersOf(step))];
  const isWritten = (id: number): boolean => (step.kind === 'call' ? first.has(id) : id === step.output);
  const total = (written: boolean): Dim =>
    sum(touched.filter((id) => isWritten(id) === written).map((id) => plan.buffers[id]!.bytes));
  return { read: total(false), written: total(true) };
}

/** Whether a step overwrites what it reads. */
function isInPlace(step: Step, { buffers }: KernelPlan): boolean {
  const at = (id: number): string => printDim(buffers[id]!.address);
  if (step.kind !== 'call') return step.operands.some(({ buffer }) => at(buffer) === at(step.output));
  if (step.kernel.startsWith('scatter')) return true;
  const places = buffersOf(step).map(at);
  return new Set(places).size < places.length;
}

const reasonOf = (step: Step): string => {
  if (step.kind === 'loop') return 'element by element';
  if (step.kind === 'compute') return 'a formula of the index';
  return step.reason === '' ? kernels[step.kernel as KernelName].serves : step.reason;
};

/** Operations of an expression that a step applies to each element of its output. */
function appliedOf(step: Step): number {
  if (step.kind === 'compute') return 0;
  const expression = step.kind === 'loop' ? step.expression : step.epilogue;
  return expression ? operationsOf(expression) : 0;
}

/**
 * Describes the steps of `forward`. Multiply-adds and bytes of a node are those of the step that completes it; the steps
 * before it move its operands.
 *
 * @param graph what was planned
 */
export function describeSteps(plan: KernelPlan, graph: TensorGraph): readonly ManifestStep[] {
  const bindings = new Map<string, Dim>();
  for (const { name, dim } of plan.memory.definitions) bindings.set(name, substitute(dim, bindings));
  const shown = (dim: Dim): ManifestDim => {
    const plain = substitute(dim, bindings);
    return typeof plain === 'number' ? plain : printDim(plain);
  };
  const order = new Map(graph.layers.map(({ name }, index) => [name, index]));
  const place = (name: string): number => order.get(name) ?? -1;
  const idsOf = (nodes: readonly Node[]): number[] => nodes.flatMap(({ outputs }) => outputs.map(({ id }) => id));
  const fixed = new Set([
    ...graph.variables.map(({ value }) => value.id),
    ...idsOf([...graph.prepare, ...graph.forward.filter(({ op }) => op.kind === 'constant')]),
  ]);
  const touched = new Set<number>([...plan.inputs, ...plan.variables, ...plan.constants].map(({ buffer }) => buffer));
  for (const id of plan.prepare.flatMap(buffersOf)) touched.add(id);
  const ports = [...graph.outputs, ...(graph.states ?? [])];
  return plan.forward.map((step, index) => {
    const { node, origin } = step;
    const first = new Set(buffersOf(step).filter((id) => !touched.has(id)));
    for (const id of first) touched.add(id);
    const completes = node !== undefined && plan.forward.findLastIndex((other) => other.node === node) === index;
    const moved = completes && !isCopy(step) ? trafficOf(node) : traffic(step, plan, first);
    const work = completes ? multiplyAdds(node) : 0;
    // A step of no node copies a value into an output or a state.
    const copied = ports.filter(({ name }) => !node && name === origin).map(({ value }) => value);
    const [inputs, outputs] = [node?.inputs ?? copied, node?.outputs ?? copied];
    const shapes = (values: readonly Value[]): ManifestDim[][] => values.map((value) => value.shape.map(shown));
    return {
      kernel: step.kind === 'call' ? step.kernel : step.kind,
      layers: [origin, ...(node?.others ?? [])].sort((a, b) => place(a) - place(b)),
      reason: reasonOf(step),
      inputs: shapes(inputs.filter(({ id }) => !fixed.has(id))),
      outputs: shapes(outputs),
      multiplyAdds: shown(work),
      operations: shown(add(mul(2, work), completes ? mul(appliedOf(step), product(outputs[0]!.shape)) : 0)),
      read: shown(moved.read),
      written: shown(moved.written),
      ...(isInPlace(step, plan) ? { inPlace: true } : {}),
    };
  });
}

const isCopy = (step: Step): boolean => step.kind === 'call' && step.kernel === 'copyRows';
