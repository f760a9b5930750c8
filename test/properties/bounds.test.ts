import test from 'ava';
import fc from 'fast-check';
import { isAtLeast, larger, smaller } from '../../compiler/bounds.js';
import { add, ceilDiv, floorDiv, max, mul, printDim, sub, symbol, valueOf, type Dim } from '../../compiler/dim.js';
import { holds } from './holds.js';

const leaf: fc.Arbitrary<Dim> = fc.oneof(fc.constantFrom('a', 'b').map(symbol), fc.integer({ min: -6, max: 6 }));

const dims = (depth: number): fc.Arbitrary<Dim> => {
  if (depth === 0) return leaf;
  const part = dims(depth - 1);
  const binary = fc
    .tuple(fc.constantFrom(add, sub, mul, max), part, part)
    .map(([apply, left, right]) => apply(left, right));
  const quotient = fc
    .tuple(fc.constantFrom(floorDiv, ceilDiv), part, fc.integer({ min: 1, max: 4 }))
    .map(([apply, left, by]) => apply(left, by));
  return fc.oneof(leaf, binary, quotient);
};

const sizes = fc.tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 1, max: 9 }));
const zeros = new Set(['a']);

test('what is certain of two sizes holds for every size', (t) => {
  let certain = 0;
  const property = fc.property(dims(3), dims(2), sizes, (left, right, [a, b]) => {
    const values = new Map(Object.entries({ a, b }));
    const [l, r] = [left, right].map((dim) => valueOf(dim, values)!) as [number, number];
    const isCertain = isAtLeast(left, right, zeros);
    if (isCertain) certain++;
    return (
      (!isCertain || l >= r) &&
      valueOf(larger(left, right, zeros), values) === Math.max(l, r) &&
      valueOf(smaller(left, right, zeros), values) === Math.min(l, r)
    );
  });
  holds(t, property, 3000);
  t.true(certain > 300, `${certain} are certain`);
});

const n = symbol('n');
const known: readonly (readonly [left: Dim, right: Dim])[] = [
  [n, 1],
  [mul(n, 2), n],
  [n, floorDiv(n, 2)],
  [n, ceilDiv(n, 2)],
  [ceilDiv(n, 2), floorDiv(n, 2)],
  [add(n, 3), max(n, 4)],
  [floorDiv(add(n, 7), 8), 1],
  [sub(n, floorDiv(n, 3)), 1],
];

test('sizes of parts are compared', (t) => {
  for (const [left, right] of known) t.true(isAtLeast(left, right), `${printDim(left)} ≥ ${printDim(right)}`);
  t.false(isAtLeast(n, 2));
  t.false(isAtLeast(n, 1, new Set(['n'])));
});
