import * as f from '../formula.js';
import type { Value } from '../ir.js';
import type { ExpandContext } from './context.js';

export interface ExtremeOptions {
  readonly smallest: boolean;
  /** Of several equal ones the last, otherwise the first. */
  readonly last: boolean;
}

/** The position of the largest or smallest element along an axis, which stays with size 1, as int64; NaN comes before all. */
export function extremeIndex({ build }: ExpandContext, x: Value, axis: number, options: ExtremeOptions): Value {
  const { smallest, last } = options;
  const type = f.scalarOf(x.dtype);
  const shape = x.shape.map((size, at) => (at === axis ? 1 : size));
  const element = (index: f.Formula): f.Formula =>
    f.load(
      0,
      x.shape.map((_, at) => (at === axis ? index : f.axis(at))),
    );
  const better = (value: f.Formula, best: f.Formula): f.Formula => {
    const strict = last ? ('OrEqual' as const) : '';
    const ahead = f.compare(`${smallest ? 'less' : 'greater'}${strict}`, value, best);
    if (type !== 'f32') return ahead;
    const [isNaN, wasNaN] = [f.unary('isNaN', value), f.unary('isNaN', best)];
    return f.or(ahead, last ? isNaN : f.and(isNaN, f.equal(wasNaN, f.i32(0))));
  };
  const states = [
    { type, initial: f.number(type, 0) },
    { type: 'i32', initial: f.i32(0) },
  ] as const;
  const formula = f.fold(
    f.size(x.shape[axis]!),
    states,
    (index, [best, position]) => {
      const next = (take: (value: f.Formula) => f.Formula, keep: f.Formula): f.Formula =>
        f.bind(element(index), type, (value) =>
          f.select(f.or(f.equal(index, f.i32(0)), better(value, best!)), take(value), keep),
        );
      return [next((value) => value, best!), next(() => index, position!)];
    },
    ([, position]) => f.convert('i64', position!),
  );
  return build.compute('int64', shape, formula, x);
}
