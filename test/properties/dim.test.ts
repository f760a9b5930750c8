import test from 'ava';
import fc from 'fast-check';
import {
  add,
  alignUp,
  ceilDiv,
  equal,
  floorDiv,
  lowerBound,
  max,
  mul,
  printDim,
  product,
  sub,
  substitute,
  symbol,
  symbolsOf,
  upperBound,
  valueOf,
  type Dim,
} from '../../compiler/dim.js';
import { holds } from './holds.js';

const NAMES = ['a', 'b', 'c', 'x[1]'] as const;
type Sizes = Readonly<Record<(typeof NAMES)[number], number>>;

/** A formula over sizes: as `Dim`s and as plain arithmetic. */
interface Formula {
  readonly dim: (symbols: (name: string) => Dim) => Dim;
  readonly value: (sizes: Sizes) => number;
  readonly text: string;
}

const leaf = fc.oneof(
  fc
    .constantFrom(...NAMES)
    .map((name): Formula => ({ dim: (s) => s(name), value: (sizes) => sizes[name], text: name })),
  fc.integer({ min: -9, max: 9 }).map((n): Formula => ({ dim: () => n, value: () => n, text: String(n) })),
);

const operations = {
  add: [add, (a, b) => a + b],
  sub: [sub, (a, b) => a - b],
  mul: [mul, (a, b) => a * b],
  max: [max, (a, b) => Math.max(a, b)],
} as const satisfies Record<string, readonly [(a: Dim, b: Dim) => Dim, (a: number, b: number) => number]>;

const divisions = {
  floorDiv: [floorDiv, (a, b) => Math.floor(a / b)],
  ceilDiv: [ceilDiv, (a, b) => Math.ceil(a / b)],
  alignUp: [alignUp, (a, b) => Math.ceil(a / b) * b],
} as const satisfies Record<string, readonly [(a: Dim, b: number) => Dim, (a: number, b: number) => number]>;

const keysOf = <T extends object>(table: T) => Object.keys(table) as (keyof T)[];

/** Formulas of up to `depth` operations on each other; `of` limits which. */
function formulas(depth: number, of = keysOf(operations), divided = true): fc.Arbitrary<Formula> {
  if (depth === 0) return leaf;
  const part = formulas(depth - 1, of, divided);
  const binary = fc.tuple(fc.constantFrom(...of), part, part).map(([name, left, right]): Formula => {
    const [onDims, onNumbers] = operations[name];
    return {
      dim: (s) => onDims(left.dim(s), right.dim(s)),
      value: (sizes) => onNumbers(left.value(sizes), right.value(sizes)),
      text: `${name}(${left.text}, ${right.text})`,
    };
  });
  const quotient = fc
    .tuple(fc.constantFrom(...keysOf(divisions)), part, fc.integer({ min: 1, max: 6 }))
    .map(([name, left, by]): Formula => {
      const [onDims, onNumbers] = divisions[name];
      return {
        dim: (s) => onDims(left.dim(s), by),
        value: (sizes) => onNumbers(left.value(sizes), by),
        text: `${name}(${left.text}, ${by})`,
      };
    });
  // Sizes are never negative, so that 1 + their product is a divisor.
  const open = fc.tuple(part, fc.constantFrom(...NAMES), fc.constantFrom(...NAMES)).map(([left, p, q]): Formula => ({
    dim: (s) => floorDiv(left.dim(s), add(mul(s(p), s(q)), 1)),
    value: (sizes) => Math.floor(left.value(sizes) / (sizes[p] * sizes[q] + 1)),
    text: `floorDiv(${left.text}, ${p} * ${q} + 1)`,
  }));
  const negative = fc.tuple(part, fc.integer({ min: -6, max: -1 })).map(([left, by]): Formula => ({
    dim: (s) => floorDiv(left.dim(s), by),
    value: (sizes) => Math.floor(left.value(sizes) / by),
    text: `floorDiv(${left.text}, ${by})`,
  }));
  return fc.oneof(leaf, binary, ...(divided ? [quotient, open, negative] : []));
}

/** Formulas that print as they are written. */
const shown = (arbitrary: fc.Arbitrary<Formula>) =>
  arbitrary.map((formula) => ({ ...formula, toString: () => formula.text, [fc.toStringMethod]: () => formula.text }));
const anyFormula = shown(formulas(4));
const polynomials = (depth: number) => shown(formulas(depth, ['add', 'sub', 'mul'], false));
const anySizes: fc.Arbitrary<Sizes> = fc.record(
  Object.fromEntries(NAMES.map((name) => [name, fc.nat({ max: 12 })])) as Record<keyof Sizes, fc.Arbitrary<number>>,
);
const asMap = (sizes: Sizes) => new Map(Object.entries(sizes));
const SAFE = 2 ** 50;

test('a formula has the value of its arithmetic', (t) => {
  const property = fc.property(anyFormula, anySizes, ({ dim, value }, sizes) => {
    fc.pre(Math.abs(value(sizes)) < SAFE);
    return valueOf(dim(symbol), asMap(sizes)) === value(sizes);
  });
  holds(t, property, 3000);
});

