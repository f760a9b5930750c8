import type { Build } from '../build.js';
import { floorDiv, mul, printShape, sub, type Dim } from '../dim.js';
import { ShapeError } from '../errors.js';
import { builtIn, printRanks } from '../initializers/resolve.js';
import type { Recipe } from '../ir.js';

/** A variable as initializers see it. `axes` says where the axes of […kernel, in, out] are. */
interface Filled {
  readonly value: { readonly shape: readonly Dim[] };
  readonly axes: readonly number[];
  readonly weightFanIn: Dim | undefined;
}

/** Requires that a variable, the subject of `build`, has a shape that its initializer can fill. */
export function requireShape(build: Build, kind: string, recipe: Recipe, variable: Filled): void {
  const { shape } = variable.value;
  const { ranks } = builtIn(kind) ?? {};
  if (ranks && (shape.length < ranks[0] || shape.length > ranks[1])) {
    const [expected, got] = [printRanks(ranks), printShape(shape)];
    throw new ShapeError('initializer', build.subject, `${kind} needs ${expected}, got ${got}`, expected, got);
  }
  const sizeOf = (axis: number): Dim => shape[variable.axes.at(axis)!]!;
  if (recipe.kind === 'varianceScaling' && recipe.mode === 'weightFanIn' && variable.weightFanIn === undefined) {
    build.fail(`${kind} of mode 'weightFanIn' needs a weight in the same layer`);
  }
  if (recipe.kind === 'deltaOrthogonal') {
    const message = 'deltaOrthogonal needs at least as many channels out as in, {expected}, got {got}';
    build.require('atLeast', sizeOf(-1), sizeOf(-2), message);
  }
  if (recipe.kind === 'dirac') {
    const { groups } = recipe;
    requireMultiple(build, sizeOf(-1), groups, `dirac needs outputs that divide into ${groups} groups`);
  }
  if (recipe.kind === 'lstmBias') requireMultiple(build, sizeOf(-1), 4, 'lstmBias needs four gates of one size');
}

/** @param message what is wrong; the size that is known follows */
function requireMultiple(build: Build, size: Dim, of: number, message: string): void {
  if (typeof size === 'number' && size % of !== 0) build.fail(`${message}, got ${size}`);
  build.require('equal', sub(size, mul(floorDiv(size, of), of)), 0, message);
}
