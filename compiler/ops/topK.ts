import { volume } from '../tensor.js';
import { compareElements, longs, pick, range } from './order.js';
import { requireAxis, type JointRule } from './rule.js';

export const topK: JointRule<'topK'> = {
  infer({ axis, k }, [x], checks) {
    requireAxis('selection', axis, x!.shape.length, checks);
    checks.require('atLeast', x!.shape[axis]!, k, `takes {expected} elements of {got} along axis ${axis}`);
    const shape = x!.shape.map((size, at) => (at === axis ? k : size));
    return [
      { dtype: x!.dtype, shape },
      { dtype: 'int64', shape },
    ];
  },
  evaluateAll({ axis, k, largest, sorted }, [x], { size }) {
    const [count, length] = [size(k), x!.shape[axis]!];
    const shape = x!.shape.map((each, at) => (at === axis ? count : each));
    const inner = volume(shape.slice(axis + 1));
    const offsets: number[] = [];
    const indices: number[] = [];
    for (const outer of range(volume(shape.slice(0, axis)))) {
      const lines = range(inner).map((i) => {
        const at = (index: number): number => (outer * length + index) * inner + i;
        const ordered = range(length).sort((a, b) => {
          const order = compareElements(x!.data[at(a)]!, x!.data[at(b)]!);
          return (largest ? -order : order) || a - b;
        });
        const best = ordered.slice(0, count);
        return sorted ? best : best.sort((a, b) => a - b);
      });
      for (const rank of range(count)) {
        lines.forEach((line, i) => {
          indices.push(line[rank]!);
          offsets.push((outer * length + line[rank]!) * inner + i);
        });
      }
    }
    return [pick(x!, offsets, shape), longs(indices, shape)];
  },
};
