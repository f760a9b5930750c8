import { equal, mul, printDim, type Dim } from '../../dim.js';
import type { Node, Value } from '../../ir.js';
import { commonSizes, cut, digitsOf, inRowMajor, type Digit } from './digits.js';

/** A value that is computed or given, as opposed to a transposed or reshaped view of one. */
export interface Root {
  readonly value: Value;
  /** The node of `forward` that computes it; none for inputs, variables and prepared values. */
  readonly producer: Node | undefined;
  /** It changes between calls: moving its elements takes time in each. */
  readonly live: boolean;
  /** For sizes as they typically are. */
  readonly bytes: number;
}

/** A value as another one's elements in row-major order of its own axes: each axis is a list of the root's digits. */
export interface View {
  readonly root: Root;
  readonly axes: readonly (readonly Digit[])[];
}

/** A digit of a position along one axis of a value; the stride counts along that axis. */
export interface Atom extends Digit {
  readonly axis: number;
}

export const rootView = (root: Root): View => ({ root, axes: digitsOf(root.value.shape) });

export const transposed = ({ root, axes }: View, permutation: readonly number[]): View => ({
  root,
  axes: permutation.map((axis) => axes[axis]!),
});

/** The view with other axes; undefined where sizes that are open do not tell how axes are split and joined. */
export function reshaped({ root, axes }: View, shape: readonly Dim[]): View | undefined {
  const digits = axes.flat();
  const sizes = commonSizes(
    digits.map(({ size }) => size),
    shape,
  );
  if (!sizes) return undefined;
  const parts = cut(digits, sizes).flat();
  const joined = shape.map((size): Digit[] => {
    const own: Digit[] = [];
    for (let have: Dim = 1; !equal(have, size); have = mul(have, own.at(-1)!.size)) own.push(parts.shift()!);
    return own;
  });
  return { root, axes: joined };
}

/** The atoms that each digit of an order of the root is in a view, outermost first. */
export function atomsOf({ axes }: View, order: readonly Digit[]): Atom[][] | undefined {
  const [ordered, viewed] = [inRowMajor(order), inRowMajor(axes.flat())];
  const sizes = ordered && viewed && commonSizes(ordered.map(sizeOf), viewed.map(sizeOf));
  if (!sizes) return undefined;
  const atoms = new Map<string, Atom>();
  const viewParts = partsOf(viewed, sizes);
  axes.forEach((digits, axis) => {
    let stride: Dim = 1;
    for (const part of digits.flatMap((digit) => viewParts.get(digit)!).reverse()) {
      atoms.set(printDim(part.stride), { axis, size: part.size, stride });
      stride = mul(stride, part.size);
    }
  });
  const parts = partsOf(ordered, sizes);
  return order.map((digit) => parts.get(digit)!.map(({ stride }) => atoms.get(printDim(stride))!));
}

/** The digits of the root that each of a view's atoms is, outermost first; an atom of size 1 is none. */
export function digitsOfAtoms({ axes }: View, atoms: readonly Atom[]): Digit[][] | undefined {
  const found = new Map<Atom, Digit[]>();
  for (const [axis, digits] of axes.entries()) {
    const own = inRowMajor(atoms.filter((atom) => atom.axis === axis && atom.size !== 1));
    const sizes = own && commonSizes(own.map(sizeOf), digits.map(sizeOf));
    if (!sizes) return undefined;
    const parts = cut(digits, sizes).flat();
    const wanted = cut(own, sizes);
    own.forEach((atom, index) => found.set(atom, parts.splice(0, wanted[index]!.length)));
  }
  return atoms.map((atom) => found.get(atom) ?? []);
}

const sizeOf = ({ size }: Digit): Dim => size;

function partsOf(digits: readonly Digit[], sizes: readonly Dim[]): ReadonlyMap<Digit, readonly Digit[]> {
  const parts = cut(digits, sizes);
  return new Map(digits.map((digit, index) => [digit, parts[index]!]));
}
