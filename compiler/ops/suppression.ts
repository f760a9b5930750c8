import { min, mul, product, type Dim } from '../dim.js';
import { longs, range } from './order.js';
import { countOf, floats, type JointRule } from './rule.js';

interface Box {
  readonly low: readonly [number, number];
  readonly high: readonly [number, number];
}

const areaOf = ({ low, high }: Box): number => (high[0] - low[0]) * (high[1] - low[1]);

function overlapOf(a: Box, b: Box): number {
  const [areaA, areaB] = [areaOf(a), areaOf(b)];
  if (areaA <= 0 || areaB <= 0) return 0;
  const sides = [0, 1].map((axis) => Math.min(a.high[axis]!, b.high[axis]!) - Math.max(a.low[axis]!, b.low[axis]!));
  if (sides.some((side) => side <= 0)) return 0;
  const shared = sides[0]! * sides[1]!;
  return shared / (areaA + areaB - shared);
}

function boxOf([a, b, c, d]: readonly [number, number, number, number], isCentred: boolean): Box {
  if (isCentred) return { low: [a - c / 2, b - d / 2], high: [a + c / 2, b + d / 2] };
  return { low: [Math.min(a, c), Math.min(b, d)], high: [Math.max(a, c), Math.max(b, d)] };
}

export const nonMaxSuppression: JointRule<'nonMaxSuppression'> = {
  infer({ most, count }, inputs, checks) {
    const [boxes, scores, ...limits] = inputs;
    const dtypes = ['float32', 'float32', 'int64', 'float32', 'float32'];
    inputs.forEach(({ dtype }, at) => {
      if (dtype !== dtypes[at]) checks.fail(`input ${at} must be ${dtypes[at]}, got ${dtype}`);
    });
    for (const { shape } of limits)
      checks.require('equal', product(shape), 1, 'a limit is {expected} number, got {got}');
    if (boxes!.shape.length !== 3 || scores!.shape.length !== 3)
      checks.fail('takes boxes (batch, boxes, 4) and scores (batch, classes, boxes)');
    const [batch, many, numbers] = boxes!.shape as readonly [Dim, Dim, Dim];
    const [scoreBatch, classes, scored] = scores!.shape as readonly [Dim, Dim, Dim];
    checks.require('equal', numbers, 4, 'a box has {expected} numbers, got {got}');
    checks.require('equal', scoreBatch, batch, 'scores are of {got} images, boxes of {expected}');
    checks.require('equal', scored, many, 'there are {got} scores for {expected} boxes');
    const ofClass = most === null ? many : min(many, most);
    return [{ dtype: 'int64', shape: [countOf(count, mul(mul(batch, classes), ofClass), checks), 3] }];
  },
  evaluateAll({ centerPointBox }, [boxes, scores, ...limits]) {
    const [most, overlap, threshold] = limits.map(({ data }) => Number(data[0])) as [number, number, number];
    const [batch, classes, many] = scores!.shape as readonly [number, number, number];
    const [corners, values] = [floats(boxes!), floats(scores!)];
    const rows: number[] = [];
    for (const image of range(batch)) {
      const list = range(many).map((box) => {
        const at = (image * many + box) * 4;
        return boxOf(corners.slice(at, at + 4) as unknown as [number, number, number, number], centerPointBox);
      });
      for (const kind of range(classes)) {
        const score = (box: number): number => values[(image * classes + kind) * many + box]!;
        const taken: number[] = [];
        const candidates = range(many).filter((box) => score(box) > threshold);
        for (const box of candidates.sort((a, b) => score(b) - score(a) || a - b)) {
          if (taken.length >= most) break;
          if (taken.some((other) => overlapOf(list[box]!, list[other]!) > overlap)) continue;
          taken.push(box);
        }
        rows.push(...taken.flatMap((box) => [image, kind, box]));
      }
    }
    return [longs(rows, [rows.length / 3, 3])];
  },
};
