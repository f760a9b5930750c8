/**
 * Sizes that may be unknown when compiling. A `Dim` is a number or a polynomial over atoms with integer coefficients,
 * kept in one normal form, so that equal polynomials have equal keys.
 */
export type Dim = number | Polynomial;

export interface Polynomial {
  readonly kind: 'polynomial';
  readonly terms: readonly Term[];
  readonly key: string;
}

/** coefficient · product of factors; no factors for the constant term. Factors are sorted by key. */
export interface Term {
  readonly coefficient: number;
  readonly factors: readonly Atom[];
}

export type Atom =
  | { readonly kind: 'symbol'; readonly name: string; readonly key: string }
  | { readonly kind: 'floorDiv' | 'max'; readonly left: Dim; readonly right: Dim; readonly key: string };

const atomOf = (atom: Atom): Polynomial => normalize([{ coefficient: 1, factors: [atom] }]) as Polynomial;

/** An unknown size, by name. */
export const symbol = (name: string): Polynomial => atomOf({ kind: 'symbol', name, key: name });

/** A size was taken of an axis that a tensor does not have. */
export class MissingAxis extends Error {
  constructor() {
    super('a tensor has fewer axes than it must have');
  }
}

/** Shapes that come from files are as long as the files say, whatever types say of them. */
function polynomialOf(dim: Polynomial | undefined): Polynomial {
  if (dim === undefined) throw new MissingAxis();
  return dim;
}

const termsOf = (dim: Dim): readonly Term[] =>
  typeof dim === 'number' ? (dim === 0 ? [] : [{ coefficient: dim, factors: [] }]) : polynomialOf(dim).terms;

const monomialKey = (term: Term): string => term.factors.map((factor) => factor.key).join('*');

