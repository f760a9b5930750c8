import { SAMPLE_COUNT } from '../../runtime/manifest.js';
import { add, alignUp, max, mul, product, type Dim } from '../dim.js';
import { InternalError } from '../errors.js';
import { describeShape, type Fact } from '../facts.js';
import type { Tensor } from '../tensor.js';
import type { Node, OpKind, OpOf, Port, Rng, TensorGraph, Variable } from '../ir.js';
import { attention } from './attention.js';
import { carriedBy } from './carried.js';
import { factsOf, scratchOf, type FamilyName } from './families.js';
import { compute, settleFormula, slice } from './compute.js';
import { linearAttention } from './linear-attention.js';
import { copy, elementwise, transpose } from './loops.js';
import { Definitions, layoutMemory, layoutTable, TABLE_ADDRESS } from './memory.js';
import { concat, gather, pad, resample } from './movement.js';
import { packStep, Planner } from './planner.js';
import { placeOver, placeParts } from './sharing.js';
import { matmul } from './matmul.js';
import { convolution, depthwise, pool } from './products.js';
import { recurrent } from './recurrence.js';
import { scaleBytes } from './stored.js';
import { normalize, reduce, softmax } from './reductions.js';
import { compress, nonMaxSuppression, nonZero, scatter, topK, unique } from './selection.js';
import type {
  Argument,
  BufferId,
  CarriedInitializer,
  Filling,
  KernelPlan,
  Measure,
  PlanOptions,
  PlannedPort,
  PlannedVariable,
  Step,
} from './types.js';

const variableOnly = (): never => {
  throw new InternalError('what fills a variable stands outside initialize');
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
  slice,
  compute,
  recurrent,
  gather,
  resample,
  linearAttention,
  attention,
  topK,
  scatter,
  nonMaxSuppression,
  nonZero,
  compress,
  unique,
  constant: (planner, { op, outputs }) => planner.constant(outputs[0]!, op.tensor),
  stored: variableOnly,
  initializer: variableOnly,
};

/**
 * Chooses kernels, packed layouts and addresses for a tensor graph.
 * @param asked initializers that the module carries besides those that the graph uses
 */
export function plan(
  graph: TensorGraph,
  asked: readonly CarriedInitializer[] = [],
  options: PlanOptions = {},
): KernelPlan {
  const usual = planOnce(graph, asked, options);
  const { maxMemory = Infinity } = options;
  const { end } = usual.memory;
  const isTransformed = usual.convolutions.some(({ error }) => error !== null);
  if (typeof end !== 'number' || end <= maxMemory || !isTransformed) return usual;
  const notes = ['convolutions are computed directly: transformed weights would take more than maxMemory'];
  return { ...planOnce(graph, asked, { ...options, errorBudget: 0 }), notes };
}

function planOnce(graph: TensorGraph, asked: readonly CarriedInitializer[], options: PlanOptions): KernelPlan {
  const { without = [] } = options;
  const planner = new Planner(graph, options);
  for (const stage of ['prepare', 'forward'] as const) {
    planner.enter(stage);
    for (const node of graph[stage]) {
      planner.origin = node.origin;
      planner.node = node;
      (rules[node.op.kind] as (planner: Planner, node: Node) => void)(planner, node);
    }
  }
  planner.node = undefined;
  planner.keepPrepared();
  planOutputs(planner);
  planStates(planner);
  const fillings = new Map(graph.variables.map((variable) => [variable, fillingOf(graph, variable)]));
  const used = [...fillings].map(([variable, filling]) => ({ variable, filling }));
  const families = new Set(carriedBy(used, asked).map(({ family }) => family));
  const variables = planVariables(planner, fillings, factsOf(families, graph.rng));
  planner.trace();
  if (!without.includes('parts')) placeParts(planner);
  if (!without.includes('inPlace')) placeOver(planner);
  return { ...finish(planner, variables, families, without), asked, customs: graph.customs, notes: [] };
}

