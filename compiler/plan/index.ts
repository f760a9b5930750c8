import { max, mul, product, type Dim } from '../dim.js';
import { InternalError } from '../errors.js';
import type { Node, OpKind, OpOf, Port, TensorGraph } from '../ir.js';
import { copy, elementwise, transpose } from './loops.js';
import { Definitions, layoutMemory, layoutTable, TABLE_ADDRESS } from './memory.js';
import { concat, gather, pad } from './movement.js';
import { packStep, Planner } from './planner.js';
import { convolution, depthwise, matmul, pool } from './products.js';
import { normalize, reduce, softmax } from './reductions.js';
import type { Argument, BufferId, KernelPlan, PlannedPort, PlannedVariable, Step } from './types.js';

const initializer = (): never => {
  throw new InternalError('an initializer outside initialize');
};

/** How each op becomes kernels. */
const rules: { readonly [K in OpKind]: (planner: Planner, node: Node<OpOf<K>>) => void } = {
  elementwise,
  matmul,
  convolution,
  depthwise,
  pool,
  reduce,
  softmax,
  normalize,
  reshape: (planner, { inputs, outputs }) => planner.alias(outputs[0]!, inputs[0]!),
  transpose,
  concat,
  pad,
  gather,
  constant: (planner, { op, outputs }) => planner.constant(outputs[0]!, op.tensor),
  fill: initializer,
  random: initializer,
};

/** Chooses kernels, packed layouts and addresses for a tensor graph. */
export function plan(graph: TensorGraph): KernelPlan {
  const planner = new Planner(graph);
  for (const stage of ['prepare', 'forward'] as const) {
    planner.enter(stage);
    for (const node of graph[stage]) {
      planner.origin = node.origin;
      (rules[node.op.kind] as (planner: Planner, node: Node) => void)(planner, node);
    }
  }
  planner.keepPrepared();
  planOutputs(planner);
  const variables = planVariables(planner);
  planner.trace();
  return finish(planner, variables);
}

/** An output that is an input, a variable, a constant or another output too gets a buffer of its own. */
function planOutputs(planner: Planner): void {
  for (const { name, value } of planner.graph.outputs) {
    const buffer = planner.buffers[planner.read(value)]!;
    planner.origin = name;
    if (buffer.place === 'arena') buffer.place = 'port';
    else planner.detach(value, name, copy);
  }
}

/** A variable that every step reads in one packed form is kept in that form only. */
function planVariables(planner: Planner): PlannedVariable[] {
  return planner.graph.variables.map((variable) => {
    const requests = planner.packRequests.filter((request) => request.value.id === variable.value.id);
    const node = planner.graph.initialize.find(({ outputs }) => outputs[0]!.id === variable.value.id);
    const { fanIn, fanOut } = variable;
    const { shape } = variable.value;
    const common = { variable, shape, count: product(shape), fanIn, fanOut, recipe: recipeOf(node) };
    if (requests.length === 1 && !planner.plainlyRead.has(variable.value.id)) {
      const { packing, buffer } = requests[0]!;
      planner.forget(variable.value);
      return { ...common, buffer, packing };
    }
    const buffer = planner.read(variable.value);
    const packs = requests.map((request) => packStep(buffer, request.buffer, request.packing, variable.name));
    planner.prepare.unshift(...packs);
    return { ...common, buffer, packing: null };
  });
}

function recipeOf(node: Node | undefined): PlannedVariable['recipe'] {
  if (node?.op.kind === 'fill' || node?.op.kind === 'random') return node.op;
  if (node?.op.kind === 'constant') return { kind: 'values', tensor: node.op.tensor };
  throw new InternalError('a variable without an initializer');
}

function finish(planner: Planner, variables: PlannedVariable[]): KernelPlan {
  const { graph } = planner;
  const definitions = new Definitions();
  const table = layoutTable(graph);
  const settle = (steps: readonly Step[]): Step[] => steps.map((step) => settleStep(step, definitions));
  const steps = { prepare: settle(planner.prepare), forward: settle(planner.forward) };
  const settled = variables.map((variable) => settleVariable(variable, definitions));
  const ports = [...graph.inputs, ...graph.outputs].flatMap(({ value }) => value.shape);
  for (const axis of ports) definitions.define('size', axis);
  const scratchBytes = variables
    .filter(({ packing }) => packing !== null)
    .reduce<Dim>((largest, { count }) => max(largest, mul(count, 4)), 0);
  const memory = layoutMemory(planner, table, definitions, scratchBytes);
  const port = ({ name, value }: Port, buffer: BufferId): PlannedPort => ({
    name,
    dtype: value.dtype,
    shape: value.shape.map((axis) => definitions.define('size', axis)),
    buffer,
  });
  return {
    name: graph.name,
    symbols: graph.symbols,
    constraints: graph.constraints,
    inputs: graph.inputs.map((input) => port(input, planner.read(input.value))),
    outputs: graph.outputs.map((output) => port(output, planner.outputPort(output.name, output.value))),
    variables: settled,
    constants: planner.constants,
    buffers: memory.buffers,
    ...steps,
    memory: {
      definitions: definitions.list,
      tableAddress: TABLE_ADDRESS,
      table,
      scratch: memory.scratch,
      scratchBytes,
      parameterEnd: memory.parameterEnd,
      end: memory.end,
      parameterBytes: memory.parameterBytes,
      activationBytes: memory.activationBytes,
    },
    layers: graph.layers,
  };
}

/** Every open size an argument needs becomes a definition, so that a call only passes numbers and globals. */
function settleStep(step: Step, definitions: Definitions): Step {
  const settle = (dim: Dim): Dim => definitions.define('size', dim);
  if (step.kind === 'loop') {
    return {
      ...step,
      sizes: step.sizes.map(settle),
      operands: step.operands.map(({ buffer, strides }) => ({ buffer, strides: strides.map(settle) })),
    };
  }
  const args = step.args.map((arg): Argument => {
    if (arg.kind === 'size') return { ...arg, size: settle(arg.size) };
    return arg.kind === 'address' ? { ...arg, offset: settle(arg.offset) } : arg;
  });
  return { ...step, args };
}

function settleVariable(planned: PlannedVariable, definitions: Definitions): PlannedVariable {
  const settle = (dim: Dim): Dim => definitions.define('size', dim);
  const { shape, count, fanIn, fanOut, packing } = planned;
  return {
    ...planned,
    shape: shape.map(settle),
    count: settle(count),
    fanIn: settle(fanIn),
    fanOut: settle(fanOut),
    packing: packing && {
      ...packing,
      k: settle(packing.k),
      n: settle(packing.n),
      strideK: settle(packing.strideK),
      strideN: settle(packing.strideN),
      groupStride: settle(packing.groupStride),
    },
  };
}
