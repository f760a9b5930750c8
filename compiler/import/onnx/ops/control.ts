import { equal } from '../../../dim.js';
import * as f from '../../../formula.js';
import type { Node, Value } from '../../../ir.js';
import type { NodeContext } from '../context.js';
import type { Expand, Operators, Outputs } from '../define.js';
import { axesOf } from '../../../expand/indexing.js';
import { isNoTensor } from '../sequences.js';
import { slicedAlong } from '../../../expand/slicing.js';

/** Iterations that a loop is unrolled to. */
const MOST_ITERATIONS = 100_000;

const advice = 'bind the input it comes from, or fix the sizes it depends on with dims';

/** What a condition is known to be. */
function decided(context: NodeContext, condition: Value): boolean | undefined {
  const [first] = context.constantOf(condition)?.data ?? [];
  return first === undefined ? undefined : Number(first) !== 0;
}

/** Whether a node may make `forward` fail, or defines sizes, which it must not where its branch is not taken. */
function mayFail(context: NodeContext, { op, inputs }: Node): boolean {
  let found = 'count' in op || op.kind === 'scatter';
  if (op.kind === 'gather') found = context.build.fixedOf(inputs[1]!) === undefined;
  if (op.kind === 'compute') f.forEachPart(op.formula, (part) => (found ||= part.kind === 'check'));
  return found;
}

/** Both branches, and of their outputs those of the branch that the condition takes. */
function chosen(context: NodeContext, condition: Value): Outputs {
  const refuse = (reason: string): never =>
    context.unsupported(`its condition depends on data, and ${reason}; ${advice}`);
  const { build } = context;
  const [begin, constraints] = [build.nodes.length, build.constraints.length];
  const [yes, no] = (['then_branch', 'else_branch'] as const).map((name) => context.expand(context.graph(name), []));
  if (build.nodes.slice(begin).some((node) => mayFail(context, node)))
    refuse('a branch may fail where the other is taken');
  if (build.constraints.length > constraints) refuse('a branch puts conditions on sizes');
  const scalar = build.reshape(condition, []);
  return yes!.map((left, at) => {
    const right = no![at]!;
    const isAlike =
      !isNoTensor(left) &&
      !isNoTensor(right) &&
      left.dtype === right.dtype &&
      left.shape.length === right.shape.length &&
      left.shape.every((size, axis) => equal(size, right.shape[axis]!));
    if (!isAlike) return refuse('its branches give different shapes');
    const own = axesOf(left.shape.length);
    const formula = f.select(f.load(0, []), f.load(1, own), f.load(2, own));
    return build.compute(left.dtype, left.shape, formula, scalar, left, right);
  });
}

const branch: Expand = (context, inputs) => {
  const condition = context.input(inputs, 0);
  const known = decided(context, condition);
  if (known === undefined) return chosen(context, condition);
  return context.expand(context.graph(known ? 'then_branch' : 'else_branch'), []);
};

/** What iterations give, as tensors with an axis more. */
function stacked(context: NodeContext, values: readonly Value[], axis: number): Value {
  const rows = values.map((value) => context.build.reshape(value, value.shape.toSpliced(axis, 0, 1)));
  return rows.length === 1 ? rows[0]! : context.build.op({ kind: 'concat', axis }, rows);
}

/** A stack of nothing that is like others. */
const nothingLike = (context: NodeContext, { dtype, shape }: Value): Value =>
  context.build.compute(dtype, [0, ...shape], f.number(f.scalarOf(dtype), 0));

/** Unrolls a loop whose iterations are known when compiling. */
const loop: Expand = (context, inputs) => {
  const body = context.graph('body');
  const states = inputs.slice(2).map((_, at) => context.anyInput(inputs, at + 2));
  const trips = context.number(inputs[0], `the number of iterations (${advice})`, Infinity);
  const isRunning = (condition: Value | undefined): boolean => {
    const known = condition ? decided(context, condition) : true;
    return known ?? context.unsupported(`its condition depends on data; ${advice}`);
  };
  const iterate = (at: number, current: readonly Value[]): readonly Value[] => {
    const index = context.build.integers([at], []);
    return context.expand(body, [index, context.full('bool', [], 1), ...current]);
  };
  let current: readonly Value[] = states;
  const rows: Value[][] = body.outputs.slice(1 + states.length).map(() => []);
  let running = isRunning(inputs[1]);
  for (let at = 0; running && at < trips; at++) {
    if (at === MOST_ITERATIONS) return context.unsupported(`it has more than ${MOST_ITERATIONS} iterations`);
    const [condition, ...results] = iterate(at, current);
    current = results.slice(0, states.length);
    results.slice(states.length).forEach((value, row) => rows[row]!.push(value));
    running = isRunning(condition);
  }
  const alike = rows[0]?.length === 0 ? iterate(0, states).slice(1 + states.length) : [];
  const scans = rows.map((values, at) =>
    values.length > 0 ? stacked(context, values, 0) : nothingLike(context, alike[at]!),
  );
  return [...current, ...scans];
};

/** Unrolls a scan over slices of its inputs. */
const scan: Expand = (context, inputs) => {
  const body = context.graph('body');
  const count = context.int('num_scan_inputs');
  const values = inputs.map((_, at) => context.anyInput(inputs, at));
  const states = values.slice(0, values.length - count);
  const scanned = values.slice(states.length);
  const axes = scanned.map((value, at) => context.axis(context.ints('scan_input_axes')?.[at] ?? 0, value.shape.length));
  const length = scanned[0]?.shape[axes[0]!];
  if (typeof length !== 'number') {
    return context.unsupported('it goes over an axis that only a call tells; fix its size with dims');
  }
  if (length > MOST_ITERATIONS) return context.unsupported(`it has more than ${MOST_ITERATIONS} iterations`);
  const isReversed = (name: string, at: number): boolean => (context.ints(name)?.[at] ?? 0) === 1;
  const iterate = (step: number, current: readonly Value[]): readonly Value[] => {
    const slices = scanned.map((value, at) => {
      const axis = axes[at]!;
      const start = isReversed('scan_input_directions', at) ? length - 1 - step : step;
      const part = slicedAlong(context, value, axis, { start, step: 1, size: 1 });
      return context.build.reshape(part, value.shape.toSpliced(axis, 1));
    });
    return context.expand(body, [...current, ...slices]);
  };
  if (length === 0) return context.unsupported('it goes over an empty axis');
  let current: readonly Value[] = states;
  const rows: Value[][] = body.outputs.slice(states.length).map(() => []);
  for (let step = 0; step < length; step++) {
    const results = iterate(step, current);
    current = results.slice(0, states.length);
    results.slice(states.length).forEach((value, row) => rows[row]!.push(value));
  }
  const scans = rows.map((each, at) => {
    const axis = context.axis(context.ints('scan_output_axes')?.[at] ?? 0, each[0]!.shape.length + 1);
    return stacked(context, isReversed('scan_output_directions', at) ? each.toReversed() : each, axis);
  });
  return [...current, ...scans];
};

/** Operators that run graphs: those whose course is known when compiling, and choices between equal shapes. */
export const control: Operators = {
  If: { 1: branch },
  Loop: { 1: loop },
  Scan: { 9: scan },
};
