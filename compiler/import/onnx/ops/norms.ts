import { binary, scalar, select, unary } from '../../../build.js';
import type { Expand, Operators } from '../define.js';
import { map } from '../../../expand/maps.js';

/** x / ‖x‖ₚ along an axis; 0 where the norm is. */
const lpNormalization: Expand = (context, inputs) => {
  const { build } = context;
  const x = context.input(inputs, 0);
  const axis = context.axis(context.int('axis', -1), x.shape.length);
  const p = context.int('p', 2);
  if (p !== 1 && p !== 2) return context.unsupported(`p is ${p}; known are 1 and 2`);
  const powers = map(context, [x], ([a]) => (p === 1 ? unary('absolute', a!) : binary('multiply', a!, a!)));
  const sum = build.reshape(
    build.op({ kind: 'reduce', fn: 'sum', axes: [axis] }, [powers]),
    x.shape.map((size, at) => (at === axis ? 1 : size)),
  );
  return map(context, [x, sum], ([a, total]) => {
    const norm = p === 1 ? total! : unary('squareRoot', total!);
    return select('equal', total!, scalar(0), scalar(0), binary('divide', a!, norm));
  });
};

/** (x − mean) / (standard deviation + 1e-9) over axes together. */
const meanVarianceNormalization: Expand = (context, inputs) => {
  const { build } = context;
  const x = context.input(inputs, 0);
  const given = context.ints('axes') ?? [0, 2, 3];
  const axes = [...new Set(given.map((axis) => context.axis(axis, x.shape.length)))].sort((a, b) => a - b);
  const kept = x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
  const meanOf = (value: typeof x): typeof x =>
    build.reshape(build.op({ kind: 'reduce', fn: 'mean', axes }, [value]), kept);
  const centred = build.binary('subtract', x, meanOf(x));
  const variance = meanOf(map(context, [centred], ([a]) => binary('multiply', a!, a!)));
  return map(context, [centred, variance], ([a, v]) =>
    binary('divide', a!, binary('add', unary('squareRoot', v!), scalar(1e-9))),
  );
};

/** Normalization by norms and moments along axes. */
export const norms: Operators = {
  LpNormalization: { 1: lpNormalization },
  MeanVarianceNormalization: { 9: meanVarianceNormalization },
};