test('symbols can be replaced by numbers, some or all of them, before or after', (t) => {
  const property = fc.property(anyFormula, anySizes, fc.subarray([...NAMES]), ({ dim, value }, sizes, known) => {
    fc.pre(Math.abs(value(sizes)) < SAFE);
    const bindings = new Map<string, Dim>(known.map((name) => [name, sizes[name]]));
    const after = substitute(dim(symbol), bindings);
    const before = dim((name) => bindings.get(name) ?? symbol(name));
    return (
      ![...symbolsOf(after)].some((name) => bindings.has(name)) &&
      [before, after].every((each) => valueOf(each, asMap(sizes)) === value(sizes))
    );
  });
  holds(t, property, 1500);
});

test('a symbol can be replaced by a formula', (t) => {
  const property = fc.property(anyFormula, polynomials(3), anySizes, ({ dim, value }, inner, sizes) => {
    const a = inner.value(sizes);
    const expected = value({ ...sizes, a });
    fc.pre(a >= 0 && a < 100 && Math.abs(expected) < SAFE);
    const replaced = substitute(dim(symbol), new Map([['a', inner.dim(symbol)]]));
    return valueOf(replaced, asMap(sizes)) === expected;
  });
  holds(t, property, 1500);
});

/** Values on a grid fine enough to tell polynomials of a degree apart. */
function onGrid({ value }: Formula, degree: number): string {
  const values: number[] = [];
  const visit = (sizes: readonly number[]): void => {
    if (sizes.length < NAMES.length) for (let size = 0; size <= degree; size++) visit([...sizes, size]);
    else values.push(value(Object.fromEntries(NAMES.map((name, i) => [name, sizes[i]])) as unknown as Sizes));
  };
  visit([]);
  return values.join();
}

test('polynomials are equal exactly when their keys are', (t) => {
  const property = fc.property(polynomials(2), polynomials(2), (left, right) => {
    const same = onGrid(left, 4) === onGrid(right, 4);
    const [a, b] = [left.dim(symbol), right.dim(symbol)];
    return equal(a, b) === same && (printDim(a) === printDim(b)) === same;
  });
  holds(t, property, 1500);
});

type Terms = readonly (readonly [coefficient: number, factors: readonly Formula[]])[];

const shuffled = <T>(items: readonly T[]) => fc.shuffledSubarray([...items], { minLength: items.length });

/** A sum of products and the same with its terms and factors in another order. */
const twice: fc.Arbitrary<readonly [Terms, Terms]> = fc
  .array(fc.tuple(fc.integer({ min: -5, max: 5 }), fc.array(shown(formulas(2)), { maxLength: 3 })), { maxLength: 5 })
  .chain((terms) => {
    const mixed = terms.map(([by, factors]) => fc.tuple(fc.constant(by), shuffled(factors)));
    return fc.tuple(fc.constant(terms), fc.tuple(...mixed).chain(shuffled));
  });

test('the order and grouping of sums and products leave no trace', (t) => {
  const property = fc.property(twice, ([terms, others]) => {
    const forward = terms.reduce<Dim>(
      (sum, [by, factors]) => add(sum, mul(by, product(factors.map(({ dim }) => dim(symbol))))),
      0,
    );
    const backward = others.reduceRight<Dim>(
      (sum, [by, factors]) =>
        add(
          factors.reduceRight<Dim>((all, { dim }) => mul(dim(symbol), all), by),
          sum,
        ),
      0,
    );
    return printDim(forward) === printDim(backward);
  });
  holds(t, property, 1000);
});

test('a formula minus itself is 0, and a product divides by its factor', (t) => {
  const property = fc.property(
    anyFormula,
    fc.constantFrom(...NAMES),
    fc.integer({ min: 1, max: 9 }),
    ({ dim }, name, by) => {
      const whole = dim(symbol);
      const factor = mul(symbol(name), by);
      return sub(whole, whole) === 0 && equal(floorDiv(mul(whole, factor), factor), whole);
    },
  );
  holds(t, property, 1000);
});

test('bounds hold for every size up to the limits, and are found for sums of products of sizes', (t) => {
  const limited = fc.subarray(['a', 'b'] as const, { minLength: 1 });
  const property = fc.property(anyFormula, anySizes, limited, ({ dim, value }, sizes, names) => {
    // Limits over the symbols that have none: a ≤ c + 2, b ≤ 5.
    const limits = new Map<string, Dim>(names.map((name) => [name, name === 'a' ? add(symbol('c'), 2) : 5]));
    const within = { ...sizes };
    for (const name of names) within[name] = Math.min(sizes[name], valueOf(limits.get(name)!, asMap(sizes))!);
    const whole = dim(symbol);
    const [least, most] = [lowerBound(whole, limits), upperBound(whole, limits)];
    const own = value(within);
    fc.pre(Math.abs(own) < SAFE);
    return (
      [least, most].every((bound) => bound === undefined || ![...symbolsOf(bound)].some((name) => limits.has(name))) &&
      (least === undefined || valueOf(least, asMap(within))! <= own) &&
      (most === undefined || valueOf(most, asMap(within))! >= own)
    );
  });
  holds(t, property, 3000);
  const size = add(mul(mul(symbol('a'), symbol('c')), 4), floorDiv(add(symbol('a'), 3), 4));
  const expected = add(mul(mul(7, symbol('c')), 4), 2);
  t.true(equal(upperBound(size, new Map([['a', 7]]))!, expected));
});
