import { built, kernel, type Mutation } from './mutation.js';

/** Faults in attention. */
export const attention: readonly Mutation[] = [
  kernel(
    'attention',
    'keys that a query does not see keep their scores as weights',
    'for (; p < end; p += 16) v128.store(p, f32x4.splat(0));',
    '',
    'ops/attention',
    'attention on baseline*',
  ),
  kernel(
    'attention',
    'a query that sees nothing is divided by 0',
    'return total == 0 ? 0 : 1 / total;',
    'return 1 / total;',
    'ops/attention',
    'attention on baseline*',
  ),
  kernel(
    'attention',
    'a tile of queries sees as many keys as its first',
    'const visible = seen + (m + size - 1) * step;',
    'const visible = seen + m * step;',
    'ops/attention',
    'attention on baseline*',
  ),
  kernel(
    'attention',
    'the second block of queries takes the bias of the first',
    'if (added) added += (<usize>biasRow) << 2;',
    'if (added && m + 1 < rows) added += (<usize>biasRow) << 2;',
    'ops/attention',
    'attention on baseline*',
  ),
  built(
    'compiler/ops/attention',
    'scores are not rounded, so that a large negative bias does not make them equal',
    'return added ? Math.fround(',
    'return added ? (',
    'ops/attention',
    'attention on baseline*',
  ),
  built(
    'compiler/layers/attention-mask',
    'a query does not see its own key where there is a mask',
    "f.compare('lessOrEqual', f.axis(3), f.axis(2))",
    "f.compare('less', f.axis(3), f.axis(2))",
    'layer-lowering',
    'multiHeadAttention causal with a mask*',
  ),
];
