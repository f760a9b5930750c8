import { slicedAlong } from '../../../expand/slicing.js';
import { cast } from '../../../expand/maps.js';
import type { Value } from '../../../ir.js';
import type { NodeContext } from '../context.js';
import type { Expand, Operators } from '../define.js';

const topK: Expand = (context, inputs) => {
  const x = context.input(inputs, 0);
  const k = context.sizes(context.input(inputs, 1), 'k');
  if (k.length !== 1) return context.unsupported(`k must be one number, got ${k.length}`);
  const axis = context.axis(-1, x.shape.length);
  const op = { kind: 'topK', axis, k: k[0]!, largest: true, sorted: true } as const;
  const [values, indices] = context.build.outputsOf(op, [x]) as [Value, Value];
  return [values, cast(context, indices, 'int32')];
};

/** The indices of the best boxes [count, 4], int32. */
function suppressed(context: NodeContext, inputs: readonly Value[], hasThreshold: boolean): Value {
  const { build } = context;
  const [boxes, scores] = [context.real(inputs, 0), context.real(inputs, 1)];
  if (boxes.shape.length !== 2 || scores.shape.length !== 1) {
    return build.fail(
      `takes boxes of rank 2 and scores of rank 1, got ${boxes.shape.length} and ${scores.shape.length}`,
    );
  }
  const found = build.nonMaxSuppression(
    build.reshape(boxes, [1, ...boxes.shape]),
    build.reshape(scores, [1, 1, boxes.shape[0]!]),
    {
      centerPointBox: false,
      maxOutputBoxes: Math.max(0, context.integer(inputs, 2, 'the most boxes')),
      iouThreshold: inputs[3] ? build.reshape(context.real(inputs, 3), []) : 0.5,
      scoreThreshold: hasThreshold ? build.reshape(context.real(inputs, 4), []) : -Infinity,
    },
  );
  const column = slicedAlong(context, found, 1, { start: 2, step: 1, size: 1 });
  return cast(context, build.reshape(column, [found.shape[0]!]), 'int32');
}

const counted = (context: NodeContext, indices: Value): Value =>
  context.build.integers([indices.shape[0]!], [], 'int32');

const padless: Expand = (context, inputs) => {
  if (context.flag('pad_to_max_output_size')) return context.unsupported('pad_to_max_output_size');
  const indices = suppressed(context, inputs, true);
  return [indices, counted(context, indices)];
};

const withScores: Expand = (context, inputs) => {
  if (context.flag('pad_to_max_output_size')) return context.unsupported('pad_to_max_output_size');
  if (context.number(inputs[5], 'soft_nms_sigma', 0) !== 0) return context.unsupported('soft suppression');
  const indices = suppressed(context, inputs, true);
  const scores = context.build.op({ kind: 'gather', axis: 0, wrap: false }, [context.real(inputs, 1), indices]);
  return [indices, scores, counted(context, indices)];
};

/** The positions of elements that hold, int32 [count, rank]. */
const where: Expand = (context, inputs) => {
  const positions = context.build.nonZero(context.input(inputs, 0));
  return cast(context, context.build.op({ kind: 'transpose', permutation: [1, 0] }, [positions]), 'int32');
};

/** Operators that choose elements by data. */
export const selection: Operators = {
  TopKV2: topK,
  NonMaxSuppressionV2: (context, inputs) => suppressed(context, inputs, false),
  NonMaxSuppressionV3: (context, inputs) => suppressed(context, inputs, true),
  NonMaxSuppressionV4: padless,
  NonMaxSuppressionV5: withScores,
  Where: where,
};
