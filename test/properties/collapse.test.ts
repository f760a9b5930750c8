import test from 'ava';
import fc from 'fast-check';
import { equal, mul, symbol, valueOf, type Dim } from '../../compiler/dim.js';
import { collapse } from '../../compiler/plan/strides.js';
import { holds } from './holds.js';

const NAMES = ['a', 'b', 'c'] as const;

interface Nest {
  readonly sizes: readonly Dim[];
  readonly strides: readonly (readonly Dim[])[];
}

/** A loop nest over a tensor, and the order and broadcast axes in which each operand is walked. */
interface Source {
  readonly sizes: readonly (number | string)[];
  readonly operands: readonly { readonly order: readonly number[]; readonly still: readonly boolean[] }[];
}

const sources: fc.Arbitrary<Source> = fc.integer({ min: 0, max: 5 }).chain((rank) => {
  const axes = Array.from({ length: rank }, (_, axis) => axis);
  const perAxis = { minLength: rank, maxLength: rank };
  return fc.record({
    sizes: fc.array(fc.oneof(fc.integer({ min: 1, max: 4 }), fc.constantFrom(...NAMES)), perAxis),
    operands: fc.array(
      fc.record({
        order: fc.oneof(fc.constant(axes), fc.shuffledSubarray(axes, perAxis)),
        still: fc.oneof(fc.constant(axes.map(() => false)), fc.array(fc.boolean(), perAxis)),
      }),
      { minLength: 1, maxLength: 4 },
    ),
  });
});

function nestOf({ sizes, operands }: Source, dimOf: (size: number | string) => Dim): Nest {
  const dims = sizes.map(dimOf);
  const strides = operands.map(({ order, still }) => {
    const found = new Array<Dim>(dims.length).fill(0);
    let stride: Dim = 1;
    for (const axis of [...order].reverse()) {
      if (still[axis]) continue;
      found[axis] = stride;
      stride = mul(stride, dims[axis]!);
    }
    return found;
  });
  return { sizes: dims, strides };
}

/** The offsets of every operand at every step of a nest. */
function walk({ sizes, strides }: Nest, values: ReadonlyMap<string, number>): string {
  const size = (dim: Dim): number => valueOf(dim, values)!;
  const steps: string[] = [];
  const visit = (axis: number, at: readonly number[]): void => {
    if (axis === sizes.length) {
      steps.push(at.join());
      return;
    }
    for (let i = 0; i < size(sizes[axis]!); i++) {
      visit(
        axis + 1,
        at.map((offset, operand) => offset + i * size(strides[operand]![axis]!)),
      );
    }
  };
  visit(
    0,
    strides.map(() => 0),
  );
  return steps.join(' ');
}

const anyValues = fc
  .tuple(fc.nat(3), fc.nat(3), fc.nat(3))
  .map((sizes) => new Map<string, number>(NAMES.map((name, i) => [name, sizes[i]!])));

test('a collapsed nest walks as the full one does', (t) => {
  const property = fc.property(sources, anyValues, (source, values) => {
    const full = nestOf(source, (size) => (typeof size === 'number' ? size : symbol(size)));
    const settled = nestOf(source, (size) => (typeof size === 'number' ? size : values.get(size)!));
    const expected = walk(full, values);
    return [full, settled].every(({ sizes, strides }) => walk(collapse(sizes, strides), values) === expected);
  });
  holds(t, property, 1000);
});

test('a collapsed nest is as shallow as it can be', (t) => {
  const property = fc.property(sources, (source) => {
    const { sizes, strides } = nestOf(source, (size) => (typeof size === 'number' ? size : symbol(size)));
    const { sizes: left, strides: kept } = collapse(sizes, strides);
    const joined = (axis: number): boolean =>
      kept.every((operand) => equal(operand[axis]!, mul(operand[axis + 1]!, left[axis + 1]!)));
    return (
      left.length >= 1 &&
      (left.length === 1 || !left.includes(1)) &&
      left.slice(0, -1).every((_, axis) => !joined(axis)) &&
      kept.every((operand) => operand.length === left.length)
    );
  });
  holds(t, property, 1000);
});
