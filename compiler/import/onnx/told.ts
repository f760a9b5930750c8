import type { Build } from '../../build.js';
import { sub, symbol, symbolsOf, substitute, type Dim } from '../../dim.js';
import * as f from '../../formula.js';
import type { Value } from '../../ir.js';
import { arrayOf, volume, type Tensor } from '../../tensor.js';
import { axesOf } from '../../expand/indexing.js';
import type { OnnxPort } from './model.js';

/** Elements of an integer input that may be sizes. */
const MOST_ELEMENTS = 16;

/** Symbols in the place of the elements of an integer input that may be sizes; undefined for any other input. */
export function elementsOf(name: string, { dtype, shape }: Value): readonly Dim[] | undefined {
  const isInteger = dtype === 'int64' || dtype === 'int32';
  if (!isInteger || shape.length > 1 || shape.some((size) => typeof size !== 'number')) return undefined;
  const count = volume(shape as readonly number[]);
  return count > MOST_ELEMENTS ? undefined : Array.from({ length: count }, (_, at) => elementOf(name, at));
}

const elementOf = (name: string, at: number): Dim => symbol(`${name}{${at}}`);

/** The number that a dim of one symbol, to the first power, gives the symbol when it must be `size`. */
function solved(dim: Dim, size: number): readonly [name: string, value: number] | undefined {
  const open = sub(dim, size);
  const [name, ...others] = symbolsOf(open);
  if (typeof open === 'number' || name === undefined || others.length > 0) return undefined;
  const [linear, constant] = open.terms;
  const isLinear = linear!.factors.length === 1 && linear!.factors[0]!.key === name && open.terms.length <= 2;
  if (!isLinear || (constant && constant.factors.length > 0)) return undefined;
  const value = -(constant?.coefficient ?? 0) / linear!.coefficient;
  return Number.isInteger(value) && value >= 1 ? [name, value] : undefined;
}

/**
 * Values of integer inputs that follow from the sizes which a model declares of its outputs, by name.
 *
 * @param outputs as they are declared, and what their sizes are in symbols for the elements of inputs
 */
export function valuesTold(
  inputs: readonly OnnxPort[],
  outputs: readonly (readonly [declared: OnnxPort, value: Value | undefined])[],
): ReadonlyMap<string, Tensor> {
  const known = new Map<string, number>();
  const equations = outputs.flatMap(([{ shape }, value]) =>
    value?.shape.length === shape?.length
      ? (value?.shape ?? []).flatMap((dim, axis): [Dim, number][] => {
          const size = shape![axis];
          return typeof size === 'number' ? [[dim, size]] : [];
        })
      : [],
  );
  for (let before = -1; before < known.size;) {
    before = known.size;
    for (const [dim, size] of equations) {
      const found = solved(substitute(dim, known), size);
      if (found) known.set(...found);
    }
  }
  const told = new Map<string, Tensor>();
  for (const { name, dtype, shape } of inputs) {
    if (dtype === undefined || !shape?.every((size) => typeof size === 'number')) continue;
    const values = Array.from({ length: volume(shape) }, (_, at) => known.get(`${name}{${at}}`));
    if (values.length === 0 || !values.every((value) => value !== undefined)) continue;
    told.set(name, { dtype, shape, data: arrayOf(dtype, values) });
  }
  return told;
}

/** An output that fails where an input has other values than those that it is expected to have. */
export function requiring(
  build: Build,
  output: Value,
  expected: readonly (readonly [input: Value, tensor: Tensor])[],
): Value {
  const conditions = expected.flatMap(([{ dtype, shape }, { data }], input) =>
    Array.from(data as ArrayLike<number | bigint>, (value, at) => {
      const element = f.load(input + 1, shape.length === 0 ? [] : [f.i32(at)]);
      return f.equal(element, f.number(f.scalarOf(dtype), value));
    }),
  );
  const formula = conditions.reduceRight<f.Formula>(
    (body, condition, at) => f.check(condition, f.i32(at), body),
    f.load(0, axesOf(output.shape.length)),
  );
  build.subject = expected.map(([{ name }]) => name).join(' ');
  return build.compute(output.dtype, output.shape, formula, output, ...expected.map(([value]) => value));
}
