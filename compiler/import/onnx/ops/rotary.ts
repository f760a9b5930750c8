import { binary, element } from '../../../build.js';
import type { Dim } from '../../../dim.js';
import { ImportError } from '../../../errors.js';
import type { Value } from '../../../ir.js';
import type { NodeContext } from '../context.js';
import type { Expand, Operators } from '../define.js';
import { sliceAxis } from '../../../expand/axes.js';

/** The rows of a table of cosines or sines at positions, or one for each place already. */
function angles(context: NodeContext, table: Value, positions: Value | undefined): Value {
  if (!positions) return table;
  return context.build.op({ kind: 'gather', axis: 0, wrap: false }, [table, positions]);
}

/** Turns pairs of the elements of each head by the angles of its position. */
const rotary: Expand = (context, inputs) => {
  const { build } = context;
  const x = context.input(inputs, 0);
  const [, , , positions] = inputs;
  const [cosines, sines] = [1, 2].map((at) => angles(context, context.input(inputs, at), positions)) as [Value, Value];
  const rank = x.shape.length;
  if (rank !== 3 && rank !== 4) throw new ImportError('shape', build.subject, `takes rank 3 or 4, got ${rank}`);
  const [batch, length, width] = x.shape as [Dim, Dim, Dim];
  const heads = rank === 3 ? context.int('num_heads') : 0;
  if (rank === 3 && (typeof width !== 'number' || heads < 1)) {
    return context.unsupported('num_heads and the size of a head must be known when compiling');
  }
  const split = rank === 3 ? build.reshape(x, [batch, length, heads, (width as number) / heads]) : x;
  const size = split.shape[3]!;
  if (typeof size !== 'number') return context.unsupported('the size of a head must be known when compiling');
  const turned = context.int('rotary_embedding_dim', 0) || size;
  const half = turned / 2;
  const isInterleaved = context.flag('interleaved');
  const [step, second] = isInterleaved ? [2, 1] : [1, half];
  const first = sliceAxis(build, split, 3, 0, half, step);
  const other = sliceAxis(build, split, 3, second, half, step);
  const beside = (table: Value): Value => {
    const [rows, places] = table.shape as [Dim, Dim];
    return build.reshape(table, rank === 3 ? [rows, places, 1, half] : [rows, 1, places, half]);
  };
  const [cosine, sine] = [beside(cosines), beside(sines)];
  const products = (fn: 'add' | 'subtract', left: Value, right: Value): Value =>
    build.elementwise(
      binary(fn, binary('multiply', element(0), element(1)), binary('multiply', element(2), element(3))),
      cosine,
      left,
      sine,
      right,
    );
  const real = products('subtract', first, other);
  const imaginary = products('add', other, first);
  const rest = turned < size ? [sliceAxis(build, split, 3, turned, size - turned)] : [];
  const joined = (axis: number, parts: readonly Value[]): Value =>
    parts.length === 1 ? parts[0]! : build.op({ kind: 'concat', axis }, parts);
  const outer = split.shape.slice(0, 3);
  if (!isInterleaved) return build.reshape(joined(3, [real, imaginary, ...rest]), x.shape);
  const pairs = [real, imaginary].map((part) => build.reshape(part, [...outer, half, 1]));
  const whole = build.reshape(joined(4, pairs), [...outer, turned]);
  return build.reshape(joined(3, [whole, ...rest]), x.shape);
};

/** Embeddings of positions. */
export const rotaries: Operators = { RotaryEmbedding: { 23: rotary } };
