import { mul, printDim, printShape, type Dim } from '../dim.js';
import { printFormula } from '../formula.js';
import { buffersOf } from '../plan/planner.js';
import type { Argument, BufferId, KernelPlan, PlannedPort, PlannedVariable, Recurrence, Step } from '../plan/types.js';
import { table } from '../text.js';
import { printExpression } from './expression.js';
import { printConstraint, printRecipe, printStored, printSymbols, printTensor, printType, section } from './graph.js';

const id = (buffer: BufferId): string => `b${buffer}`;

/** The first and last step that touch each buffer, by function. */
function lifetimes(plan: KernelPlan): ReadonlyMap<BufferId, string> {
  const spans = new Map<BufferId, string>();
  for (const stage of ['prepare', 'forward'] as const) {
    const found = new Map<BufferId, [first: number, last: number]>();
    plan[stage].forEach((step, at) => {
      for (const buffer of buffersOf(step)) found.set(buffer, [found.get(buffer)?.[0] ?? at, at]);
    });
    for (const [buffer, [first, last]] of found) {
      const before = spans.get(buffer);
      const span = `${stage} ${first === last ? first : `${first}-${last}`}`;
      spans.set(buffer, before === undefined ? span : `${before}, ${span}`);
    }
  }
  return spans;
}

function bufferRows(plan: KernelPlan): string[][] {
  const spans = lifetimes(plan);
  const kept = new Set(plan.variables.map(({ buffer }) => buffer));
  const owners = new Map<string, BufferId>();
  return plan.buffers.map(({ name, bytes, address }, index) => {
    const row = [id(index), name, `${printDim(bytes)} bytes`];
    if (address === 0) return [...row, 'not placed'];
    const notes = [spans.get(index) ?? (kept.has(index) ? '' : 'untouched')].filter((note) => note !== '');
    const key = printDim(address);
    const owner = owners.get(key);
    if (owner === undefined) owners.set(key, index);
    else notes.push(`in place of ${id(owner)}`);
    return [...row, `at ${key}`, notes.join(', ')];
  });
}

function printArgument(argument: Argument): string {
  switch (argument.kind) {
    case 'size':
      return printDim(argument.size);
    case 'float':
      return `float ${argument.value}`;
    case 'list':
      return `${id(argument.buffer)} = [${argument.sizes.map(printDim).join(', ')}]`;
    case 'address':
      return argument.offset === 0 ? id(argument.buffer) : `${id(argument.buffer)} + ${printDim(argument.offset)}`;
  }
}

function printStep(step: Step, at: number): string {
  if (step.kind === 'loop') {
    const operands = step.operands.map(({ buffer, offset = 0, strides }) => {
      return `${id(buffer)}${offset === 0 ? '' : ` + ${printDim(offset)}`}[${strides.map(printDim).join(', ')}]`;
    });
    const body = printExpression(step.expression, operands);
    return `${at}: loop ${printShape(step.sizes)} ${id(step.output)} = ${body}  # ${step.origin}`;
  }
  if (step.kind === 'compute') {
    const operands = step.operands.map(({ buffer }, index) => ` $${index} ${id(buffer)}`).join(',');
    const body = printFormula(step.formula, printDim);
    return `${at}: compute ${step.dtype} ${printShape(step.sizes)} ${id(step.output)} = ${body};${operands}  # ${step.origin}`;
  }
  const { kernel, args, epilogue, recurrence, failure, defines, origin, reason } = step;
  const end = epilogue ? ` {${printExpression(epilogue, ['_', 'bias', 'residual'])}}` : '';
  const status = failure ? ` or fail by ${failure}` : '';
  const why = reason === '' ? origin : `${origin}: ${reason}`;
  const updates = recurrence ? ` ${printRecurrence(recurrence)}` : '';
  const result = defines === null ? '' : `${defines} = `;
  return `${at}: ${result}${kernel}(${args.map(printArgument).join(', ')})${end}${updates}${status}  # ${why}`;
}

/** `{gemv; reset: output = …; update: cell = …, hidden = output = …}`, where `x0` is part 0 of the row at x. */
function printRecurrence({ product, update, reset }: Recurrence): string {
  const parts = Object.entries({ reset, update }).flatMap(([name, row]) => {
    if (!row) return [];
    const names = [
      ...row.results.map(({ to }) => `${to[0]!}'`),
      ...row.inputs.map(({ pointer, part }) => `${pointer}${part}`),
    ];
    const results = row.results.map(
      ({ to, expression }) => `${to.join(' = ')} = ${printExpression(expression, names)}`,
    );
    return [`${name}: ${results.join(', ')}`];
  });
  return `{${[product, ...parts].join('; ')}}`;
}

const printFilling = ({ filling }: PlannedVariable): string =>
  filling.kind === 'values' ? printStored(filling.values) : printRecipe(filling.recipe, filling.seed);

function variableRow(planned: PlannedVariable): string[] {
  const { variable, shape, buffer, packing } = planned;
  const groups = packing && packing.groups !== 1 ? `${printDim(packing.groups)} groups of ` : '';
  const form = packing
    ? `packed from ${groups}${printDim(mul(packing.k, packing.taps))} x ${printDim(packing.n)}`
    : 'as it is';
  return [variable.name, printShape(shape), id(buffer), form, printFilling(planned)];
}

const portRow = ({ name, dtype, shape, buffer }: PlannedPort): string[] => [
  name,
  printType({ dtype, shape }),
  id(buffer),
];

/**
 * Buffers with their bytes, addresses and the steps they live through; variables; the steps of `prepare` and `forward`,
 * the comment telling the layer and why this kernel; memory in bytes. Sizes are over the symbols and definitions.
 */
export function printPlan(plan: KernelPlan): string {
  const {
    definitions,
    tableAddress,
    table: layout,
    scratch,
    end,
    states,
    parameterBytes,
    activationBytes,
  } = plan.memory;
  const memory: [string, Dim][] = [
    ['table at', tableAddress],
    ['table', layout.bytes],
    ['scratch at', scratch],
    ['parameters', parameterBytes],
    ...(states ? [['states at', states.address] as [string, Dim], ['states', states.bytes] as [string, Dim]] : []),
    ['activations', activationBytes],
    ['end', end],
  ];
  const constants = plan.constants.map(({ buffer, tensor }) => [id(buffer), printTensor(tensor)]);
  return [
    `plan ${plan.name ?? ''}`.trimEnd(),
    ...section('symbols', printSymbols(plan.symbols)),
    ...section(
      'bounded',
      plan.bounded.map(({ name, dim }) => `${name} <= ${printDim(dim)}`),
    ),
    ...section(
      'definitions',
      definitions.map(({ name, dim }) => `${name} = ${printDim(dim)}`),
    ),
    ...section('constraints', plan.constraints.map(printConstraint)),
    ...section('inputs', table(plan.inputs.map(portRow))),
    ...section('outputs', table(plan.outputs.map(portRow))),
    ...section('variables', table(plan.variables.map(variableRow))),
    ...section('constants', table(constants)),
    ...section('buffers', table(bufferRows(plan))),
    ...section('prepare', plan.prepare.map(printStep)),
    ...section('forward', plan.forward.map(printStep)),
    ...section('memory', table(memory.map(([name, dim]) => [name, printDim(dim)]))),
    '',
  ].join('\n');
}