/** An output that is an input, a variable, a constant, another output too or a part gets a buffer of its own. */
function planOutputs(planner: Planner): void {
  for (const { name, value } of planner.graph.outputs) {
    const buffer = planner.buffers[planner.read(value)]!;
    planner.origin = name;
    if (buffer.place === 'arena' && !buffer.within) buffer.place = 'port';
    else planner.detach(value, name, copy);
  }
}

/** What `forward` leaves for the next one is moved when nothing reads what it found any more. */
function planStates(planner: Planner): void {
  for (const { name, value, next } of planner.graph.states ?? []) {
    planner.origin = name;
    copy(planner, planner.read(next), planner.read(value), value);
  }
}

/** A variable that every step reads in one packed form is kept in that form only. */
function planVariables(
  planner: Planner,
  fillings: ReadonlyMap<Variable, Filling>,
  asked: readonly Fact[],
): PlannedVariable[] {
  return planner.graph.variables.map((variable) => {
    const requests = planner.packRequests.filter((request) => request.value.id === variable.value.id);
    const filling = fillings.get(variable)!;
    const { fanIn, fanOut, weightFanIn = fanIn } = variable;
    const { shape } = variable.value;
    const described = describeShape(variable.value.shape, variable.layout);
    const facts = Object.fromEntries(asked.map((fact) => [fact, described[fact]]));
    const common = {
      variable,
      shape,
      count: product(shape),
      fanIn,
      fanOut,
      weightFanIn,
      filling,
      facts,
    };
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

function fillingOf({ initialize }: TensorGraph, { value }: Variable): Filling {
  const op = initialize.find(({ outputs }) => outputs[0]!.id === value.id)?.op;
  if (op?.kind === 'initializer') return { ...op, kind: 'recipe' };
  if (op?.kind === 'stored') return { kind: 'values', values: op.values };
  if (op?.kind === 'constant' && op.tensor.dtype === 'float32') {
    return { kind: 'values', values: op.tensor as Tensor<'float32'> };
  }
  throw new InternalError('a variable without an initializer');
}

/** Bytes of a state of the generator of torch, see assembly/mersenne.ts. */
export const GENERATOR_BYTES = 2512;
const ALIGNMENT = 16;

/**
 * Scratch memory: canonical weights, then what initializers take, then two generators, the graph's and one for a
 * variable's own seed.
 */
function layoutScratch(variables: readonly PlannedVariable[], families: ReadonlySet<FamilyName>, rng: Rng) {
  let canonical: Dim = variables.length > 0 ? 4 * SAMPLE_COUNT : 0;
  let initializer: Dim = 0;
  for (const { packing, count, variable, filling } of variables) {
    if (packing) canonical = max(canonical, mul(count, 4));
    if (filling.kind === 'values') initializer = max(initializer, scaleBytes(filling.values));
    initializer = max(initializer, scratchOf(families, describeShape(variable.value.shape, variable.layout)));
  }
  const first = alignUp(canonical, ALIGNMENT);
  const second = add(first, alignUp(initializer, ALIGNMENT));
  const bytes = rng === 'torch' ? add(second, 2 * GENERATOR_BYTES) : second;
  return { initializer: first, generator: second, bytes };
}

function finish(
  planner: Planner,
  variables: PlannedVariable[],
  families: ReadonlySet<FamilyName>,
  without: readonly Measure[],
): Omit<KernelPlan, 'asked' | 'customs' | 'notes'> {
  const { graph } = planner;
  const definitions = new Definitions();
  const table = layoutTable(graph, argumentsOf(graph));
  const settle = (steps: readonly Step[]): Step[] => steps.map((step) => settleStep(step, definitions));
  const steps = { prepare: settle(planner.prepare), forward: settle(planner.forward) };
  const settled = variables.map((variable) => settleVariable(variable, definitions));
  const ports = [...graph.inputs, ...graph.outputs].flatMap(({ value }) => value.shape);
  for (const axis of ports) definitions.define('size', axis);
  const scratch = layoutScratch(variables, families, graph.rng);
  const [initializer, generator] = [scratch.initializer, scratch.generator].map((at) =>
    definitions.define('size', at),
  ) as [Dim, Dim];
  const memory = layoutMemory(planner, table, definitions, scratch.bytes, !without.includes('offsets'));
  const port = ({ name, value }: Port, buffer: BufferId): PlannedPort => ({
    name,
    dtype: value.dtype,
    shape: value.shape.map((axis) => definitions.define('size', axis)),
    buffer,
  });
  return {
    name: graph.name,
    rng: graph.rng,
    symbols: graph.symbols,
    bounded: [...planner.bounded].map(([name, dim]) => ({ name, dim })),
    constraints: graph.constraints,
    inputs: graph.inputs.map((input) => port(input, planner.read(input.value))),
    outputs: graph.outputs.map((output) => port(output, planner.outputPort(output.name, output.value))),
    variables: settled,
    constants: planner.constants,
    buffers: memory.buffers,
    ...steps,
    convolutions: planner.convolutions,
    memory: {
      definitions: definitions.list,
      tableAddress: TABLE_ADDRESS,
      table,
      scratch: memory.scratch,
      scratchBytes: scratch.bytes,
      initializerOffset: initializer,
      generatorOffset: generator,
      parameterEnd: memory.parameterEnd,
      end: memory.end,
      states: memory.states,
      parameterBytes: memory.parameterBytes,
      activationBytes: memory.activationBytes,
    },
    layers: graph.layers,
  };
}

/** The most numbers that an initializer takes besides two: bounds, or the options of the graph's own functions. */
const argumentsOf = (graph: TensorGraph): number =>
  graph.variables.length === 0 ? 0 : Math.max(2, ...graph.customs.map(({ options }) => Object.keys(options).length));

/** Every open size an argument needs becomes a definition, so that a call only passes numbers and globals. */
function settleStep(step: Step, definitions: Definitions): Step {
  const settle = (dim: Dim): Dim => definitions.define('size', dim);
  if (step.kind === 'loop') {
    return {
      ...step,
      sizes: step.sizes.map(settle),
      operands: step.operands.map(({ buffer, offset = 0, strides }) => {
        return { buffer, offset: settle(offset), strides: strides.map(settle) };
      }),
    };
  }
  if (step.kind === 'compute') {
    return {
      ...step,
      formula: settleFormula(step.formula, settle),
      sizes: step.sizes.map(settle),
      operands: step.operands.map((operand) => ({ ...operand, strides: operand.strides.map(settle) })),
    };
  }
  const args = step.args.map((arg): Argument => {
    if (arg.kind === 'size') return { ...arg, size: settle(arg.size) };
    if (arg.kind === 'list') return { ...arg, sizes: arg.sizes.map(settle) };
    return arg.kind === 'address' ? { ...arg, offset: settle(arg.offset) } : arg;
  });
  if (!step.recurrence) return { ...step, args };
  const { recurrence } = step;
  const [units, columns] = [settle(recurrence.units), settle(recurrence.columns)];
  return { ...step, args, recurrence: { ...recurrence, units, columns } };
}

function settleVariable(planned: PlannedVariable, definitions: Definitions): PlannedVariable {
  const settle = (dim: Dim): Dim => definitions.define('size', dim);
  const { shape, count, fanIn, fanOut, weightFanIn, packing } = planned;
  const facts = Object.entries(planned.facts).map(([fact, dim]) => [fact, settle(dim)] as const);
  return {
    ...planned,
    shape: shape.map(settle),
    count: settle(count),
    fanIn: settle(fanIn),
    fanOut: settle(fanOut),
    weightFanIn: settle(weightFanIn),
    facts: Object.fromEntries(facts),
    packing: packing && {
      k: settle(packing.k),
      n: settle(packing.n),
      strideK: settle(packing.strideK),
      strideN: settle(packing.strideN),
      taps: packing.taps,
      tapStride: settle(packing.tapStride),
      groups: settle(packing.groups),
      groupStride: settle(packing.groupStride),
    },
  };
}
