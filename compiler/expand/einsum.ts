import { product, type Dim } from '../dim.js';
import * as f from '../formula.js';
import type { Formula } from '../formula.js';
import type { Value } from '../ir.js';
import type { ExpandContext } from './context.js';
import { parseEquation, type Equation, type Labels } from './equation.js';

/** A tensor and what its axes are called, none twice. */
interface Term {
  readonly value: Value;
  readonly labels: Labels;
}

/** Sums of products of any tensors, element by element, by formula. */
function byFormula({ build }: ExpandContext, values: readonly Value[], equation: Equation): Value {
  const { inputs, output, sizes } = equation;
  const summed = [...sizes.keys()].filter((label) => !output.includes(label));
  const [first] = values as readonly [Value, ...Value[]];
  const type = first.dtype === 'float32' ? 'f64' : f.scalarOf(first.dtype);
  const sum = f.sum(
    type,
    summed.map((label) => f.size(sizes.get(label)!)),
    (indices) => {
      const at = (label: string): Formula => {
        const axis = output.indexOf(label);
        return axis < 0 ? indices[summed.indexOf(label)]! : f.axis(axis);
      };
      const factors = inputs.map((labels, input) => {
        const { shape, dtype } = values[input]!;
        const element = f.load(
          input,
          labels.map((label, axis) => (shape[axis] === 1 ? f.i32(0) : at(label))),
        );
        return dtype === 'float32' ? f.convert('f64', element) : element;
      });
      return factors.reduce(f.mul);
    },
  );
  const shape = output.map((label) => sizes.get(label)!);
  return build.compute(first.dtype, shape, type === 'f64' ? f.convert('f32', sum) : sum, ...values);
}

/** Axes of size 1 that are longer elsewhere are dropped, an axis that is named twice becomes its diagonal. */
function plainTerm({ build }: ExpandContext, value: Value, labels: Labels, { sizes }: Equation): Term {
  const isKept = (axis: number): boolean => value.shape[axis] !== 1 || sizes.get(labels[axis]!) === 1;
  const axes = labels.map((_, axis) => axis).filter(isKept);
  const [kept, shape] = [axes.map((axis) => labels[axis]!), axes.map((axis) => value.shape[axis]!)];
  const narrow = axes.length === labels.length ? value : build.reshape(value, shape);
  const unique = [...new Set(kept)];
  if (unique.length === kept.length) return { value: narrow, labels: kept };
  const diagonal = f.load(
    0,
    kept.map((label) => f.axis(unique.indexOf(label))),
  );
  const sized = unique.map((label) => sizes.get(label)!);
  return { value: build.compute(value.dtype, sized, diagonal, narrow), labels: unique };
}

/** Sums over the axes that nothing else has. */
function reduced({ build }: ExpandContext, { value, labels }: Term, isNeeded: (label: string) => boolean): Term {
  const axes = labels.map((_, axis) => axis).filter((axis) => !isNeeded(labels[axis]!));
  if (axes.length === 0) return { value, labels };
  return { value: build.op({ kind: 'reduce', fn: 'sum', axes }, [value]), labels: labels.filter(isNeeded) };
}

/** The axes in another order. */
function ordered({ build }: ExpandContext, { value, labels }: Term, order: Labels): Value {
  const permutation = order.map((label) => labels.indexOf(label));
  if (permutation.every((axis, at) => axis === at)) return value;
  return build.op({ kind: 'transpose', permutation }, [value]);
}

/** The product of two tensors, summed over what only they have: one matrix product for each of the axes they share. */
function contract(context: ExpandContext, left: Term, right: Term, isNeeded: (label: string) => boolean): Term {
  const { build } = context;
  const has = ({ labels }: Term, label: string): boolean => labels.includes(label);
  const [a, b] = [
    reduced(context, left, (label) => isNeeded(label) || has(right, label)),
    reduced(context, right, (label) => isNeeded(label) || has(left, label)),
  ];
  const shared = a.labels.filter((label) => has(b, label));
  const batch = shared.filter(isNeeded);
  const inner = shared.filter((label) => !isNeeded(label));
  const rows = a.labels.filter((label) => !has(b, label));
  const columns = b.labels.filter((label) => !has(a, label));
  const sizeIn = ({ value, labels }: Term, label: string): Dim => value.shape[labels.indexOf(label)]!;
  const sizeOf = (label: string): Dim => {
    if (!has(a, label)) return sizeIn(b, label);
    const own = sizeIn(a, label);
    return has(b, label) && typeof own !== 'number' ? sizeIn(b, label) : own;
  };
  const sizes = (labels: Labels, from?: Term): Dim[] =>
    labels.map((label) => (from ? sizeIn(from, label) : sizeOf(label)));
  const matrices = (term: Term, first: Labels, second: Labels): Value =>
    build.reshape(ordered(context, term, [...batch, ...first, ...second]), [
      ...sizes(batch, term),
      product(sizes(first, term)),
      product(sizes(second, term)),
    ]);
  const labels = [...batch, ...rows, ...columns];
  if (inner.length === 0 && (rows.length === 0 || columns.length === 0)) {
    const spread = (term: Term, own: Labels): Value =>
      build.reshape(ordered(context, term, [...batch, ...own]), [
        ...sizes(batch, term),
        ...[...rows, ...columns].map((label) => (own.includes(label) ? sizeOf(label) : 1)),
      ]);
    return { value: build.binary('multiply', spread(a, rows), spread(b, columns)), labels };
  }
  const [x, w] = [matrices(a, rows, inner), matrices(b, inner, columns)];
  const y = build.op({ kind: 'matmul', transposeRight: false }, [x, w]);
  return { value: build.reshape(y, sizes(labels)), labels };
}

/** A sum of products over the axes that the output of an equation has not. */
export function einsum(context: ExpandContext, text: string, values: readonly Value[]): Value {
  const { build } = context;
  const equation = parseEquation(
    context,
    text,
    values.map(({ shape }) => shape),
  );
  if (values.some(({ dtype }) => dtype !== 'float32')) return byFormula(context, values, equation);
  const terms = values.map((value, at) => plainTerm(context, value, equation.inputs[at]!, equation));
  let [term] = terms as [Term, ...Term[]];
  terms.slice(1).forEach((next, at) => {
    const later = new Set([...equation.output, ...terms.slice(at + 2).flatMap(({ labels }) => labels)]);
    term = contract(context, term, next, (label) => later.has(label));
  });
  const last = reduced(context, term, (label) => equation.output.includes(label));
  const value = ordered(
    context,
    last,
    equation.output.filter((label) => last.labels.includes(label)),
  );
  return build.reshape(
    value,
    equation.output.map((label) => equation.sizes.get(label)!),
  );
}