function normalize(terms: readonly Term[]): Dim {
  const byMonomial = new Map<string, Term>();
  for (const term of terms) {
    const key = monomialKey(term);
    const coefficient = (byMonomial.get(key)?.coefficient ?? 0) + term.coefficient;
    byMonomial.set(key, { coefficient, factors: term.factors });
  }
  const kept = [...byMonomial.values()].filter((term) => term.coefficient !== 0);
  if (kept.length === 0) return 0;
  if (kept.length === 1 && kept[0]!.factors.length === 0) return kept[0]!.coefficient;
  // Terms with more factors first, the constant last.
  kept.sort((a, b) => b.factors.length - a.factors.length || compare(monomialKey(a), monomialKey(b)));
  return { kind: 'polynomial', terms: kept, key: printTerms(kept) };
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function printTerms(terms: readonly Term[]): string {
  return terms
    .map(({ coefficient, factors }, index) => {
      const size = Math.abs(coefficient);
      const product = factors.map((factor) => factor.key).join('*');
      const text = product === '' ? String(size) : size === 1 ? product : `${size}*${product}`;
      return index === 0 ? (coefficient < 0 ? `-${text}` : text) : coefficient < 0 ? ` - ${text}` : ` + ${text}`;
    })
    .join('');
}

export const add = (left: Dim, right: Dim): Dim =>
  typeof left === 'number' && typeof right === 'number'
    ? left + right
    : normalize([...termsOf(left), ...termsOf(right)]);

export function mul(left: Dim, right: Dim): Dim {
  if (typeof left === 'number' && typeof right === 'number') return left * right;
  return normalize(
    termsOf(left).flatMap((a) =>
      termsOf(right).map((b) => ({
        coefficient: a.coefficient * b.coefficient,
        factors: [...a.factors, ...b.factors].sort((p, q) => compare(p.key, q.key)),
      })),
    ),
  );
}

export const sub = (left: Dim, right: Dim): Dim => add(left, mul(right, -1));

export const product = (dims: readonly Dim[]): Dim => dims.reduce<Dim>(mul, 1);

/** The largest integer ≤ left / right. Terms that divide exactly leave the quotient's floor. */
export function floorDiv(left: Dim, right: Dim): Dim {
  if (typeof left === 'number' && typeof right === 'number') return Math.floor(left / right);
  if (right === 1) return left;
  const divisor = termsOf(right);
  if (divisor.length === 1) {
    const exact: Term[] = [];
    const rest: Term[] = [];
    for (const term of termsOf(left)) {
      const quotient = divideTerm(term, divisor[0]!);
      if (quotient) exact.push(quotient);
      else rest.push(term);
    }
    if (rest.length === 0) return normalize(exact);
    if (exact.length > 0) return add(normalize(exact), floorDiv(normalize(rest), right));
  }
  return atomOf({ kind: 'floorDiv', left, right, key: `floor((${printDim(left)})/(${printDim(right)}))` });
}

function divideTerm(term: Term, divisor: Term): Term | undefined {
  if (term.coefficient % divisor.coefficient !== 0) return undefined;
  const factors = [...term.factors];
  for (const factor of divisor.factors) {
    const at = factors.findIndex((candidate) => candidate.key === factor.key);
    if (at < 0) return undefined;
    factors.splice(at, 1);
  }
  return { coefficient: term.coefficient / divisor.coefficient, factors };
}

/** The smallest integer ≥ left / right, for right > 0. */
export const ceilDiv = (left: Dim, right: Dim): Dim => floorDiv(add(left, sub(right, 1)), right);

/** The smallest multiple of `unit` that is ≥ dim. */
export const alignUp = (dim: Dim, unit: number): Dim => mul(ceilDiv(dim, unit), unit);

export function max(left: Dim, right: Dim): Dim {
  if (typeof left === 'number' && typeof right === 'number') return Math.max(left, right);
  const difference = sub(left, right);
  if (typeof difference === 'number') return difference >= 0 ? left : right;
  if (nonNegative(difference)) return left;
  if (nonNegative(sub(right, left))) return right;
  return atomOf({ kind: 'max', left, right, key: `max(${printDim(left)}, ${printDim(right)})` });
}

/** The smaller of two dims. */
export const min = (left: Dim, right: Dim): Dim => sub(add(left, right), max(left, right));

/** Whether a dim is ≥ 0 whatever its symbols are, which are never negative. */
export const nonNegative = (dim: Dim): boolean =>
  termsOf(dim).every((term) => term.coefficient >= 0 && term.factors.every(isSize));

function isSize(atom: Atom): boolean {
  if (atom.kind === 'symbol') return true;
  const [left, right] = [nonNegative(atom.left), nonNegative(atom.right)];
  return atom.kind === 'max' ? left || right : left && right;
}

export const equal = (left: Dim, right: Dim): boolean => left === right || printDim(left) === printDim(right);

export const printDim = (dim: Dim): string => (typeof dim === 'number' ? String(dim) : polynomialOf(dim).key);

/** A shape as errors and summaries show it: `(batch, 10)`. */
export const printShape = (shape: readonly Dim[]): string => `(${shape.map(printDim).join(', ')})`;

/** Replaces symbols; those that `bindings` does not hold stay. */
export function substitute(dim: Dim, bindings: ReadonlyMap<string, Dim>): Dim {
  if (typeof dim === 'number') return dim;
  return polynomialOf(dim).terms.reduce<Dim>(
    (sum, term) =>
      add(
        sum,
        term.factors.reduce<Dim>((value, atom) => mul(value, substituteAtom(atom, bindings)), term.coefficient),
      ),
    0,
  );
}

function substituteAtom(atom: Atom, bindings: ReadonlyMap<string, Dim>): Dim {
  if (atom.kind === 'symbol') return bindings.get(atom.name) ?? atomOf(atom);
  const left = substitute(atom.left, bindings);
  const right = substitute(atom.right, bindings);
  return atom.kind === 'max' ? max(left, right) : floorDiv(left, right);
}

/** The size under given values of all its symbols; undefined when one is missing. */
export function valueOf(dim: Dim, values: ReadonlyMap<string, number>): number | undefined {
  const value = substitute(dim, values);
  return typeof value === 'number' ? value : undefined;
}

/**
 * A dim that is never below another one while each symbol of `limits` is from 0 to its limit, over other symbols only.
 * Undefined where none is found: products of what may be negative, and divisors that depend on such a symbol.
 */
export const upperBound = (dim: Dim, limits: ReadonlyMap<string, Dim>): Dim | undefined => extreme(dim, limits, true);

/** A dim that is never above another one while each symbol of `limits` is from 0 to its limit. */
export const lowerBound = (dim: Dim, limits: ReadonlyMap<string, Dim>): Dim | undefined => extreme(dim, limits, false);

function extreme(dim: Dim, limits: ReadonlyMap<string, Dim>, upper: boolean): Dim | undefined {
  if (!dependsOn(dim, limits)) return dim;
  let sum: Dim = 0;
  for (const { coefficient, factors } of termsOf(dim)) {
    const isLimited = factors.some((factor) => dependsOn(atomOf(factor), limits));
    // A product grows with its factors only where none of them is negative.
    if (isLimited && factors.length > 1 && !factors.every(isSize)) return undefined;
    let value: Dim = coefficient;
    for (const factor of factors) {
      const bound = extremeAtom(factor, limits, coefficient > 0 === upper);
      if (bound === undefined) return undefined;
      value = mul(value, bound);
    }
    sum = add(sum, value);
  }
  return sum;
}

function extremeAtom(atom: Atom, limits: ReadonlyMap<string, Dim>, upper: boolean): Dim | undefined {
  if (!dependsOn(atomOf(atom), limits)) return atomOf(atom);
  if (atom.kind === 'symbol') return upper ? limits.get(atom.name)! : 0;
  const { right } = atom;
  if (atom.kind === 'max') {
    const sides = [atom.left, right].map((side) => extreme(side, limits, upper));
    return sides[0] === undefined || sides[1] === undefined ? undefined : max(sides[0], sides[1]);
  }
  const falls = typeof right === 'number' && right < 0;
  if (dependsOn(right, limits) || !(falls || nonNegative(right))) return undefined;
  const left = extreme(atom.left, limits, upper !== falls);
  return left === undefined ? undefined : floorDiv(left, right);
}

/** Whether a dim depends on any of the symbols given. */
export const dependsOn = (dim: Dim, symbols: { has(name: string): boolean }): boolean =>
  [...symbolsOf(dim)].some((name) => symbols.has(name));

/** Names of the symbols a dim depends on. */
export function symbolsOf(dim: Dim, found = new Set<string>()): Set<string> {
  if (typeof dim === 'number') return found;
  for (const atom of polynomialOf(dim).terms.flatMap((term) => term.factors)) {
    if (atom.kind === 'symbol') found.add(atom.name);
    else {
      symbolsOf(atom.left, found);
      symbolsOf(atom.right, found);
    }
  }
  return found;
}
